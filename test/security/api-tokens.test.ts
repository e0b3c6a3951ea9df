// What ends the rights of a token: at the very next call, whoever holds it.

import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import {
  adminApp,
  type Caller,
  callerWith,
  machineFor,
  machineToken,
  personToken,
  personWith,
} from '../support/api.ts';
import { letClockRun, minuteMs, moveClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { signIn } from '../support/people.ts';
import type { RelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const origin = { actor: 'test' };

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`a token of the API (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      for (const id of ['acme', 'zeta']) await gatehouse.services.organizations.create({ id, name: id }, origin);
      rp = await adminApp(gatehouse);
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    const people = async (caller: Caller) => {
      const { status, headers } = await caller('GET', '/users');
      return `${status} ${/error="(\w+)"/.exec(headers.get('WWW-Authenticate') ?? '')?.[1] ?? ''}`.trim();
    };
    const opened = async (roles: Record<string, string[]> = { instance: ['owner'] }) => {
      const person = await personWith(gatehouse, roles);
      const browser = gatehouse.browser();
      const token = await personToken(gatehouse, rp, { person, browser });
      const caller = callerWith(gatehouse, token);
      expect(await people(caller)).toBe('200');
      return { person, browser, token, caller };
    };

    it.each<[string, (one: Awaited<ReturnType<typeof opened>>) => Promise<unknown>, string]>([
      [
        'a suspension',
        ({ person }) =>
          gatehouse.services.accounts.update(person.account.id, (old) => ({ ...old, status: 'suspended' })),
        '401 invalid_token',
      ],
      [
        'the end of the session',
        ({ person }) => gatehouse.app.oidc.endAll(person.account.id, { reason: 'administrator' }, origin),
        '401 invalid_token',
      ],
      [
        'a sign-out',
        async ({ browser }) => browser.submit(await browser.get('/profile'), {}, 'Log Out'),
        '401 invalid_token',
      ],
      ['its revocation', ({ token }) => rp.post('/token/revocation', { token }), '401 invalid_token'],
      [
        'the loss of the role',
        ({ person }) => gatehouse.services.accounts.update(person.account.id, (old) => ({ ...old, roles: [] })),
        '403',
      ],
      [
        'a second factor that is demanded since',
        ({ person }) =>
          gatehouse.services.accounts.update(person.account.id, (old) => ({ ...old, mustEnrolMfa: true })),
        '403',
      ],
      [
        'an address that the firm does not allow',
        async ({ person }) => {
          const { id } = await gatehouse.services.organizations.create({ name: 'Fort' }, origin);
          const policy = { mfa: 'optional', sso: 'optional', ipAllowList: ['203.0.113.0/24'] } as const;
          await gatehouse.services.organizations.setPolicy(
            id,
            { ...policy, ipAllowList: [...policy.ipAllowList] },
            origin,
          );
          const memberships = [{ organization: id, roles: [] }];
          return gatehouse.services.accounts.update(person.account.id, (old) => ({ ...old, memberships }));
        },
        '403',
      ],
      ['a quarter of an hour', async () => moveClock(15 * minuteMs), '401 invalid_token'],
    ])('opens nothing after %s', async (_what, end, answer) => {
      const one = await opened();
      await end(one);
      expect(await people(one.caller)).toBe(answer);
    });

    it('opens nothing after its client is deleted, or may not ask for the scope any more', async () => {
      const [machine, other] = [await machineFor(gatehouse), await machineFor(gatehouse)];
      await gatehouse.services.clients.remove(machine.rp.clientId, origin);
      expect(await people(callerWith(gatehouse, machine.token))).toBe('401 invalid_token');
      const stored = await gatehouse.services.clients.get(other.rp.clientId);
      await gatehouse.services.clients.apply({ ...stored?.metadata, scope: 'audit:read' }, origin);
      expect(await people(callerWith(gatehouse, other.token))).toBe('403 insufficient_scope');
    });

    it('of a firm’s app acts in that firm alone, whoever lent it their rights', async () => {
      const [here, elsewhere] = [await personWith(gatehouse, { acme: [] }), await personWith(gatehouse, { zeta: [] })];
      const firms = await adminApp(gatehouse);
      const stored = await gatehouse.services.clients.get(firms.clientId);
      await gatehouse.services.clients.apply(stored?.metadata, origin, { organization: 'acme' });
      const owner = await personWith(gatehouse, { instance: ['owner'] });
      const caller = callerWith(gatehouse, await personToken(gatehouse, firms, { person: owner }));
      expect((await caller('GET', `/users/${here.account.id}`)).status).toBe(200);
      expect((await caller('GET', `/users/${elsewhere.account.id}`)).status).toBe(404);
      expect((await caller('GET', `/users/${owner.account.id}`)).status).toBe(404);
      expect((await caller('POST', '/organizations', { body: { name: 'Mine' } })).status).toBe(403);
      const roles = { roles: ['admin'], instanceRoles: ['owner'] };
      expect((await caller('PATCH', `/users/${here.account.id}`, { body: roles })).status).toBe(403);
    });

    it('without rights on the instance makes no owner, and acts on none', async () => {
      const { token } = await machineFor(gatehouse, { scope: 'users:write' });
      const caller = callerWith(gatehouse, token);
      const [owner, other] = [await personWith(gatehouse, { instance: ['owner'] }), await personWith(gatehouse, {})];
      for (const [path, body] of [
        [`/users/${other.account.id}`, { instanceRoles: ['owner'] }],
        [`/users/${owner.account.id}`, { status: 'suspended' }],
        [`/users/${owner.account.id}`, { email: 'thief@example.com' }],
      ] as const)
        expect((await caller('PATCH', path, { body })).status).toBe(403);
    });

    it('makes no owner either, where an owner lent it less than the instance', async () => {
      const [owner, other] = [await personWith(gatehouse, { instance: ['owner'] }), await personWith(gatehouse, {})];
      const caller = callerWith(gatehouse, await personToken(gatehouse, rp, { person: owner, scope: 'users:write' }));
      const path = `/users/${other.account.id}`;
      expect((await caller('PATCH', path, { body: { instanceRoles: ['owner'] } })).status).toBe(403);
      expect((await caller('PATCH', path, { body: { instanceRoles: ['admin'] } })).status).toBe(200);
    });

    it('that was let outlive its session does so, and ends with a new password', async () => {
      const person = await personWith(gatehouse, { instance: ['owner'] });
      const consenting = await adminApp(gatehouse, { first_party: false });
      const browser = gatehouse.browser();
      const resource = `${gatehouse.issuer}/api/v1`;
      const request = consenting.request({ scope: 'openid offline_access users:read', resource, prompt: 'consent' });
      const page = await signIn(browser, request, person);
      const { leftFor } = await browser.submit(page, { decision: 'allow' }, 'Allow');
      const { body } = await consenting.redeem(leftFor ?? new URL(resource), request, { resource });
      await gatehouse.app.oidc.endAll(person.account.id, { reason: 'administrator' }, origin);
      const refreshed = await consenting.refresh(body.refresh_token ?? '', { resource });
      expect(refreshed.body.scope).toBe('users:read');
      const caller = callerWith(gatehouse, refreshed.body.access_token ?? '');
      expect(await people(caller)).toBe('200');
      await gatehouse.services.accounts.update(person.account.id, (old) => ({
        ...old,
        sessionEpoch: old.sessionEpoch + 1,
        tokensFromEpoch: old.sessionEpoch + 1,
      }));
      expect(await people(caller)).toBe('401 invalid_token');
    });

    it('is taken from the Authorization header alone', async () => {
      const { token } = await machineFor(gatehouse);
      const inQuery = await callerWith(gatehouse, '')('GET', `/users?access_token=${token}`);
      expect(inQuery.status).toBe(401);
      expect(inQuery.headers.get('WWW-Authenticate')).not.toContain('error=');
      const cookie = await callerWith(gatehouse, '')('GET', '/users', { headers: { Cookie: `access_token=${token}` } });
      expect(cookie.status).toBe(401);
      const basic = await callerWith(gatehouse, '')('GET', '/users', { headers: { Authorization: rp.authorization } });
      expect([basic.status, basic.headers.get('WWW-Authenticate')]).toEqual([
        401,
        expect.stringContaining('error="invalid_request"'),
      ]);
    });

    it('a session’s cookie opens nothing, and no other origin is let in', async () => {
      const { browser } = await opened();
      expect((await browser.get('/api/v1/users')).status).toBe(401);
      const { token } = await machineFor(gatehouse);
      const answer = await callerWith(gatehouse, token)('GET', '/users', {
        headers: { Origin: 'https://evil.example' },
      });
      expect(answer.headers.get('Access-Control-Allow-Origin')).toBeNull();
      const preflight = await callerWith(gatehouse, '')('OPTIONS', '/users', {
        headers: { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'DELETE' },
      });
      expect([preflight.status, preflight.headers.get('Access-Control-Allow-Origin')]).toEqual([405, null]);
    });

    describe('that is bound to a key', () => {
      const dpop = async () => {
        const { publicKey, privateKey } = await generateKeyPair('ES256');
        const jwk = await exportJWK(publicKey);
        expect(await calculateJwkThumbprint(jwk)).toEqual(expect.any(String));
        return (
          method: string,
          path: string,
          { token = '', iat = Math.floor(Date.now() / 1000), jti = crypto.randomUUID() } = {},
        ) => {
          const ath = token && { ath: createHash('sha256').update(token).digest('base64url') };
          return new SignJWT({ htm: method, htu: `${gatehouse.issuer}${path}`, jti, iat, ...(ath || {}) })
            .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
            .sign(privateKey);
        };
      };
      const boundToken = async (proof: Awaited<ReturnType<typeof dpop>>) => {
        const { rp: machine } = await machineFor(gatehouse);
        const fields = {
          grant_type: 'client_credentials',
          resource: `${gatehouse.issuer}/api/v1`,
          scope: 'users:read',
        };
        const response = await machine.post('/token', fields, { DPoP: await proof('POST', '/token') });
        const body = (await response.json()) as { access_token: string; token_type: string };
        expect(body.token_type).toBe('DPoP');
        return body.access_token;
      };
      const withProof = (token: string, proof: string, scheme = 'DPoP') =>
        people((method, path) =>
          callerWith(gatehouse, '')(method, path, { headers: { Authorization: `${scheme} ${token}`, DPoP: proof } }),
        );

      it('opens with a proof of that very call, once', async () => {
        const proof = await dpop();
        const token = await boundToken(proof);
        const one = await proof('GET', '/api/v1/users', { token });
        expect(await withProof(token, one)).toBe('200');
        expect(await withProof(token, one)).toBe('401 invalid_token');
      });

      it('lets one of twenty parallel uses of a proof pass', async () => {
        const proof = await dpop();
        const token = await boundToken(proof);
        const one = await proof('GET', '/api/v1/users', { token });
        const answers = await Promise.all(Array.from({ length: 20 }, () => withProof(token, one)));
        expect(answers.filter((answer) => answer === '200')).toHaveLength(1);
      });

      it('opens nothing without a proof, or with another’s', async () => {
        const [proof, others] = [await dpop(), await dpop()];
        const token = await boundToken(proof);
        const old = Math.floor(Date.now() / 1000) - 301;
        const attempts: [string, string, string?][] = [
          ['a bearer token', '', 'Bearer'],
          ['a good proof, but as a bearer token', await proof('GET', '/api/v1/users', { token }), 'Bearer'],
          ['no proof', ''],
          ['another key', await others('GET', '/api/v1/users', { token })],
          ['another method', await proof('DELETE', '/api/v1/users', { token })],
          ['another address', await proof('GET', '/api/v1/clients', { token })],
          ['another token', await proof('GET', '/api/v1/users', { token: 'another' })],
          ['no token', await proof('GET', '/api/v1/users')],
          ['an old one', await proof('GET', '/api/v1/users', { token, iat: old })],
        ];
        for (const [what, sent, scheme] of attempts)
          expect([what, await withProof(token, sent, scheme)]).toEqual([what, '401 invalid_token']);
        const unbound = (await machineFor(gatehouse)).token;
        expect(await withProof(unbound, await proof('GET', '/api/v1/users', { token: unbound }))).toBe(
          '401 invalid_token',
        );
      });
    });

    it('is issued anew as long as the program has its secret', async () => {
      const { rp: machine } = await machineFor(gatehouse);
      expect(await people(callerWith(gatehouse, await machineToken(gatehouse, machine, 'users:read')))).toBe('200');
    });
  });
}
