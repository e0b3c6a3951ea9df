// REL-04: kill -9 while a password is reset. The old one opens the account or the new one, never both; with the new one every session and
// token is over and the owner is told.
import { randomInt } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { letClockRun, minuteMs, moveClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { createPerson } from '../support/people.ts';
import { behindProxy, freshLink, hiddenFields, newPassword, resetPath, subjectsTo } from '../support/reset.ts';
import { freePort, startProcess } from '../support/server-process.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const rounds = 4;
/** A hash takes about this long: before it nothing has happened, after it everything. */
const longestMs = 400;

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`kill -9 while a password is reset (${engine.name})`, () => {
    const storageUrl = engine.available ? engine.freshUrl() : '';
    let gatehouse: TestApp;
    let port: number;

    beforeAll(async () => {
      port = await freePort();
      gatehouse = await startApp({ engine, storageUrl, env: behindProxy });
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    it('REL-04: leaves the old password or the new one, and tells the owner of a new one', async () => {
      for (let round = 0; round < rounds; round += 1) {
        const ana = await createPerson(gatehouse);
        const browser = gatehouse.browser();
        const page = await browser.get(await freshLink(gatehouse, ana));
        const Cookie = await browser.jar.getCookieString(gatehouse.issuer);
        const server = await startProcess({ storageUrl, port, issuer: gatehouse.issuer });
        const answer = fetch(server.url + resetPath, {
          method: 'POST',
          body: new URLSearchParams({ ...hiddenFields(page), newPassword }),
          headers: { Cookie },
          redirect: 'manual',
        }).then(
          ({ status }) => status,
          () => undefined,
        );
        await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, randomInt(0, longestMs)))]);
        await server.kill();
        const status = await answer;
        const { accounts, passwords, deferredWork } = gatehouse.services;
        const account = await accounts.get(ana.account.id);
        const check = (password: string) => passwords.verify(account, password, Date.now());
        const [old, fresh] = [await check(ana.password), await check(newPassword)];
        expect([old, fresh].toSorted()).toEqual(['accepted', 'rejected']);
        if (status === 303) expect(fresh).toBe('accepted');
        const isReset = fresh === 'accepted';
        expect(account?.sessionEpoch).toBe(ana.account.sessionEpoch + (isReset ? 1 : 0));
        expect(account?.tokensFromEpoch).toBe(isReset ? account?.sessionEpoch : undefined);
        expect(account?.passwordReset?.usedAt !== undefined).toBe(isReset);
        moveClock(2 * minuteMs);
        await deferredWork.resume();
        letClockRun();
        const told = (await subjectsTo(gatehouse, ana.email)).some((subject) => subject.includes('was reset'));
        expect(told).toBe(isReset);
      }
    }, 120_000);
  });
}
