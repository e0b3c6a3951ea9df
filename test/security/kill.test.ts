// kill -9 at any moment: what was answered is there after a restart, and the signed-in browser is still signed in.
import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { engines } from '../support/engines.ts';
import { createPerson, type Person, signInTo } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { roundsOr } from '../support/rounds.ts';
import { freePort, startProcess } from '../support/server-process.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const rounds = roundsOr(4);
const chains = 8;

/** A client that refreshes for ever, and what it was last told. */
interface Chain {
  acknowledged: string;
  isWaiting: boolean;
}

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`kill -9 (${engine.name})`, () => {
    const storageUrl = engine.available ? engine.freshUrl() : '';
    let gatehouse: TestApp;
    let port: number;
    let rp: RelyingParty;
    let ana: Person;

    beforeAll(async () => {
      // This process only sets the stage and never answers a client: the one that is killed does.
      port = await freePort();
      gatehouse = await startApp({ engine, storageUrl, env: { ISSUER: `http://127.0.0.1:${port}` } });
      rp = await registerRelyingParty(gatehouse);
      ana = await createPerson(gatehouse);
    });
    afterAll(() => gatehouse.stop());

    it('loses no acknowledged refresh and no session', async () => {
      let server = await startProcess({ storageUrl, port });
      const browser = gatehouse.browser();
      await signInTo(browser, rp, ana);
      const cookies = await browser.jar.getCookieString(gatehouse.issuer);
      for (let round = 0; round < rounds; round += 1) {
        const running = await Promise.all(
          Array.from({ length: chains }, async () => ({
            acknowledged: await refreshTokenFor(cookies),
            isWaiting: false,
          })),
        );
        const killer = killAfter(randomInt(1, 150), () => server.kill());
        await Promise.all(running.map((chain) => refreshForEver(chain, killer.count)));
        await killer.done;
        server = await startProcess({ storageUrl, port });
        // What was answered first: a refresh without an answer may have used its token up, and trying that again ends the grant
        // that all of these hang on. That client signs in again, and no family lives twice.
        for (const { acknowledged, isWaiting } of running.toSorted(
          (a, b) => Number(a.isWaiting) - Number(b.isWaiting),
        )) {
          const { status, body } = await rp.refresh(acknowledged);
          if (isWaiting) expect([200, 400]).toContain(status);
          else expect([status, body.error]).toEqual([200, undefined]);
        }
        expect(await codeFor(cookies)).toMatch(/^[\w-]{51}$/);
      }
      expect(await server.stop()).toBe(0);
    }, 240_000);

    async function refreshForEver(chain: Chain, count: () => void): Promise<void> {
      for (;;) {
        chain.isWaiting = true;
        const answer = await rp.refresh(chain.acknowledged).catch(() => undefined);
        if (!answer) return;
        expect(answer.status).toBe(200);
        chain.acknowledged = answer.body.refresh_token ?? '';
        chain.isWaiting = false;
        count();
      }
    }

    async function codeFor(cookies: string, request = rp.request({ prompt: 'none' })): Promise<string> {
      const response = await fetch(gatehouse.issuer + request.url, {
        headers: { Cookie: cookies },
        redirect: 'manual',
      });
      return new URL(response.headers.get('Location') ?? '/', gatehouse.issuer).searchParams.get('code') ?? '';
    }

    async function refreshTokenFor(cookies: string): Promise<string> {
      const request = rp.request({ prompt: 'none' });
      const callback = new URL(`${rp.redirectUri}?code=${await codeFor(cookies, request)}`);
      return (await rp.redeem(callback, request)).body.refresh_token ?? '';
    }
  });
}

/** Strikes at the `answers`-th answer, while the other chains are under way. */
function killAfter(answers: number, kill: () => Promise<void>): { count(): void; done: Promise<void> } {
  const { promise: done, resolve } = Promise.withResolvers<void>();
  let left = answers;
  const count = () => {
    left -= 1;
    if (left === 0) void kill().then(resolve);
  };
  return { count, done };
}
