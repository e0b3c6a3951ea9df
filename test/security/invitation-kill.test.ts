// REL-03: the process dies while an invitation is being accepted. Afterwards either the temporary password still opens it, or the own
// password does; and either leads to the end of the acceptance.
import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestBrowser } from '../support/browser.ts';
import { engines } from '../support/engines.ts';
import { type Mortal, startMortal } from '../support/fail-points.ts';
import { enterWith, type Invited, invite } from '../support/invited.ts';
import { roundsOr } from '../support/rounds.ts';
import { startProcess } from '../support/server-process.ts';
import type { TestApp } from '../support/start-app.ts';

const rounds = roundsOr(2);
const own = 'seven quiet bicycles';
const names = { givenName: 'Ana', familyName: 'Silva' };

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`an acceptance that is cut off (${engine.name})`, () => {
    let mortal: Mortal;
    let gatehouse: TestApp;

    beforeAll(async () => {
      mortal = await startMortal({ engine });
      gatehouse = mortal.gatehouse;
    });
    afterAll(() => mortal.stop());

    /** Answers whatever is asked, from the sign-in on. @returns the last page */
    async function accept(browser: TestBrowser, { email }: Invited, password: string) {
      let page = await enterWith(browser, '/profile', { email, temporaryPassword: password });
      if (page.document.querySelector('[name=newPassword]'))
        page = await browser.submit(page, { newPassword: own }, 'Save');
      if (page.document.querySelector('[name=givenName]')) page = await browser.submit(page, names, 'Save');
      return page;
    }

    async function check(invited: Invited): Promise<void> {
      const { accounts, passwords, invitations } = gatehouse.services;
      const account = await accounts.get(invited.account.id);
      const opens = [
        await passwords.verify(account, invited.temporaryPassword, Date.now()),
        await passwords.verify(account, own, Date.now()),
      ];
      expect([
        ['accepted-temporary', 'rejected'],
        ['rejected', 'accepted'],
      ]).toContainEqual(opens);
      const hasOwn = opens[1] === 'accepted';
      expect(account?.emailVerified).toBe(hasOwn);
      if (account?.status === 'active') expect(account).toMatchObject({ ...names, emailVerified: true });
      else expect(account?.givenName).toBeUndefined();
      const end = await accept(gatehouse.browser(), invited, hasOwn ? own : invited.temporaryPassword);
      expect(new URL(end.url).pathname).toBe('/profile');
      const accepted = await accounts.get(invited.account.id);
      expect(accepted).toMatchObject({ ...names, status: 'active', emailVerified: true });
      expect(accepted && invitations.statusOf(accepted)?.state).toBe('accepted');
      expect(await passwords.verify(accepted, invited.temporaryPassword, Date.now())).toBe('rejected');
    }

    it('REL-03: leaves a valid invitation or an account with its own password, after whichever write the process dies', async () => {
      const writes = await mortal.atEveryWrite(async (strike) => {
        const invited = await invite(gatehouse);
        await strike(() => accept(gatehouse.browser(), invited, invited.temporaryPassword));
        await check(invited);
      });
      expect(writes).toBeGreaterThan(15);
    }, 120_000);

    it('REL-03: leaves a valid invitation or an account with its own password when the process is killed at any moment', async () => {
      const { storageUrl } = gatehouse.services.config;
      for (let round = 0; round < rounds; round += 1) {
        const invited = await invite(gatehouse);
        const server = await startProcess({ storageUrl, issuer: gatehouse.issuer });
        const browser = gatehouse.browser();
        const choose = await enterWith(browser, '/profile', invited);
        const Cookie = await browser.jar.getCookieString(gatehouse.issuer);
        const _csrf = choose.document.querySelector('main [name=_csrf]')?.getAttribute('value') ?? '';
        const body = new URLSearchParams({ newPassword: own, _csrf });
        const { pathname } = new URL(choose.url);
        const init = { method: 'POST', body, headers: { Cookie }, redirect: 'manual' } as const;
        const answer = fetch(server.url + pathname, init).catch(() => undefined);
        await Promise.race([answer, delay(randomInt(0, 400))]);
        await server.kill();
        await answer;
        await check(invited);
      }
    }, 120_000);
  });
}
