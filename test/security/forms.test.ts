// Forged posts: every form of ours is refused without its own token, from another site, or with another form's token.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { letClockRun, stopClock } from '../support/clock.ts';
import { type Form, type Place, tokenOn } from '../support/form.ts';
import { formMakers } from '../support/forms.ts';
import { createPerson, signInTo } from '../support/people.ts';
import { registerRelyingParty } from '../support/relying-party.ts';
import { routesOf } from '../support/routes.ts';
import { startApp } from '../support/start-app.ts';

/** Each route that takes posts, with its forms. */
const formsOf: Readonly<Record<string, readonly string[]>> = {
  '/interaction/:uid/sign-in': ['sign in'],
  '/interaction/:uid/passkey': ['sign in by passkey'],
  '/interaction/:uid/code-passkey': ['passkey in the place of a code'],
  '/interaction/:uid/second-passkey': ['passkey as the second factor'],
  '/interaction/:uid/enrol-passkey': ['passkey that is demanded'],
  '/interaction/:uid/passkey-offer': ['passkey that is offered'],
  '/interaction/:uid/code': ['code'],
  '/interaction/:uid/recovery-code': ['recovery code'],
  '/interaction/:uid/new-password': ['own password'],
  '/interaction/:uid/profile': ['name'],
  '/interaction/:uid/enrol-mfa': ['set-up of MFA while signing in'],
  '/interaction/:uid/recovery-codes': ['recovery codes seen while signing in'],
  '/interaction/:uid/link-identity': ['link of another account while signing in'],
  '/interaction/:uid/consent': ['consent'],
  '/interaction/:uid/cancel': ['cancel'],
  '/forgotten-password': ['forgotten password'],
  '/reset-password': ['reset of the password'],
  '/invitation': ['invitation'],
  '/invitation/new': ['new invitation, by an address'],
  '/invitation/renewal': ['new invitation, by a link'],
  '/language': ['language of a page'],
  '/not-me': ['not me'],
  '/profile/password': ['change of password'],
  '/profile/password/mfa/activate': ['activation of MFA'],
  '/profile/password/mfa/deactivate': ['deactivation of MFA'],
  '/profile/password/mfa/recovery-codes': ['recovery codes seen'],
  '/profile/password/mfa/recovery-codes/new': ['new recovery codes'],
  '/profile/passkeys/add': ['new passkey'],
  '/profile/passkeys/rename': ['name of a passkey'],
  '/profile/passkeys/remove': ['removal of a passkey'],
  '/profile/name': ['change of name'],
  '/profile/language': ['change of language'],
  '/profile/email': ['change of e-mail address'],
  '/profile/email/cancel': ['cancelled change of e-mail address'],
  '/profile/email/confirm': ['link of a new e-mail address'],
  '/profile/sign-in-services': ['way to another service'],
  '/profile/sign-in-services/link': ['link of an account elsewhere'],
  '/profile/sign-in-services/unlink': ['end of a link to an account elsewhere'],
  '/profile/sessions/end': ['end of a session'],
  '/profile/sessions/forget': ['remembered device forgotten'],
  '/profile/sessions/end-others': ['end of all other sessions'],
  '/profile/applications/remove': ['removal of an app'],
  '/profile/data/download': ['download of the own data'],
  '/profile/delete': ['deletion of the account'],
  '/profile/stay-signed-in': ['staying signed in'],
  '/profile/sign-out': ['Log Out'],
  '/admin/new-organization': ['new organization'],
  '/admin/organizations/:id': ['name of an organization'],
  '/admin/organizations/:id/brand': ['look of an organization'],
  '/admin/apps/:id/policy': ['sign-in rules of an app'],
  '/admin/apps/:id/brand': ['look of an app'],
  '/admin/organizations/:id/domains': ['domain of an organization'],
  '/admin/organizations/:id/domains/:domain': ['check of a domain'],
  '/admin/organizations/:id/domains/:domain/remove': ['removal of a domain'],
  '/admin/organizations/:id/delete': ['end of an organization'],
  '/admin/invite': ['invitation of somebody'],
  '/admin/invite/many': ['list of people'],
  '/admin/invite/many/:batch': ['invitation of many'],
  '/admin/register-app/:type': ['new app'],
  '/admin/apps/:id/change': ['app changed'],
  '/admin/apps/:id/secrets/new': ['secret added'],
  '/admin/apps/:id/secrets/:secret/retire': ['secret retired'],
  '/admin/apps/:id/delete': ['app deleted'],
  '/admin/add-connection/:preset': ['new connection'],
  '/admin/connections/:id/change': ['connection changed'],
  '/admin/connections/:id/test': ['test of a connection'],
  '/admin/connections/:id/enable': ['connection put to use'],
  '/admin/connections/:id/disable': ['connection taken out of use'],
  '/admin/connections/:id/delete': ['connection deleted'],
  '/admin/people/:id/resend': ['invitation sent again'],
  '/admin/people/:id/cancel-invitation': ['invitation cancelled'],
  '/admin/people/:id/password-reset': ['password reset for somebody'],
  '/admin/people/:id/end-sessions': ['sessions of somebody ended'],
  '/admin/people/:id/reset-mfa': ['MFA of somebody reset'],
  '/admin/people/:id/suspend': ['somebody suspended'],
  '/admin/people/:id/reopen': ['somebody let in again'],
  '/admin/people/:id/delete': ['somebody deleted'],
  '/admin/people/:id/roles': ['roles on the instance'],
  '/admin/people/:id/roles/:organization': ['roles in a firm'],
  '/admin/people/:id/leave/:organization': ['somebody leaving a firm'],
  '/admin/mail/:id': ['another try of a mail'],
  '/admin/mail-test': ['test mail'],
  '/admin/keys/rotate': ['rotation of the signing keys'],
  '/admin/keys/:kid/revoke': ['revocation of a signing key'],
  '/admin/policy': ['sign-in policy'],
  '/admin/policy/confirm': ['sign-in policy on probation confirmed'],
};

describe('a forged post', () => {
  let place: Place;

  beforeAll(async () => {
    // A mail server that is down.
    const gatehouse = await startApp({
      host: 'localhost',
      env: { SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'id@example.com' },
    });
    const rp = await registerRelyingParty(gatehouse);
    const thirdParty = await registerRelyingParty(gatehouse, { first_party: false });
    place = { gatehouse, rp, thirdParty };
  });
  afterEach(letClockRun);
  afterAll(() => place.gatehouse.stop());

  function send(
    { browser, action, fields }: Form,
    token: string | undefined,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const body = new URLSearchParams({ ...fields, ...(token === undefined ? {} : { _csrf: token }) });
    return browser.request(action, { method: 'POST', body, headers });
  }

  /** Tokens that are good, elsewhere. */
  async function foreignTokens({ browser }: Form): Promise<Record<string, string>> {
    const other = place.gatehouse.browser();
    const [elsewhere, otherTab] = [
      await other.get(place.rp.request().url),
      await browser.get(place.rp.request({ prompt: 'login' }).url),
    ];
    return {
      'the token of another browser': tokenOn(elsewhere, new URL(elsewhere.url).pathname),
      'the token of another sign-in of this browser': tokenOn(otherTab, new URL(otherTab.url).pathname),
    };
  }

  /** The API is no form: it takes no cookie, and so nothing that a browser would send by itself. */
  const postRoutes = () =>
    routesOf(place.gatehouse).filter(({ method, path }) => method === 'POST' && !path.startsWith('/api/v1'));

  it('is tried on every route that takes posts', () => {
    expect(
      postRoutes()
        .map(({ path }) => path)
        .toSorted(),
    ).toEqual(Object.keys(formsOf).toSorted());
    expect(Object.values(formsOf).flat().toSorted()).toEqual(Object.keys(formMakers).toSorted());
  });

  it.each(Object.keys(formMakers))('changes nothing where it imitates the form "%s"', async (name) => {
    stopClock();
    const form = await formMakers[name]?.(place);
    if (!form) throw new Error(`no form ${name}`);
    const { services, issuer } = place.gatehouse;
    const route = postRoutes().find(({ matches }) => matches(form.action));
    expect(formsOf[route?.path ?? '']).toContain(name);
    const state = async () => ({
      account: await services.accounts.get(form.accountId),
      events: (await services.audit.bySubject(form.accountId)).length,
    });
    const before = await state();
    const good = form.token;
    const forgeries: [string, Promise<Response>][] = [
      ['no token', send(form, undefined)],
      ['an empty token', send(form, '')],
      ['a token cut short', send(form, good.slice(0, -1))],
      ...Object.entries(await foreignTokens(form)).map(([what, token]): [string, Promise<Response>] => [
        what,
        send(form, token),
      ]),
      ['a foreign Origin', send(form, good, { Origin: 'https://evil.example' })],
      ['another port', send(form, good, { Origin: 'http://127.0.0.1:1' })],
      ['the Origin of a sandboxed frame', send(form, good, { Origin: 'null' })],
      ['another site, by Sec-Fetch-Site', send(form, good, { 'Sec-Fetch-Site': 'cross-site' })],
    ];
    for (const [what, forged] of forgeries) {
      const response = await forged;
      expect([what, response.status, (await response.text()).includes('This page was open for too long')]).toEqual([
        what,
        403,
        true,
      ]);
      expect(response.headers.getSetCookie().filter((cookie) => cookie.includes('session'))).toEqual([]);
    }
    expect(await state()).toEqual(before);

    const real = await send(form, good, { Origin: issuer, 'Sec-Fetch-Site': 'same-origin' });
    expect([200, 303]).toContain(real.status);
  });

  it('ends no session at /session/end/confirm', async () => {
    const ana = await createPerson(place.gatehouse);
    const browser = place.gatehouse.browser();
    await signInTo(browser, place.rp, ana);
    const question = await browser.get('/session/end');
    expect(question.heading).toBe('Sign out?');
    for (const xsrf of ['', 'x', undefined]) {
      const forged = await browser.request('/session/end/confirm', {
        method: 'POST',
        body: new URLSearchParams({ logout: 'yes', ...(xsrf === undefined ? {} : { xsrf }) }),
      });
      expect(forged.status).toBe(400);
    }
    expect((await browser.get('/profile')).heading).toBe('My Profile');
    await browser.submit(question, {}, 'Sign out');
    expect((await browser.get('/profile')).heading).toBe('Sign in');
  });

  it('cannot be made of a GET', async () => {
    const form = await formMakers['change of password']?.(place);
    if (!form) throw new Error('no such form');
    const query = new URLSearchParams({ ...form.fields, _csrf: form.token });
    expect((await form.browser.get(`${form.action}?${query}`)).heading).toBe('Password');
    for (const method of ['PUT', 'PATCH', 'DELETE']) {
      const { status } = await form.browser.request(form.action, { method, body: query });
      expect(status).toBe(405);
    }
    expect((await place.gatehouse.services.audit.bySubject(form.accountId)).map(({ type }) => type)).toEqual([
      'sign-in.succeeded',
    ]);
  });
});
