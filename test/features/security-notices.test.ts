// Mails that tell a person of a change to the ways into their account.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { noticeKinds } from '../../src/accounts/security-notice.ts';
import { sweep } from '../../src/sweeper.ts';
import { hourMs, letClockRun, moveClock, stopClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { enterWith, invite } from '../support/invited.ts';
import { openProfile, passwordPath, signedInBrowser } from '../support/my-profile.ts';
import { mailTo, notMeLink, subjectsTo, tellOf } from '../support/notices.ts';
import { createPerson } from '../support/people.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0';
const newDevice = 'A new device signed in to your Gatehouse account';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`security mails (${engine.name})`, () => {
    let gatehouse: TestApp;
    beforeAll(async () => {
      gatehouse = await startApp({ engine });
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    it('AC-05: tells of a changed password: when, from which address, with which browser, and what to do', async () => {
      const ana = await createPerson(gatehouse);
      const browser = await signedInBrowser(gatehouse, ana);
      const page = await browser.get(passwordPath);
      const token = page.document.querySelector('main [name=_csrf]')?.getAttribute('value') ?? '';
      const form = { currentPassword: ana.password, newPassword: 'seven quiet bicycles', _csrf: token };
      await browser.post(passwordPath, form, { 'User-Agent': firefox });
      const { text, html } = await mailTo(gatehouse, ana.email, 'Your Gatehouse password was changed');
      for (const fact of [/When: \d+ \w+ 20\d\d/, /From the address: 127\.0\.0\.1/, /With: Firefox on Windows/])
        expect(text).toMatch(fact);
      expect(text).toContain(`${gatehouse.issuer}/not-me?token=`);
      expect(html).toContain(`${gatehouse.issuer}/not-me?token=`);
    });

    it('AC-05: tells of a password that was chosen on demand while signing in: a leaked one may be a stranger’s to replace', async () => {
      const ana = await createPerson(gatehouse);
      await gatehouse.services.accounts.update(ana.account.id, (old) => ({
        ...old,
        passwordMustChange: { reason: 'breached', at: Date.now() },
      }));
      const stranger = gatehouse.browser();
      const choose = await openProfile(stranger, ana);
      const done = await stranger.submit(choose, { newPassword: 'seven quiet bicycles' }, 'Save');
      expect(done.heading).toBe('Password');
      expect(await subjectsTo(gatehouse, ana.email)).toContain('Your Gatehouse password was changed');
    });

    it('AC-05: does not tell a person of the first password that they choose themselves', async () => {
      const invited = await invite(gatehouse);
      const browser = gatehouse.browser();
      const choose = await enterWith(browser, '/profile', invited);
      expect((await browser.submit(choose, { newPassword: 'seven quiet bicycles' }, 'Save')).heading).toBe('Your name');
      expect(await subjectsTo(gatehouse, invited.email)).toHaveLength(1);
    });

    it('AC-05: tells of a sign-in on a new device; of the first ever, and of a known browser, it does not', async () => {
      const ana = await createPerson(gatehouse);
      const first = await signedInBrowser(gatehouse, ana);
      await signOut(first);
      expect((await signInAgain(first, ana)).heading).toBe('Password');
      expect(await subjectsTo(gatehouse, ana.email)).toEqual([]);
      await signedInBrowser(gatehouse, ana);
      expect(await subjectsTo(gatehouse, ana.email)).toEqual([newDevice]);
    });

    it('AC-05: tells of a temporary password that an operator made, but not the person it was made the account for', async () => {
      const ana = await createPerson(gatehouse);
      await gatehouse.services.invitations.recoverOwner(
        ana.email,
        { makeOwner: true, resetMfa: false },
        { actor: 'cli' },
      );
      expect(await subjectsTo(gatehouse, ana.email)).toEqual(['An operator made a way into your Gatehouse account']);
      const email = `new-${ana.email}`;
      await gatehouse.services.invitations.recoverOwner(email, { makeOwner: true, resetMfa: false }, { actor: 'cli' });
      expect(await subjectsTo(gatehouse, email)).toEqual([]);
    });

    it.each(noticeKinds.filter((kind) => kind !== 'accountDeleted'))(
      'links to a page that says what happened, which failed where the catalogue had no words for it: %s',
      async (kind) => {
        const ana = await createPerson(gatehouse);
        await tellOf(gatehouse, ana.account, kind, {});
        const page = await gatehouse.browser().get(await notMeLink(gatehouse, ana.email, /./));
        expect([page.status, page.heading]).toEqual([200, 'Was this not you?']);
      },
    );

    it('tells of what an administrator did without where they sit and what with, in the mail and behind its link', async () => {
      const ana = await createPerson(gatehouse);
      const origin = { actor: 'an-administrator', address: '192.0.2.77', userAgent: firefox };
      await tellOf(gatehouse, ana.account, 'mfaReset', origin);
      const { text, html } = await mailTo(gatehouse, ana.email, /administrator removed/);
      expect(text).toContain('If you know why, there is nothing to do.');
      const page = await gatehouse.browser().get(await notMeLink(gatehouse, ana.email, /administrator removed/));
      expect(page.heading).toBe('Was this not you?');
      for (const told of [text, html]) expect(told).not.toMatch(/If it was you|With:/);
      for (const told of [text, html, page.text]) expect(told).not.toMatch(/192\.0\.2\.77|Firefox/);
    });

    it('AC-05: repeats of what a browser calls itself only names that are known', async () => {
      const ana = await createPerson(gatehouse);
      const origin = { address: '192.0.2.7', userAgent: '"Call 555-0100 now"/1 (Windows NT 10.0)' };
      await tellOf(gatehouse, ana.account, 'newDevice', origin);
      const { text, html } = await mailTo(gatehouse, ana.email, newDevice);
      expect(text).toContain('With: A browser on Windows');
      expect(text + html).not.toMatch(/555-0100|Call/);
    });

    it('AC-05: a mail that cannot be stored undoes no change and fails no request; it is given up after a week', async () => {
      stopClock();
      const ana = await createPerson(gatehouse);
      const { services, app } = gatehouse;
      // No outbox takes a mail to such an address.
      await expect(
        tellOf(gatehouse, { ...ana.account, email: 'nobody' }, 'passwordChanged', {}),
      ).resolves.toBeUndefined();
      await tellOf(gatehouse, ana.account, 'newDevice', {});
      expect(await subjectsTo(gatehouse, ana.email)).toEqual([newDevice]);
      const waiting = async () =>
        (await services.accounts.get(ana.account.id))?.pendingNotices?.map(({ kind }) => kind);
      moveClock(7 * 24 * hourMs - 1);
      await sweep(services, app);
      expect(await waiting()).toEqual(['passwordChanged']);
      moveClock(1);
      await sweep(services, app);
      expect(await waiting()).toBeUndefined();
    });

    async function signOut(browser: Awaited<ReturnType<typeof signedInBrowser>>) {
      await browser.submit(await browser.get('/profile'), {}, 'Log Out');
    }

    async function signInAgain(
      browser: Awaited<ReturnType<typeof signedInBrowser>>,
      { email, password }: { email: string; password: string },
    ) {
      return browser.submit(await browser.get(passwordPath), { email, password }, 'Sign in');
    }
  });
}
