// What must hold when requests arrive together: on both engines, and where it matters across two processes. Twenty rounds each, five of a crowd.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { engines } from '../support/engines.ts';
import { createPerson, type Person, signInTo } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { roundsOr } from '../support/rounds.ts';
import { type ServerProcess, startProcess } from '../support/server-process.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const rounds = roundsOr(20);
/** Of those in which fifty requests race. */
const crowdedRounds = Math.ceil(rounds / 4);
const parallel = <T>(count: number, run: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => run(index)));
const countOf = (values: readonly unknown[], wanted: unknown) => values.filter((value) => value === wanted).length;

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`races (${engine.name})`, () => {
    const storageUrl = engine.available ? engine.freshUrl() : '';
    let gatehouse: TestApp;
    let second: ServerProcess;
    let one: RelyingParty;
    let two: RelyingParty;
    let ana: Person;

    beforeAll(async () => {
      gatehouse = await startApp({ engine, storageUrl });
      second = await startProcess({ storageUrl, issuer: gatehouse.issuer });
      one = await registerRelyingParty(gatehouse);
      two = await registerRelyingParty(gatehouse);
      ana = await createPerson(gatehouse);
    });
    afterAll(async () => {
      await second.kill();
      await gatehouse.stop();
    });

    /** The same request on both processes by turns. */
    const base = (index: number) => (index % 2 === 0 ? gatehouse.issuer : second.url);

    it('signs two apps in that are opened at once in one session', async () => {
      const first = await registerRelyingParty(gatehouse);
      const { jar } = await signedInBrowser();
      for (let round = 0; round < rounds; round += 1) {
        const apps = [await registerRelyingParty(gatehouse), await registerRelyingParty(gatehouse)];
        const statuses = await Promise.all(apps.map((app, index) => openApp(app, jar, base(index))));
        expect(statuses).toEqual([200, 200]);
      }
      expect(await openApp(first, jar, gatehouse.issuer)).toBe(200);
    }, 120_000);

    it('signs one app in that is opened in two tabs at once', async () => {
      const { jar } = await signedInBrowser();
      for (let round = 0; round < rounds; round += 1) {
        const app = await registerRelyingParty(gatehouse);
        expect(await parallel(2, (index) => openApp(app, jar, base(index)))).toEqual([200, 200]);
      }
    }, 60_000);

    it('keeps a session ended when an authorization finishes late', async () => {
      const { sessions } = gatehouse.services;
      for (let round = 0; round < rounds; round += 1) {
        const { jar, uid } = await signedInBrowser();
        const app = round % 2 === 0 ? one : two;
        await Promise.all([
          openApp(app, jar, second.url).catch(() => undefined),
          gatehouse.app.oidc.endSession(uid, 'signed-out'),
        ]);
        expect(await sessions.findByUid(uid, Date.now())).toBeUndefined();
        expect(await silently(app, jar)).toBe('login_required');
      }
    }, 240_000);

    it('redeems a code once, whichever process it is sent to, and ends the grant of a second use', async () => {
      const { jar } = await signedInBrowser();
      for (let round = 0; round < rounds; round += 1) {
        const { url, request } = await code(one, jar);
        const answers = await parallel(4, (index) =>
          redeemAt(base(index), one, {
            grant_type: 'authorization_code',
            code: url.searchParams.get('code') ?? '',
            redirect_uri: one.redirectUri,
            code_verifier: request.verifier,
          }),
        );
        expectOneWinner(answers);
      }
    }, 120_000);

    it('redeems a refresh token once, whichever process it is sent to', async () => {
      const { jar } = await signedInBrowser();
      for (let round = 0; round < rounds; round += 1) {
        const { url, request } = await code(two, jar);
        const { body } = await two.redeem(url, request);
        const answers = await parallel(4, (index) =>
          redeemAt(base(index), two, { grant_type: 'refresh_token', refresh_token: body.refresh_token ?? '' }),
        );
        expectOneWinner(answers);
      }
    }, 120_000);

    it('accepts one of fifty parallel uses of a client assertion', async () => {
      const key = await signingKey();
      const machine = await registerRelyingParty(gatehouse, {
        grant_types: ['client_credentials'],
        redirect_uris: [],
        post_logout_redirect_uris: [],
        response_types: [],
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: 'ES256',
        jwks: { keys: [key.publicJwk] },
      });
      for (let round = 0; round < crowdedRounds; round += 1) {
        const assertion = await assertionFor(machine.clientId, gatehouse.issuer, key.sign);
        const fields = {
          grant_type: 'client_credentials',
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: assertion,
        };
        const statuses = await parallel(50, (index) =>
          formPost(`${base(index)}/token`, fields).then(({ status }) => status),
        );
        expect(countOf(statuses, 200)).toBe(1);
      }
    }, 240_000);

    it('accepts one of fifty parallel uses of a DPoP proof', async () => {
      const key = await signingKey();
      const machine = await registerRelyingParty(gatehouse, {
        grant_types: ['client_credentials'],
        redirect_uris: [],
        post_logout_redirect_uris: [],
        response_types: [],
      });
      for (let round = 0; round < crowdedRounds; round += 1) {
        const proof = await key.sign(
          new SignJWT({ htm: 'POST', htu: `${gatehouse.issuer}/token`, jti: crypto.randomUUID() }).setIssuedAt(),
          { typ: 'dpop+jwt', jwk: key.publicJwk },
        );
        const statuses = await parallel(50, (index) =>
          formPost(
            `${base(index)}/token`,
            { grant_type: 'client_credentials' },
            { DPoP: proof, Authorization: machine.authorization },
          ).then(({ status }) => status),
        );
        expect(countOf(statuses, 200)).toBe(1);
      }
    }, 240_000);

    async function signedInBrowser(): Promise<{ jar: string; uid: string }> {
      const browser = gatehouse.browser();
      await signInTo(browser, one, ana);
      const jar = await browser.jar.getCookieString(gatehouse.issuer);
      const id = /gatehouse-session=([\w-]+)/.exec(jar)?.[1] ?? '';
      const session = await gatehouse.services.sessions.findById(id, Date.now());
      return { jar, uid: session?.id ?? '' };
    }

    async function code(app: RelyingParty, jar: string, at = gatehouse.issuer) {
      const request = app.request();
      const response = await fetch(at + request.url, { headers: { Cookie: jar }, redirect: 'manual' });
      return { request, url: new URL(response.headers.get('Location') ?? '/', gatehouse.issuer) };
    }

    async function openApp(app: RelyingParty, jar: string, at: string): Promise<number> {
      const { request, url } = await code(app, jar, at);
      const fields = {
        grant_type: 'authorization_code',
        code: url.searchParams.get('code') ?? '',
        redirect_uri: app.redirectUri,
        code_verifier: request.verifier,
      };
      return (await redeemAt(at, app, fields)).status;
    }

    async function silently(app: RelyingParty, jar: string): Promise<string | null> {
      const request = app.request({ prompt: 'none' });
      const response = await fetch(gatehouse.issuer + request.url, { headers: { Cookie: jar }, redirect: 'manual' });
      return new URL(response.headers.get('Location') ?? '/', gatehouse.issuer).searchParams.get('error');
    }
  });
}

async function redeemAt(
  at: string,
  app: RelyingParty,
  fields: Record<string, string>,
): Promise<{ status: number; error?: string }> {
  const response = await formPost(`${at}/token`, fields, { Authorization: app.authorization });
  const { error } = (await response.json()) as { error?: string };
  return { status: response.status, ...(error ? { error } : {}) };
}

function formPost(
  url: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(url, { method: 'POST', body: new URLSearchParams(fields), headers });
}

type Sign = (jwt: SignJWT, header?: { typ?: string; jwk?: JWK }) => Promise<string>;

async function signingKey(): Promise<{ publicJwk: JWK; sign: Sign }> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const publicJwk = await exportJWK(publicKey);
  return {
    publicJwk,
    sign: (jwt, header = {}) => jwt.setProtectedHeader({ alg: 'ES256', ...header }).sign(privateKey),
  };
}

function assertionFor(clientId: string, audience: string, sign: Sign): Promise<string> {
  const claims = new SignJWT({ jti: crypto.randomUUID() })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(audience);
  return sign(claims.setIssuedAt().setExpirationTime('1m'));
}

/** One is served; the others hear `invalid_grant`, and never a fault of ours. */
function expectOneWinner(answers: readonly { status: number; error?: string }[]): void {
  const losers = answers.filter(({ status }) => status !== 200);
  expect(losers).toEqual(Array(answers.length - 1).fill({ status: 400, error: 'invalid_grant' }));
}
