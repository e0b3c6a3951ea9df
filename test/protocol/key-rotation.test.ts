// Signing keys turn over while people sign in: by the schedule, by hand, by several nodes, through kill -9, and in an emergency.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import * as openid from 'openid-client';
import { sweep } from '../../src/sweeper.ts';
import { hourMs, letClockRun, moveClock, stopClock } from '../support/clock.ts';
import { dyingStorage } from '../support/dying-storage.ts';
import { engines } from '../support/engines.ts';
import { eventually } from '../support/eventually.ts';
import { createPerson, signIn, signInTo } from '../support/people.ts';
import { registerRelyingParty } from '../support/relying-party.ts';
import { startProcess } from '../support/server-process.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const dayMs = 24 * hourMs;
const algorithms = ['ES256', 'RS256'] as const;
const origin = { actor: 'test' };

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`signing keys (${engine.name})`, () => {
    let gatehouse: TestApp;

    beforeEach(async () => {
      gatehouse = await startApp({ engine });
    });
    afterEach(async () => {
      letClockRun();
      await gatehouse.stop();
    });

    /** The ID tokens of somebody who signs in to an app of each algorithm. */
    async function idTokens(node = gatehouse): Promise<string[]> {
      const person = await createPerson(node);
      const tokens: string[] = [];
      for (const id_token_signed_response_alg of algorithms) {
        const rp = await registerRelyingParty(node, { id_token_signed_response_alg });
        tokens.push((await signInTo(node.browser(), rp, person)).body.id_token ?? '');
      }
      return tokens;
    }

    async function jwks(url = gatehouse.issuer): Promise<JSONWebKeySet> {
      return (await (await fetch(`${url}/jwks`)).json()) as JSONWebKeySet;
    }

    const kidsOf = (tokens: string[]) => tokens.map((token) => decodeProtectedHeader(token).kid);
    const publishedKids = async (url?: string) => (await jwks(url)).keys.map(({ kid }) => kid);

    /** @throws where one does not verify by what is published now */
    async function expectVerified(tokens: string[], url?: string): Promise<void> {
      const keys = createLocalJWKSet(await jwks(url));
      for (const token of tokens) await jwtVerify(token, keys, { issuer: gatehouse.issuer, clockTolerance: '30d' });
    }

    async function kidsIn(state: string, node = gatehouse): Promise<string[]> {
      const lives = await node.services.keys.list();
      return lives.filter((life) => life.state === state).map(({ key }) => key.kid);
    }

    async function rotate(): Promise<void> {
      await gatehouse.services.keys.rotate(origin);
      await gatehouse.app.oidc.followKeys();
    }

    async function eventTypes(): Promise<string[]> {
      const events = await gatehouse.services.audit.search({ limit: 100 });
      return events.map(({ type }) => type).filter((type) => type.startsWith('signing-key.'));
    }

    it('publishes the next keys before they sign, and those of before afterwards', async () => {
      const [signing, next] = [await kidsIn('signing'), await kidsIn('next')];
      expect(new Set([...signing, ...next]).size).toBe(4);
      expect(await publishedKids()).toEqual([...signing, ...next]);
      const before = await idTokens();
      expect(kidsOf(before)).toEqual(signing);
      await rotate();
      const after = await idTokens();
      expect(kidsOf(after)).toEqual(next);
      await expectVerified([...before, ...after]);
      expect(await kidsIn('retiring')).toEqual(signing);
      expect(await kidsIn('next')).not.toEqual(next);
    });

    it('keeps apps going that remember the list: the next keys are in it, and for others they look again', async () => {
      stopClock();
      const [rp, ana] = [await registerRelyingParty(gatehouse), await createPerson(gatehouse)];
      const options = { execute: [openid.allowInsecureRequests, openid.enableNonRepudiationChecks] };
      const metadata = { id_token_signed_response_alg: 'ES256' };
      const secret = Buffer.from(rp.authorization.slice('Basic '.length), 'base64').toString().split(':')[1] ?? '';
      const authentication = openid.ClientSecretBasic(secret);
      const url = new URL(gatehouse.issuer);
      const library = await openid.discovery(url, rp.clientId, metadata, authentication, options);
      for (let turn = 0; turn < 3; turn += 1) {
        const request = rp.request();
        const { leftFor } = await signIn(gatehouse.browser(), request, ana);
        const checks = {
          pkceCodeVerifier: request.verifier,
          expectedNonce: request.nonce,
          expectedState: request.state,
        };
        const tokens = await openid.authorizationCodeGrant(library, leftFor as URL, checks);
        expect(kidsOf([tokens.id_token ?? ''])).toEqual((await kidsIn('signing')).slice(0, 1));
        moveClock(hourMs);
        await rotate();
      }
    });

    it('turns them over by the schedule, and drops one when nothing that it signed is of use', async () => {
      stopClock();
      const [signing, next] = [await kidsIn('signing'), await kidsIn('next')];
      const turn = async (byMs: number) => {
        moveClock(byMs);
        await sweep(gatehouse.services, gatehouse.app);
        await gatehouse.app.oidc.followKeys();
      };
      await turn(90 * dayMs - hourMs);
      expect(await kidsIn('signing')).toEqual(signing);
      await turn(hourMs);
      expect(await kidsIn('signing')).toEqual(next);
      await turn(30 * dayMs);
      expect(await publishedKids()).toEqual(expect.arrayContaining(signing));
      await turn(hourMs);
      expect(await publishedKids()).toHaveLength(4);
      expect(await gatehouse.services.keys.list()).toHaveLength(4);
      const events = await eventTypes();
      for (const [type, count] of Object.entries({ created: 6, rotated: 2, retired: 2 }))
        expect(events.filter((one) => one === `signing-key.${type}`)).toHaveLength(count);
    });

    it('leaves them alone where the schedule is off', async () => {
      const storageUrl = gatehouse.services.config.storageUrl;
      const off = await startApp({ engine, storageUrl, keepStorage: true, env: { SIGNING_KEY_ROTATION: 'off' } });
      const signing = await kidsIn('signing');
      stopClock();
      moveClock(1000 * dayMs);
      await off.services.keys.sweep();
      expect(await kidsIn('signing', off)).toEqual(signing);
      letClockRun();
      await off.stop();
    });

    it('does not let a key sign that apps may not know yet', async () => {
      stopClock();
      await rotate();
      const signing = await kidsIn('signing');
      moveClock(hourMs - 1);
      await expect(gatehouse.services.keys.rotate(origin)).rejects.toMatchObject({ code: 'conflict' });
      expect(await kidsIn('signing')).toEqual(signing);
      moveClock(1);
      await rotate();
      expect(await kidsIn('signing')).not.toEqual(signing);
    });

    it('makes one rotation of many that are asked for at the same moment', async () => {
      const { storageUrl } = gatehouse.services.config;
      const other = await startApp({ engine, storageUrl, keepStorage: true });
      const next = await kidsIn('next');
      await Promise.allSettled(
        [gatehouse, other, gatehouse, other].map(({ services }) => services.keys.rotate(origin)),
      );
      await Promise.all([gatehouse, other].map(({ services }) => services.keys.sweep()));
      expect([await kidsIn('signing'), await kidsIn('signing', other)]).toEqual([next, next]);
      expect(await kidsIn('next')).toHaveLength(2);
      expect((await eventTypes()).filter((type) => type === 'signing-key.rotated')).toHaveLength(2);
      await other.stop();
    });

    it('writes down who turned which key over to which', async () => {
      const [signing, next] = [await kidsIn('signing'), await kidsIn('next')];
      await rotate();
      const events = await gatehouse.services.audit.search({ type: 'signing-key.rotated' });
      expect(events.map(({ actor, subject, detail }) => ({ actor, subject, detail }))).toEqual(
        expect.arrayContaining(
          algorithms.map((algorithm, at) => ({
            actor: 'test',
            subject: next[at],
            detail: { algorithm, from: signing[at], to: next[at] },
          })),
        ),
      );
    });

    it('revokes a key that signs: it is gone at once, and the next one signs', async () => {
      const [signing, next] = [await kidsIn('signing'), await kidsIn('next')];
      const [, stolen = ''] = signing;
      const before = await idTokens();
      await gatehouse.services.keys.revoke(stolen, origin);
      await gatehouse.app.oidc.followKeys();
      expect(await publishedKids()).not.toContain(stolen);
      await expectVerified(before.slice(0, 1));
      await expect(expectVerified(before.slice(1))).rejects.toThrow();
      const after = await idTokens();
      expect(kidsOf(after)).toEqual([signing[0], next[1]]);
      await expectVerified(after);
      await expect(gatehouse.services.keys.revoke(stolen, origin)).rejects.toMatchObject({ code: 'not_found' });
      const [event] = await gatehouse.services.audit.search({ type: 'signing-key.revoked' });
      expect(event).toMatchObject({ actor: 'test', subject: stolen, detail: { algorithm: 'RS256', state: 'signing' } });
    });

    it('revokes the next key, and publishes another', async () => {
      const [doomed = '', kept] = await kidsIn('next');
      await gatehouse.services.keys.revoke(doomed, origin);
      const next = await kidsIn('next');
      expect(next).toEqual([expect.not.stringMatching(doomed), kept]);
      await gatehouse.app.oidc.followKeys();
      expect(await publishedKids()).toEqual([...(await kidsIn('signing')), ...next]);
      expect((await gatehouse.services.keys.list()).find(({ key }) => key.kid === doomed)?.key.jwk).toBe('');
    });

    it('REL-06: keeps a set that works, at whichever write of a rotation or a revocation the process dies', async () => {
      stopClock();
      const before = await idTokens();
      const acts = [
        ({ services }: TestApp) => services.keys.rotate(origin),
        async ({ services }: TestApp) => services.keys.revoke((await kidsIn('signing'))[0] ?? '', origin),
      ];
      const writes: number[] = [];
      for (const act of acts) {
        let deaths = 0;
        while (await diesAfter(deaths + 1, act)) {
          deaths += 1;
          await gatehouse.app.oidc.followKeys();
          const signing = await kidsIn('signing');
          expect([signing.length, (await kidsIn('next')).length]).toEqual([2, 2]);
          const after = await idTokens();
          expect(kidsOf(after)).toEqual(signing);
          const revoked = await kidsIn('revoked');
          await expectVerified([...before.filter((token) => !revoked.includes(kidsOf([token])[0] ?? '')), ...after]);
          moveClock(hourMs);
        }
        writes.push(deaths);
        moveClock(hourMs);
      }
      // Two keys begin and two are made; one begins, one is revoked, one is made.
      expect(writes).toEqual([4, 3]);
    }, 30_000);

    /** @returns whether the process died of so many writes to the signing keys before it was done */
    async function diesAfter(writes: number, act: (node: TestApp) => Promise<unknown>): Promise<boolean> {
      let left = Infinity;
      const count = (collection: string) => {
        if (collection === 'signing-keys') left -= 1;
      };
      const node = await startApp({
        engine,
        storageUrl: gatehouse.services.config.storageUrl,
        keepStorage: true,
        wrap: (storage) => dyingStorage(storage, count, () => left <= 0),
      });
      left = writes;
      await act(node).catch(() => undefined);
      const hasDied = left <= 0;
      left = Infinity;
      await node.stop();
      return hasDied;
    }

    it('REL-23: reaches another running process within seconds', async () => {
      const { storageUrl } = gatehouse.services.config;
      const { url, stop } = await startProcess({ storageUrl, issuer: gatehouse.issuer });
      const before = await idTokens();
      await rotate();
      const now = await publishedKids();
      await expectVerified([...before, ...(await idTokens())], url);
      const isSame = (kids: unknown) => String(kids) === String(now);
      expect(await eventually(() => publishedKids(url), isSame)).toEqual(now);
      await stop();
    });
  });
}
