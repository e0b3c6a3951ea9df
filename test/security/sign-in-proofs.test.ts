// What is proved belongs to one account: no order of requests carries a proof over to another person or past a change of credentials.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from '../support/browser.ts';
import { letClockRun } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { holdPost } from '../support/held-post.ts';
import { activatePath, shownSecret, signedInBrowser, twoCodes } from '../support/my-profile.ts';
import { codeAt, createPerson, signIn } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`proofs of a sign-in (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      rp = await registerRelyingParty(gatehouse);
    });
    afterAll(() => gatehouse.stop());
    afterEach(letClockRun);

    it('does not take the attacker’s own second factor for that of a victim whose password they know', async () => {
      const victim = await createPerson(gatehouse, { withTotp: true });
      const attacker = await createPerson(gatehouse, { withTotp: true });
      const browser = gatehouse.browser();
      const asked = await browser.get(rp.request().url);
      const _csrf = csrfOf(asked);

      // The victim's password is on its way while the attacker signs in with their own, and so is the attacker's code.
      const password = await holdPost(browser, asked.url, { email: victim.email, password: victim.password, _csrf });
      const codePage = await browser.submit(asked, { email: attacker.email, password: attacker.password }, 'Sign in');
      const code = await holdPost(browser, codePage.url, {
        code: codeAt(attacker.totpSecret ?? ''),
        _csrf: csrfOf(codePage),
      });
      await password.finish();
      await code.finish();

      const { leftFor, heading } = await browser.get(new URL(asked.url).pathname.replace('/sign-in', ''));
      expect(leftFor).toBeUndefined();
      expect(['Enter your code', 'Sign in']).toContain(heading);
      expect((await gatehouse.services.audit.bySubject(victim.account.id)).map(({ type }) => type)).not.toContain(
        'sign-in.succeeded',
      );
    });

    it('does not take a wrong code of one account for an end of another account’s sign-in', async () => {
      const ana = await createPerson(gatehouse);
      const ben = await createPerson(gatehouse, { withTotp: true });
      const browser = gatehouse.browser();
      const asked = await browser.get(rp.request().url);
      const password = await holdPost(browser, asked.url, {
        email: ana.email,
        password: ana.password,
        _csrf: csrfOf(asked),
      });
      const codePage = await browser.submit(asked, { email: ben.email, password: ben.password }, 'Sign in');
      const wrong = await holdPost(browser, codePage.url, { code: '000000', _csrf: csrfOf(codePage) });
      await password.finish();
      await wrong.finish();
      const attempt = (await browser.get(new URL(asked.url).pathname.replace('/sign-in', ''))).leftFor;
      expect(attempt?.searchParams.get('code')).toBeTruthy();
    });

    it('does not let a temporary password of one account bring a stale sign-in of another back to life', async () => {
      const { services } = gatehouse;
      const victim = await createPerson(gatehouse);
      const owner = await createPerson(gatehouse);
      const recovery = await services.invitations.recoverOwner(owner.email, { makeOwner: true, resetMfa: false }, {});
      const browser = gatehouse.browser();
      const asked = await browser.get(rp.request().url);
      const password = await holdPost(browser, asked.url, {
        email: victim.email,
        password: victim.password,
        _csrf: csrfOf(asked),
      });
      const choose = await browser.submit(
        asked,
        { email: owner.email, password: recovery.temporaryPassword },
        'Sign in',
      );
      expect(choose.heading).toBe('Choose your password');
      const chosen = await holdPost(browser, choose.url, {
        newPassword: 'a quiet evening walk',
        _csrf: csrfOf(choose),
      });
      await password.finish();
      // The victim's credentials change twice: their epoch is now the one that the owner's account is about to reach.
      await services.accounts.update(victim.account.id, (old) => ({ ...old, sessionEpoch: 2 }));
      await chosen.finish();
      const { leftFor, heading } = await browser.get(new URL(asked.url).pathname.replace('/sign-in', ''));
      expect([leftFor, heading]).toEqual([undefined, 'Sign in']);
    });

    it('does not activate a second factor by a form that was begun before the password was changed', async () => {
      const ana = await createPerson(gatehouse);
      const thief = await signedInBrowser(gatehouse, ana);
      const page = await thief.get(activatePath);
      const secret = await shownSecret(thief, page);
      const held = await holdPost(thief, page.url, { ...twoCodes(secret), _csrf: csrfOf(page, activatePath) });
      const here = await signedInBrowser(gatehouse, ana);
      await here.submit(
        await here.get('/profile/password'),
        { currentPassword: ana.password, newPassword: 'seven quiet bicycles' },
        'Save',
      );
      await held.finish();
      expect((await gatehouse.services.accounts.get(ana.account.id))?.totp).toBeUndefined();
    });

    it('does not go on with a secret that was shown before the password was changed', async () => {
      const ana = await createPerson(gatehouse);
      const thief = await signedInBrowser(gatehouse, ana);
      const seen = await shownSecret(thief, await thief.get(activatePath));
      const here = await signedInBrowser(gatehouse, ana);
      await here.submit(
        await here.get('/profile/password'),
        { currentPassword: ana.password, newPassword: 'seven quiet bicycles' },
        'Save',
      );
      expect(await shownSecret(here, await here.get(activatePath))).not.toBe(seen);
    });

    it('takes a double click on Confirm for one', async () => {
      const ana = await createPerson(gatehouse, { withTotp: true });
      const browser = gatehouse.browser();
      const codePage = await signIn(browser, rp.request(), { ...ana, totpSecret: '' });
      const post = {
        method: 'POST',
        body: new URLSearchParams({ code: codeAt(ana.totpSecret ?? ''), _csrf: csrfOf(codePage) }),
      };
      const clicks = await Promise.all([1, 2].map(() => browser.request(codePage.url, post)));
      expect(clicks.map(({ status }) => status)).toEqual([303, 303]);
      expect((await browser.get(new URL(codePage.url).pathname)).leftFor?.searchParams.get('code')).toBeTruthy();
    });
  });
}

function csrfOf(page: Page, action = new URL(page.url).pathname): string {
  return page.document.querySelector(`form[action="${action}"] [name=_csrf]`)?.getAttribute('value') ?? '';
}
