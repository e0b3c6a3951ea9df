// kill -9 while an invitation is being accepted: afterwards either the temporary password still opens it, or the own password does.
import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { engines } from '../support/engines.ts';
import { enterWith, invite } from '../support/invited.ts';
import { freePort, startProcess } from '../support/server-process.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const rounds = 3;
const own = 'seven quiet bicycles';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`kill -9 of an acceptance (${engine.name})`, () => {
    const storageUrl = engine.available ? engine.freshUrl() : '';
    let gatehouse: TestApp;
    let port: number;

    beforeAll(async () => {
      port = await freePort();
      gatehouse = await startApp({ engine, storageUrl, env: { ISSUER: `http://127.0.0.1:${port}` } });
    });
    afterAll(() => gatehouse.stop());

    it('REL-03: leaves a valid invitation or an account with its own password, never neither', async () => {
      const { accounts, passwords } = gatehouse.services;
      for (let round = 0; round < rounds; round += 1) {
        const invited = await invite(gatehouse);
        const server = await startProcess({ storageUrl, port, env: { SMTP_URL: 'off' } });
        const browser = gatehouse.browser();
        const choose = await enterWith(browser, '/profile', invited);
        const accept = async () => {
          const name = await browser.submit(choose, { newPassword: own }, 'Save');
          await browser.submit(name, { givenName: 'Ana', familyName: 'Silva' }, 'Save');
        };
        const accepting = accept().catch(() => undefined);
        await delay(randomInt(0, 400));
        await server.kill();
        await accepting;
        const account = await accounts.get(invited.account.id);
        const opens = [
          await passwords.verify(account, invited.temporaryPassword, Date.now()),
          await passwords.verify(account, own, Date.now()),
        ];
        expect([
          ['accepted-temporary', 'rejected'],
          ['rejected', 'accepted'],
        ]).toContainEqual(opens);
        expect(account?.emailVerified).toBe(opens[1] === 'accepted');
        if (account?.status === 'active') expect(account).toMatchObject({ givenName: 'Ana', emailVerified: true });
      }
    }, 120_000);
  });
}
