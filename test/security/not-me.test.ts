// "This was not me": the link in a security mail takes every way in from whoever made the change.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page, TestBrowser } from '../support/browser.ts';
import { hourMs, letClockRun, moveClock, stopClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { signedInBrowser } from '../support/my-profile.ts';
import { mailTo, notMeLink, subjectsTo, tellOf } from '../support/notices.ts';
import { createPerson, type Person, signIn, signInTo } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const thief = {
  address: '192.0.2.66',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0',
};
const deviceSubject = 'A new device signed in to your Gatehouse account';
const button = 'It was not me: close my account to others';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`"This was not me" (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;
    let ana: Person;
    let link: string;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      rp = await registerRelyingParty(gatehouse, { first_party: false, scope: 'openid profile email offline_access' });
    });
    beforeEach(async () => {
      stopClock();
      ana = await createPerson(gatehouse);
      await tellOf(gatehouse, ana.account, 'newDevice', thief);
      link = await notMeLink(gatehouse, ana.email, deviceSubject);
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    async function report(browser: TestBrowser = gatehouse.browser()): Promise<Page> {
      return browser.submit(await browser.get(link), {}, button);
    }

    const audited = async (type: string) =>
      (await gatehouse.services.audit.bySubject(ana.account.id)).filter((event) => event.type === type);

    it('AC-05: shows what happened, when, where from and what will follow, and changes nothing by being looked at', async () => {
      const before = await gatehouse.services.accounts.get(ana.account.id);
      const page = await gatehouse.browser().get(link);
      expect([page.status, page.heading]).toEqual([200, 'Was this not you?']);
      for (const fact of ['A new device signed in', '192.0.2.66', 'Firefox on Linux', ana.email])
        expect(page.text).toContain(fact);
      expect(await gatehouse.services.accounts.get(ana.account.id)).toEqual(before);
      expect((await signIn(gatehouse.browser(), rp.request(), ana)).heading).not.toBe('Sign in');
    });

    it('AC-05: ends every session and every token, offline ones too, and the old password opens nothing', async () => {
      const browser = gatehouse.browser();
      const asked = await signIn(browser, rp.request({ scope: 'openid offline_access', prompt: 'consent' }), ana);
      const request = rp.request({ scope: 'openid offline_access', prompt: 'consent' });
      expect(asked.heading).toContain('Allow');
      const allowed = await browser.submit(await browser.get(request.url), {}, 'Allow');
      const tokens = await rp.redeem(allowed.leftFor as URL, request);
      expect(tokens.body.refresh_token).toBeDefined();

      const page = await report();
      expect([page.status, page.heading]).toEqual([200, 'Your account is safe']);
      expect((await rp.refresh(tokens.body.refresh_token ?? '')).body.error).toBe('invalid_grant');
      const userinfo = await fetch(`${gatehouse.issuer}/me`, {
        headers: { Authorization: `Bearer ${tokens.body.access_token}` },
      });
      expect(userinfo.status).toBe(401);
      expect((await browser.get('/profile')).heading).toBe('Sign in');
      const again = await signIn(gatehouse.browser(), rp.request(), ana);
      expect(again.problems).toEqual(['The email address or password is not right']);
      expect(await audited('account.locked-down')).toMatchObject([
        { result: 'success', address: '127.0.0.1', detail: { kind: 'newDevice' } },
      ]);
    });

    it('AC-05: mails the person a link to choose a password, which leads back in; a link of before is void', async () => {
      const earlier = await gatehouse.services.passwordReset.mailLink(ana.account, thief).then(() => linkOf(ana.email));
      moveClock(1);
      await report();
      const { passwordReset } = gatehouse.services;
      expect(await passwordReset.look(earlier, Date.now())).toEqual({ state: 'unknown' });
      const token = await linkOf(ana.email);
      expect(await passwordReset.look(token, Date.now())).toMatchObject({ state: 'good' });
      const outcome = await passwordReset.reset(token, { newPassword: 'seven quiet bicycles' }, {});
      expect(outcome.outcome).toBe('reset');
      const page = await signIn(gatehouse.browser(), rp.request(), { ...ana, password: 'seven quiet bicycles' });
      expect(page.heading).not.toBe('Sign in');
    });

    async function linkOf(email: string): Promise<string> {
      const { text } = await mailTo(gatehouse, email, /password/i);
      return text.match(/reset-password\?token=(\S+)/)?.[1] ?? '';
    }

    it('AC-05: demands a second factor at the next sign-in, and takes recovery codes and known browsers away', async () => {
      await signedInBrowser(gatehouse, ana);
      await gatehouse.services.accounts.update(ana.account.id, (old) => ({ ...old, recoveryCodes: [{ hash: 'x' }] }));
      await report();
      const account = await gatehouse.services.accounts.get(ana.account.id);
      expect(account).toMatchObject({ mustEnrolMfa: true, securedAt: Date.now() });
      for (const gone of ['passwordHash', 'temporaryPassword', 'recoveryCodes'])
        expect(account).not.toHaveProperty(gone);
    });

    it('AC-05: leaves an active authenticator in place: a link in a mail is no way round it', async () => {
      const bela = await createPerson(gatehouse, { withTotp: true });
      await tellOf(gatehouse, bela.account, 'newDevice', thief);
      const browser = gatehouse.browser();
      await browser.submit(await browser.get(await notMeLink(gatehouse, bela.email, deviceSubject)), {}, button);
      expect((await gatehouse.services.accounts.get(bela.account.id))?.totp).toBeDefined();
    });

    it('AC-05: tells the administrators, once', async () => {
      const owner = await createPerson(gatehouse);
      await gatehouse.services.accounts.update(owner.account.id, (old) => ({ ...old, roles: ['owner'] }));
      await report();
      await report().catch(() => undefined);
      const { text } = await mailTo(gatehouse, owner.email, /taken out of strange hands/);
      expect(text).toContain(ana.email);
      expect(text).toContain('A new device signed in');
      expect(await subjectsTo(gatehouse, owner.email)).toHaveLength(1);
      await gatehouse.services.accounts.update(owner.account.id, (old) => ({ ...old, roles: [] }));
    });

    it('AC-05: acts once under 200 parallel posts', async () => {
      const browser = gatehouse.browser();
      const page = await browser.get(link);
      const fields = Object.fromEntries(
        page.document
          .querySelectorAll('input[type=hidden]')
          .map((input) => [input.getAttribute('name') ?? '', input.getAttribute('value') ?? '']),
      );
      const answers = await Promise.all(
        Array.from({ length: 200 }, () =>
          browser.request('/not-me', { method: 'POST', body: new URLSearchParams(fields) }),
        ),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([303]));
      expect(await audited('account.locked-down')).toHaveLength(1);
      expect((await gatehouse.services.accounts.get(ana.account.id))?.sessionEpoch).toBe(ana.account.sessionEpoch + 1);
    });

    it('AC-05: deals with every earlier event at once, and not with a later one', async () => {
      await tellOf(gatehouse, ana.account, 'passwordChanged', thief);
      const earlier = await notMeLink(gatehouse, ana.email, /password was changed/);
      moveClock(hourMs);
      await report();
      expect((await gatehouse.browser().get(earlier)).heading).toBe('Your account is safe');
      moveClock(hourMs);
      await tellOf(gatehouse, ana.account, 'passwordReset', thief);
      const later = await notMeLink(gatehouse, ana.email, /password was reset/);
      expect((await gatehouse.browser().get(later)).heading).toBe('Was this not you?');
    });

    it('AC-05: a link is good for seven days, for its own account, and whole', async () => {
      const bela = await createPerson(gatehouse);
      const token = new URL(link, gatehouse.issuer).searchParams.get('token') ?? '';
      const [, ...sealed] = token.split('.');
      const others = [
        [bela.account.id, ...sealed].join('.'),
        token.slice(0, -2),
        `${token}A`,
        `${ana.account.id}.${'A'.repeat(43)}`,
        '',
        'constructor',
      ];
      for (const other of others) {
        const page = await gatehouse.browser().get(`/not-me?${new URLSearchParams({ token: other })}`);
        expect([page.status, page.heading]).toEqual([410, 'This link no longer works']);
      }
      moveClock(7 * 24 * hourMs - 1);
      expect((await gatehouse.browser().get(link)).status).toBe(200);
      moveClock(1);
      expect((await gatehouse.browser().get(link)).status).toBe(410);
    });

    async function changeEmail(to: string): Promise<void> {
      const browser = await signedInBrowser(gatehouse, ana);
      const asked = await browser.submit(
        await browser.get('/profile/email'),
        { newEmail: to, currentPassword: ana.password },
        'Send link',
      );
      expect(asked.problems).toEqual([]);
      const { text } = await mailTo(gatehouse, to, /./);
      const url = new URL(text.match(/https?:\/\/\S+token=\S+/)?.[0] ?? '');
      const confirm = await browser.get(url.pathname + url.search);
      await browser.submit(confirm, {}, 'Change email address');
      expect((await gatehouse.services.accounts.get(ana.account.id))?.email).toBe(to);
    }

    it('AC-05: gives the address back from the mail to the old one, also by a link of before the change, once', async () => {
      const stolen = `thief-${ana.email}`;
      await changeEmail(stolen);
      moveClock(hourMs);
      await tellOf(gatehouse, { ...ana.account, email: stolen }, 'passwordChanged', thief);
      const thiefs = await notMeLink(gatehouse, stolen, /password was changed/);
      moveClock(hourMs);
      expect((await gatehouse.browser().get(link)).text).toContain(`You sign in with ${ana.email} again.`);
      await report();
      expect(await gatehouse.services.accounts.get(ana.account.id)).toMatchObject({
        email: ana.email,
        emailVerified: true,
      });
      const changed = await notMeLink(gatehouse, ana.email, /email address of your Gatehouse account was changed/);
      expect((await gatehouse.browser().get(changed)).heading).toBe('Your account is safe');
      expect((await gatehouse.browser().get(thiefs)).status).toBe(410);
      expect((await gatehouse.services.accounts.get(ana.account.id))?.formerEmails).toBeUndefined();
    });

    it('AC-05: writes down that an address was given back, and tells who lost it, by a link that gives nothing back', async () => {
      const left = `left-${ana.email}`;
      await changeEmail(left);
      moveClock(hourMs);
      await report();
      const personal = { 'email.old': left, 'email.new': ana.email };
      expect(await audited('account.email-changed')).toMatchObject([{}, { result: 'success', personal }]);
      const told = await notMeLink(gatehouse, left, /email address of your Gatehouse account was changed/);
      expect((await gatehouse.browser().get(told)).heading).toBe('This link no longer works');
    });

    it('AC-05: a thief who says first that it was not them, from the new address, keeps nothing from the owner', async () => {
      const stolen = `thief-${ana.email}`;
      await changeEmail(stolen);
      await tellOf(gatehouse, { ...ana.account, email: stolen }, 'passwordChanged', thief);
      const browser = gatehouse.browser();
      await browser.submit(await browser.get(await notMeLink(gatehouse, stolen, /password was/)), {}, button);
      await report();
      expect((await gatehouse.services.accounts.get(ana.account.id))?.email).toBe(ana.email);
    });

    it('AC-05: a former address is not taken from whoever has it by then; the account is closed all the same', async () => {
      const stolen = `thief-${ana.email}`;
      await changeEmail(stolen);
      await gatehouse.services.accounts.create({ email: ana.email, emailVerified: true, status: 'active' });
      await report();
      const account = await gatehouse.services.accounts.get(ana.account.id);
      expect(account).toMatchObject({ email: stolen, securedAt: Date.now() });
      expect(account).not.toHaveProperty('passwordHash');
      expect((await gatehouse.browser().get(link)).status).toBe(410);
    });

    it('AC-05: a spent link signs nobody out once the owner is back', async () => {
      const mailReader = gatehouse.browser();
      const page = await mailReader.get(link);
      await mailReader.submit(page, {}, button);
      const passwordHash = await gatehouse.services.passwords.hash(ana.password);
      await gatehouse.services.accounts.update(ana.account.id, (old) => {
        const { mustEnrolMfa: _done, ...kept } = old;
        return { ...kept, passwordHash };
      });
      const back = await signedInBrowser(gatehouse, ana);
      await mailReader.submit(page, {}, button);
      expect((await back.get('/profile')).heading).toBe('My Profile');
    });

    it('AC-05: a post without the token of its own page does nothing', async () => {
      const token = new URL(link, gatehouse.issuer).searchParams.get('token') ?? '';
      const page = await gatehouse.browser().post('/not-me', { token });
      expect(page.status).toBe(403);
      expect(await audited('account.locked-down')).toEqual([]);
      await signInTo(gatehouse.browser(), await registerRelyingParty(gatehouse), ana);
    });
  });
}
