// The link of the mail: what it opens, where it leads afterwards, and what it ends.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Account } from '../../src/accounts/account.ts';
import type { TestBrowser } from '../support/browser.ts';
import { hourMs, letClockRun, minuteMs, moveClock, stopClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { passwordPath, signedInBrowser } from '../support/my-profile.ts';
import { codeAt, createPerson, type Person, signIn, signInTo } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import {
  askForReset,
  behindProxy,
  freshLink,
  linkOn,
  newPassword,
  noticeOn,
  resetLink,
  resetPath,
  resetWith,
  subjectsTo,
} from '../support/reset.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const notice = 'Your password is changed. Sign in with it.';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`the link for a new password (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;

    beforeAll(async () => {
      gatehouse = await startApp({ engine, env: behindProxy });
      rp = await registerRelyingParty(gatehouse);
    });
    afterAll(() => gatehouse.stop());
    afterEach(letClockRun);

    async function opens(person: Person, password: string): Promise<boolean> {
      const { leftFor } = await signIn(gatehouse.browser(), rp.request(), { ...person, password });
      return leftFor !== undefined;
    }

    /** A link that was asked for on the sign-in page of this app. */
    async function linkFrom(app: RelyingParty, person: Person, browser: TestBrowser) {
      const request = app.request();
      await askForReset(gatehouse, browser, person.email, { from: await browser.get(request.url) });
      return { request, link: await resetLink(gatehouse, person.email) };
    }

    it('leads from the sign-in page over the mail back to the app, in the same browser', async () => {
      const ana = await createPerson(gatehouse);
      const browser = gatehouse.browser();
      const { request, link } = await linkFrom(rp, ana, browser);
      const page = await resetWith(browser, link);
      expect([page.heading, noticeOn(page)]).toEqual(['Sign in', notice]);
      const { leftFor } = await browser.submit(page, { email: ana.email, password: newPassword }, 'Sign in');
      expect((await rp.redeem(leftFor as URL, request)).claims).toMatchObject({ sub: ana.account.id });
    });

    it('leads back to the app though the sign-in ran out meanwhile, in the same browser', async () => {
      stopClock();
      const ana = await createPerson(gatehouse);
      const browser = gatehouse.browser();
      const request = rp.request();
      const signInPage = await browser.get(request.url);
      moveClock(45 * minuteMs);
      await askForReset(gatehouse, browser, ana.email, { from: signInPage });
      moveClock(20 * minuteMs);
      const page = await resetWith(browser, await resetLink(gatehouse, ana.email));
      expect([page.heading, noticeOn(page)]).toEqual(['Sign in', notice]);
      const { leftFor } = await browser.submit(page, { email: ana.email, password: newPassword }, 'Sign in');
      expect((await rp.redeem(leftFor as URL, request)).status).toBe(200);
    });

    it.each([
      [
        'where it begins sign-ins',
        { initiate_login_uri: 'https://app.example/start' },
        (i: string) => `https://app.example/start?iss=${encodeURIComponent(i)}`,
      ],
      ['to its home page', { client_uri: 'https://app.example/' }, () => 'https://app.example/'],
    ])('leads to the app afresh from another browser: %s', async (_where, metadata, expected) => {
      const app = await registerRelyingParty(gatehouse, metadata);
      const ana = await createPerson(gatehouse);
      const { link } = await linkFrom(app, ana, gatehouse.browser());
      const page = await resetWith(gatehouse.browser(), link);
      expect([page.status, page.heading]).toEqual([200, 'Your password is changed']);
      expect(page.text).toContain(`Sign in with it to go on to Client ${app.clientId}.`);
      expect(linkOn(page, 'Continue')).toBe(expected(gatehouse.issuer));
    });

    it('says the same when "Your password is changed" is loaded anew, and sends no form a second time', async () => {
      const app = await registerRelyingParty(gatehouse, { client_uri: 'https://app.example/' });
      const [ana, bo, eve] = [
        await createPerson(gatehouse),
        await createPerson(gatehouse),
        await createPerson(gatehouse),
      ];
      const { link } = await linkFrom(app, ana, gatehouse.browser());
      const [elsewhere, ofBo] = [gatehouse.browser(), await signedInBrowser(gatehouse, bo)];
      for (const [browser, at, href] of [
        [elsewhere, link, 'https://app.example/'],
        [ofBo, await freshLink(gatehouse, eve), `${gatehouse.issuer}/profile`],
      ] as const) {
        const page = await resetWith(browser, at);
        const again = await browser.get(page.url);
        expect([again.status, again.heading, again.text]).toEqual([200, 'Your password is changed', page.text]);
        expect(linkOn(again, 'Continue')).toBe(href);
      }
      expect((await gatehouse.browser().get(`${resetPath}/done`)).heading).toBe('Sign in');
    });

    it('leads to My Profile from another browser where the app has no address, and where there was no app', async () => {
      const [ana, bo] = [await createPerson(gatehouse), await createPerson(gatehouse)];
      const { link } = await linkFrom(rp, ana, gatehouse.browser());
      for (const [person, at] of [
        [ana, link],
        [bo, await freshLink(gatehouse, bo)],
      ] as const) {
        const browser = gatehouse.browser();
        const page = await resetWith(browser, at);
        expect([page.heading, noticeOn(page)]).toEqual(['Sign in', notice]);
        const profile = await browser.submit(page, { email: person.email, password: newPassword }, 'Sign in');
        expect(profile.heading).toBe('My Profile');
        expect(noticeOn(await browser.get(rp.request({ prompt: 'login' }).url))).toBeUndefined();
      }
    });

    it('says that it is done, and signs nobody out, in the browser of somebody else', async () => {
      const [ana, bo] = [await createPerson(gatehouse), await createPerson(gatehouse)];
      const browser = await signedInBrowser(gatehouse, bo);
      const page = await resetWith(browser, await freshLink(gatehouse, ana));
      expect(page.heading).toBe('Your password is changed');
      expect((await browser.get('/profile')).text).toContain(bo.email);
    });

    it('RS-04: never signs in by itself', async () => {
      const ana = await createPerson(gatehouse);
      const browser = gatehouse.browser();
      await resetWith(browser, await freshLink(gatehouse, ana));
      expect((await browser.get('/profile')).heading).toBe('Sign in');
      expect((await browser.get(rp.request({ prompt: 'none' }).url)).leftFor?.searchParams.get('error')).toBe(
        'login_required',
      );
      expect([await opens(ana, ana.password), await opens(ana, newPassword)]).toEqual([false, true]);
    });

    it('RS-04, RS-10: leaves the second factor as it is, and the sign-in still asks for it', async () => {
      const ana = await createPerson(gatehouse, { withTotp: true });
      const browser = gatehouse.browser();
      const { request, link } = await linkFrom(rp, ana, browser);
      const page = await resetWith(browser, link);
      const code = await browser.submit(page, { email: ana.email, password: newPassword }, 'Sign in');
      expect([code.heading, code.leftFor]).toEqual(['Enter your code', undefined]);
      expect((await browser.get('/profile')).heading).toBe('Sign in');
      const { leftFor } = await browser.submit(code, { code: codeAt(ana.totpSecret ?? '') }, 'Confirm');
      expect((await rp.redeem(leftFor as URL, request)).claims?.amr).toEqual(['pwd', 'otp', 'mfa']);
      const { recoveryCodes } = (await gatehouse.services.accounts.get(ana.account.id)) ?? {};
      expect(recoveryCodes?.filter(({ usedAt }) => usedAt === undefined)).toHaveLength(10);
    });

    it('RS-04: ends every session and every token, offline ones too, in that one write', async () => {
      const ana = await createPerson(gatehouse);
      const [one, two] = [gatehouse.browser(), gatehouse.browser()];
      const tokens = [
        await signInTo(one, rp, ana),
        await signInTo(two, rp, ana, { scope: 'openid offline_access', prompt: 'login' }),
      ];
      const link = await freshLink(gatehouse, ana);
      for (const { body } of tokens) expect(await states(rp, body)).toEqual({ me: 200, active: [true, true] });
      await resetWith(gatehouse.browser(), link);
      for (const { body } of tokens) {
        expect(await states(rp, body)).toEqual({ me: 401, active: [false, false] });
        const { status, body: answer } = await rp.refresh(body.refresh_token ?? '');
        expect([status, answer.error]).toEqual([400, 'invalid_grant']);
      }
      for (const browser of [one, two]) expect((await browser.get(passwordPath)).heading).toBe('Sign in');
      const again = await signInTo(gatehouse.browser(), rp, { ...ana, password: newPassword });
      expect(await states(rp, again.body)).toEqual({ me: 200, active: [true, true] });
      expect((await rp.refresh(again.body.refresh_token ?? '')).status).toBe(200);
    });

    it('RS-04: ends offline tokens of a consent, and a code that is not redeemed yet; a later consent lives', async () => {
      const app = await registerRelyingParty(gatehouse, { first_party: false });
      const ana = await createPerson(gatehouse);
      const offline = async (person: Person) => {
        const browser = gatehouse.browser();
        const request = app.request({ scope: 'openid offline_access', prompt: 'consent' });
        const consent = await signIn(browser, request, person);
        const { leftFor } = await browser.submit(consent, {}, 'Allow');
        return { request, callback: leftFor as URL };
      };
      const [redeemed, waiting] = [await offline(ana), await offline(ana)];
      const { body } = await app.redeem(redeemed.callback, redeemed.request);
      expect(await states(app, body)).toEqual({ me: 200, active: [true, true] });
      await resetWith(gatehouse.browser(), await freshLink(gatehouse, ana));
      expect(await states(app, body)).toEqual({ me: 401, active: [false, false] });
      expect((await app.refresh(body.refresh_token ?? '')).body.error).toBe('invalid_grant');
      expect((await app.redeem(waiting.callback, waiting.request)).body.error).toBe('invalid_grant');
      const later = await offline({ ...ana, password: newPassword });
      const fresh = await app.redeem(later.callback, later.request);
      expect(await states(app, fresh.body)).toEqual({ me: 200, active: [true, true] });
      expect((await app.refresh(fresh.body.refresh_token ?? '')).status).toBe(200);
    });

    it('RS-04: tells the owner by mail, and writes it down', async () => {
      const ana = await createPerson(gatehouse);
      await resetWith(gatehouse.browser(), await freshLink(gatehouse, ana));
      expect((await subjectsTo(gatehouse, ana.email))[0]).toBe('Your Gatehouse password was reset');
      const events = await gatehouse.services.audit.bySubject(ana.account.id);
      expect(events.map(({ type }) => type)).toEqual(['password-reset.requested', 'password.reset']);
      expect(JSON.stringify(events)).not.toContain(newPassword);
    });

    it('proves the address, and voids a temporary password and a second factor that is only begun', async () => {
      const ana = await createPerson(gatehouse);
      await gatehouse.services.accounts.update(ana.account.id, (old) => ({
        ...old,
        emailVerified: false,
        temporaryPassword: { hash: 'x', expiresAt: Date.now() + hourMs, provesEmail: false },
      }));
      const { enrollments } = gatehouse.services;
      await enrollments.begin(ana.account, 'a session', Date.now());
      await resetWith(gatehouse.browser(), await freshLink(gatehouse, ana));
      const account = await gatehouse.services.accounts.get(ana.account.id);
      expect(account?.emailVerified).toBe(true);
      expect(account?.temporaryPassword).toBeUndefined();
      expect(await enrollments.open(account as Account, 'a session')).toBeUndefined();
    });

    it('RS-02: is good for 30 minutes, and says when it ran out', async () => {
      const now = stopClock();
      const ana = await createPerson(gatehouse);
      const link = await freshLink(gatehouse, ana);
      moveClock(30 * minuteMs - 1);
      expect((await gatehouse.browser().get(link)).heading).toBe('Choose a new password');
      const browser = gatehouse.browser();
      const open = await browser.get(link);
      moveClock(1);
      const late = await browser.submit(open, { newPassword }, 'Save');
      for (const page of [late, await gatehouse.browser().get(link)]) {
        expect([page.status, page.heading]).toEqual([410, 'This link has run out']);
        expect(page.text).toContain(new Date(now + 30 * minuteMs).toISOString().slice(11, 16));
        expect(linkOn(page, 'Ask for a new link')).toBe(`${gatehouse.issuer}/forgotten-password`);
      }
      expect(await opens(ana, ana.password)).toBe(true);
    });

    it('RS-02: is stored as a hash alone', async () => {
      const ana = await createPerson(gatehouse);
      const secret = (await freshLink(gatehouse, ana)).split('.').at(-1) ?? '';
      expect(secret).toMatch(/^[\w-]{43}$/);
      expect(JSON.stringify(await gatehouse.services.accounts.get(ana.account.id))).not.toContain(secret);
    });

    it('RS-03: changes nothing by being opened, as mail scanners do', async () => {
      const ana = await createPerson(gatehouse);
      const link = await freshLink(gatehouse, ana);
      const before = await gatehouse.services.accounts.get(ana.account.id);
      for (let opened = 0; opened < 3; opened += 1) {
        const browser = gatehouse.browser();
        await browser.get(link);
        await browser.request(link, { method: 'HEAD' });
        await browser.request(resetPath, { method: 'HEAD' });
      }
      expect(await gatehouse.services.accounts.get(ana.account.id)).toEqual(before);
      expect((await resetWith(gatehouse.browser(), link)).heading).toBe('Sign in');
    });

    it('RS-03: is killed by a newer one, and by its use', async () => {
      const ana = await createPerson(gatehouse);
      const [older, newer] = [await freshLink(gatehouse, ana), await freshLink(gatehouse, ana)];
      expect((await gatehouse.browser().get(older)).heading).toBe('This link cannot be used');
      expect((await resetWith(gatehouse.browser(), newer)).heading).toBe('Sign in');
      const used = await gatehouse.browser().get(newer);
      expect([used.status, used.heading]).toEqual([410, 'This link was used already']);
      expect((await gatehouse.browser().get(older)).heading).toBe('This link cannot be used');
    });

    it('RS-08: says the same of a link whatever is wrong with it, and offers a new one', async () => {
      const ana = await createPerson(gatehouse);
      const older = await freshLink(gatehouse, ana);
      const secret = older.split('.').at(-1);
      await freshLink(gatehouse, ana);
      const tokens = [
        older.split('token=')[1] ?? '',
        `${ana.account.id}.${'A'.repeat(43)}`,
        `${'A'.repeat(22)}.${secret}`,
        '',
        'constructor',
        '../../etc/passwd',
      ];
      const pages = await Promise.all(
        tokens.map((token) => gatehouse.browser().get(`${resetPath}?${new URLSearchParams({ token })}`)),
      );
      for (const { status, heading, html } of pages)
        expect([status, heading, html]).toEqual([410, 'This link cannot be used', pages[0]?.html]);
    });

    /** What an access token and a refresh token are worth. */
    async function states(app: RelyingParty, body: { access_token?: string; refresh_token?: string }) {
      const { access_token: access = '', refresh_token: refresh = '' } = body;
      const me = await fetch(`${gatehouse.issuer}/me`, { headers: { Authorization: `Bearer ${access}` } });
      const active = await Promise.all(
        [access, refresh].map(async (token) => {
          const answer = await app.post('/token/introspection', { token });
          return ((await answer.json()) as { active: boolean }).active;
        }),
      );
      return { me: me.status, active };
    }
  });
}
