// A temporary password expires, opens nothing else, and dies when used.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { hourMs, letClockRun, minuteMs, moveClock, stopClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { enterWith, invite } from '../support/invited.ts';
import { codeAt, createPerson, signIn } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const ownPassword = 'seven quiet bicycles';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`a temporary password (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      rp = await registerRelyingParty(gatehouse);
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    const opens = async (email: string, password: string) =>
      (await signIn(gatehouse.browser(), rp.request(), { email, password } as never)).leftFor !== undefined;
    const eventsOf = async (id: string) => (await gatehouse.services.audit.bySubject(id)).map(({ type }) => type);

    it('lets the temporary password live for 72 hours, and says so when it is too old, to who knows it', async () => {
      const now = stopClock();
      const invited = await invite(gatehouse);
      stopClock(now + 72 * hourMs - 1000);
      expect((await enterWith(gatehouse.browser(), rp.request().url, invited)).heading).toBe('Choose your password');
      stopClock(now + 72 * hourMs);
      const late = await enterWith(gatehouse.browser(), rp.request().url, invited);
      expect([late.status, late.problems]).toEqual([
        422,
        ['This temporary password is too old. Ask for a new invitation below'],
      ]);
      const wrong = await enterWith(gatehouse.browser(), rp.request().url, {
        ...invited,
        temporaryPassword: 'AAAAA-AAAAA-AAAAA-AAAAA',
      });
      expect(wrong.problems).toEqual(['The email address or password is not right']);
    });

    it('is over when the page that asks for the own password stood open for half an hour', async () => {
      stopClock();
      const invited = await invite(gatehouse);
      const browser = gatehouse.browser();
      const choose = await enterWith(browser, rp.request().url, invited);
      moveClock(30 * minuteMs);
      expect((await browser.submit(choose, { newPassword: ownPassword }, 'Save')).heading).toBe('Sign in');
      expect(await opens(invited.email, ownPassword)).toBe(false);
    });

    it('kills the temporary password by its use', async () => {
      const invited = await invite(gatehouse);
      const [browser, waiting] = [gatehouse.browser(), gatehouse.browser()];
      const stale = await enterWith(waiting, rp.request().url, invited);
      await browser.submit(await enterWith(browser, rp.request().url, invited), { newPassword: ownPassword }, 'Save');
      expect((await enterWith(gatehouse.browser(), rp.request().url, invited)).problems).toEqual([
        'The email address or password is not right',
      ]);
      expect((await waiting.submit(stale, { newPassword: 'another quiet walk' }, 'Save')).heading).toBe('Sign in');
      expect(await opens(invited.email, 'another quiet walk')).toBe(false);
    });

    it('has one winner when twenty browsers choose a password at once', async () => {
      const invited = await invite(gatehouse);
      const browsers = Array.from({ length: 4 }, () => gatehouse.browser());
      const pages = await Promise.all(browsers.map((browser) => enterWith(browser, rp.request().url, invited)));
      const wishes = Array.from({ length: 20 }, (_, n) => `${ownPassword} ${n}`);
      await Promise.all(
        wishes.map((newPassword, n) => {
          const page = pages[n % 4];
          const _csrf = page?.document.querySelector('[name=_csrf]')?.getAttribute('value') ?? '';
          return browsers[n % 4]?.request(page?.url ?? '', {
            method: 'POST',
            body: new URLSearchParams({ newPassword, _csrf }),
          });
        }),
      );
      const account = await gatehouse.services.accounts.get(invited.account.id);
      const taken = [];
      for (const password of wishes)
        if ((await gatehouse.services.passwords.verify(account, password, Date.now())) === 'accepted')
          taken.push(password);
      expect(taken).toHaveLength(1);
      expect((await eventsOf(invited.account.id)).filter((type) => type === 'password.changed')).toHaveLength(1);
      expect(account?.temporaryPassword).toBeUndefined();
    });

    it('is no way round the second factor: a break-glass password is asked for the code before it may choose anything', async () => {
      const { services } = gatehouse;
      const owner = await createPerson(gatehouse, { withTotp: true });
      const { temporaryPassword } = await services.invitations.recoverOwner(
        owner.email,
        { makeOwner: true, resetMfa: false },
        { actor: 'cli' },
      );
      const browser = gatehouse.browser();
      const codePage = await enterWith(browser, rp.request().url, { email: owner.email, temporaryPassword });
      expect(codePage.heading).toBe('Enter your code');
      const _csrf = codePage.document.querySelector('[name=_csrf]')?.getAttribute('value') ?? '';
      const forced = await browser.post(codePage.url.replace(/code$/, 'new-password'), {
        newPassword: ownPassword,
        _csrf,
      });
      expect(forced.heading).toBe('Enter your code');
      expect(await opens(owner.email, ownPassword)).toBe(false);
      const choose = await browser.submit(codePage, { code: codeAt(owner.totpSecret ?? '') }, 'Confirm');
      expect(choose.heading).toBe('Choose your password');
      expect((await browser.submit(choose, { newPassword: ownPassword }, 'Save')).leftFor).toBeDefined();
    });
  });
}
