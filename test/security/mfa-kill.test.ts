// kill -9 while a second factor is switched on or off: it is on with its secret and its codes, or it is off.
import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestBrowser } from '../support/browser.ts';
import { stepMs } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { tokenOn } from '../support/form.ts';
import {
  activatePath,
  deactivatePath,
  passwordPath,
  shownSecret,
  signedInBrowser,
  twoCodes,
} from '../support/my-profile.ts';
import { codeAt, createPerson } from '../support/people.ts';
import { freePort, type ServerProcess, startProcess } from '../support/server-process.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const rounds = 6;

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`kill -9 at the second factor (${engine.name})`, () => {
    const storageUrl = engine.available ? engine.freshUrl() : '';
    let gatehouse: TestApp;
    let port: number;
    let server: ServerProcess | undefined;

    beforeAll(async () => {
      // This process only sets the stage and looks into the store: the one that answers is killed.
      port = await freePort();
      gatehouse = await startApp({ engine, storageUrl, env: { ISSUER: `http://127.0.0.1:${port}` } });
    });
    afterAll(async () => {
      await server?.kill();
      await gatehouse.stop();
    });

    it('REL-05: leaves it on with its secret and ten codes, or off without either', async () => {
      server = await startProcess({ storageUrl, port });
      for (let round = 0; round < rounds; round += 1) {
        const ana = await createPerson(gatehouse);
        const browser = await signedInBrowser(gatehouse, ana);
        const page = await browser.get(activatePath);
        const secret = await shownSecret(browser, page);
        const isOff = round % 2 === 1;
        // By a phone one step slow, so that the code of now is still unused.
        if (isOff) await browser.submit(page, twoCodes(secret, -1), 'Save');
        const fields = isOff
          ? {
              code: codeAt(secret),
              confirm: 'yes',
              _csrf: tokenOn(await browser.get(deactivatePath), deactivatePath),
            }
          : { ...twoCodes(secret), _csrf: tokenOn(page, activatePath) };
        const answer = post(browser, isOff ? deactivatePath : activatePath, fields);
        await pause(randomInt(0, 25));
        await server.kill();
        const status = await answer;
        server = await startProcess({ storageUrl, port });

        const account = await gatehouse.services.accounts.get(ana.account.id);
        if (account?.totp) {
          const next = Date.now() + stepMs;
          const proof = await gatehouse.services.totp.verify(account, codeAt(secret, next), next);
          expect(proof.outcome).toBe('accepted');
          expect(account.recoveryCodes).toHaveLength(10);
          const shown = gatehouse.services.mfa.shownCodes(
            account,
            account.shownRecoveryCodes?.holder ?? '',
            Date.now(),
          );
          const [code = ''] = shown ?? [];
          const use = { origin: {}, now: Date.now() };
          expect((await gatehouse.services.recoveryCodes.verify(account, code, use)).outcome).toBe('accepted');
        } else expect([account?.recoveryCodes, account?.shownRecoveryCodes]).toEqual([undefined, undefined]);
        if (status === 303) expect(account?.totp === undefined).toBe(isOff);
        const asked = await gatehouse.browser().get(passwordPath);
        expect(asked.heading).toBe('Sign in');
      }
      expect(await server.stop()).toBe(0);
    }, 240_000);
  });
}

/** @returns undefined where the connection broke before there was an answer */
async function post(browser: TestBrowser, path: string, fields: Record<string, string>): Promise<number | undefined> {
  try {
    return (await browser.request(path, { method: 'POST', body: new URLSearchParams(fields) })).status;
  } catch {
    return undefined;
  }
}
