// REL-04: the process dies while a password is reset. The old one opens the account or the new one, never both; with the new one every
// session and token is over and the owner is told once.
import { randomInt } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { sweep } from '../../src/sweeper.ts';
import { letClockRun, minuteMs, moveClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { type Mortal, startMortal } from '../support/fail-points.ts';
import { passwordPath, signedInBrowser } from '../support/my-profile.ts';
import { createPerson, type Person } from '../support/people.ts';
import { behindProxy, freshLink, hiddenFields, newPassword, resetPath, resetWith } from '../support/reset.ts';
import { roundsOr } from '../support/rounds.ts';
import { freePort, startProcess } from '../support/server-process.ts';
import type { TestApp } from '../support/start-app.ts';

const rounds = roundsOr(2);
/** A hash takes about this long: before it nothing has happened, after it everything. */
const longestMs = 400;

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`a reset of a password that is cut off (${engine.name})`, () => {
    let mortal: Mortal;
    let gatehouse: TestApp;

    beforeAll(async () => {
      mortal = await startMortal({ engine, env: behindProxy });
      gatehouse = mortal.gatehouse;
    });
    afterEach(letClockRun);
    afterAll(() => mortal.stop());

    /** A person with a session, and the form of the link. */
    async function begin() {
      const ana = await createPerson(gatehouse);
      const session = await signedInBrowser(gatehouse, ana);
      const browser = gatehouse.browser();
      const link = await freshLink(gatehouse, ana);
      const form = { ...hiddenFields(await browser.get(link)), newPassword };
      return { ana, session, browser, link, form };
    }

    /** @returns whether the password was reset */
    async function check(ana: Person): Promise<boolean> {
      const { services, app } = gatehouse;
      const account = await services.accounts.get(ana.account.id);
      const opens = async (password: string) =>
        (await services.passwords.verify(account, password, Date.now())) === 'accepted';
      const isReset = await opens(newPassword);
      expect(await opens(ana.password)).toBe(!isReset);
      expect(account?.sessionEpoch).toBe(ana.account.sessionEpoch + (isReset ? 1 : 0));
      expect(account?.tokensFromEpoch).toBe(isReset ? account?.sessionEpoch : undefined);
      expect(account?.passwordReset?.usedAt !== undefined).toBe(isReset);
      moveClock(2 * minuteMs);
      await sweep(services, app);
      await sweep(services, app);
      letClockRun();
      const mails = (await services.deliveries.list({ limit: 1000 })).filter(
        ({ to, purpose }) => to === ana.email && purpose === 'notice.passwordReset',
      );
      expect(mails).toHaveLength(isReset ? 1 : 0);
      const events = (await services.audit.bySubject(ana.account.id)).map(({ type }) => type);
      expect(events.includes('password.reset')).toBe(isReset);
      return isReset;
    }

    it('REL-04: leaves the old password and a good link, or the new one, after whichever write the process dies', async () => {
      const writes = await mortal.atEveryWrite(async (strike) => {
        const { ana, session, browser, link, form } = await begin();
        const hasDied = await strike(() => browser.post(resetPath, form));
        const isReset = await check(ana);
        expect(isReset || hasDied).toBe(true);
        expect((await session.get(passwordPath)).heading).toBe(isReset ? 'Sign in' : 'Password');
        const again = await resetWith(gatehouse.browser(), link).catch(() => undefined);
        expect(again !== undefined).toBe(!isReset);
        if (!isReset) expect(await check(ana)).toBe(true);
      });
      expect(writes).toBeGreaterThan(6);
    }, 120_000);

    it('REL-04: leaves the old password or the new one when the process is killed at any moment', async () => {
      const port = await freePort();
      const { storageUrl } = gatehouse.services.config;
      for (let round = 0; round < rounds; round += 1) {
        const { ana, browser, form } = await begin();
        const Cookie = await browser.jar.getCookieString(gatehouse.issuer);
        const server = await startProcess({ storageUrl, port, issuer: gatehouse.issuer });
        const init = {
          method: 'POST',
          body: new URLSearchParams(form),
          headers: { Cookie },
          redirect: 'manual',
        } as const;
        const answer = fetch(server.url + resetPath, init).then(
          ({ status }) => status,
          () => undefined,
        );
        await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, randomInt(0, longestMs)))]);
        await server.kill();
        const isReset = await check(ana);
        if ((await answer) === 303) expect(isReset).toBe(true);
      }
    }, 120_000);
  });
}
