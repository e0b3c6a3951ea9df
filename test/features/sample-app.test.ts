// The sample app that a newcomer meets: signed in by Gatehouse, and signed out when the session there is over.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generateKeyPair, importJWK, type JWTHeaderParameters, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { createSampleApp, sampleClientId, sampleRegistration } from '../../src/web/dev/sample-app.ts';
import { createBrowser, type Page, type TestBrowser } from '../support/browser.ts';
import { hourMs, letClockRun, moveClock, stopClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { createPerson, type Person } from '../support/people.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const told = 'Gatehouse told Acme Time that your session there is over';
const logoutEvent = { 'http://schemas.openid.net/event/backchannel-logout': {} };

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`the sample app (${engine.name})`, () => {
    let gatehouse: TestApp;
    let sample: Server;
    let url: string;
    let ana: Person;
    let provider: TestBrowser;
    let app: TestBrowser;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      let answer: ReturnType<ReturnType<typeof createSampleApp>['callback']> | undefined;
      sample = createServer((req, res) => void answer?.(req, res));
      await new Promise<void>((resolve) => sample.listen(0, '127.0.0.1', resolve));
      url = `http://127.0.0.1:${(sample.address() as AddressInfo).port}`;
      await gatehouse.services.clients.apply(sampleRegistration(url), { actor: 'test' });
      const { views, assets } = gatehouse.app;
      answer = createSampleApp({ issuer: gatehouse.issuer, url, views, assets }).callback();
    });
    beforeEach(async () => {
      ana = await createPerson(gatehouse);
      [provider, app] = [gatehouse.browser(), createBrowser(url)];
      expect((await signIn()).heading).toBe('Hello Ana Silva');
    });
    afterEach(letClockRun);
    afterAll(async () => {
      sample.closeAllConnections();
      await new Promise((resolve) => sample.close(resolve));
      await gatehouse.stop();
    });

    /** Two origins, and a browser of cookies for each. */
    async function signIn(person = ana, [at, on] = [provider, app]): Promise<Page> {
      const { leftFor } = await on.get('/login');
      const asked = await at.get(leftFor?.href ?? '');
      const { email, password } = person;
      const { leftFor: callback } = asked.leftFor ? asked : await at.submit(asked, { email, password }, 'Sign in');
      return on.get(callback?.href ?? '');
    }

    it('is signed out when the person signs out at the provider, says why, and can be signed in to again', async () => {
      await provider.submit(await provider.get('/profile'), {}, 'Log Out');
      const page = await app.get('/');
      expect([page.heading, page.text.includes(told)]).toEqual(['Know where the week went', true]);
      expect((await signIn()).heading).toBe('Hello Ana Silva');
      expect((await app.get('/')).text).not.toContain(told);
    });

    it('stays signed in where another session of the same person is over', async () => {
      const [elsewhere, there] = [gatehouse.browser(), createBrowser(url)];
      await signIn(ana, [elsewhere, there]);
      await elsewhere.submit(await elsewhere.get('/profile'), {}, 'Log Out');
      expect((await there.get('/')).text).toContain(told);
      expect((await app.get('/')).heading).toBe('Hello Ana Silva');
    });

    it('does not hold itself to be told of what it began itself', async () => {
      const { leftFor } = await app.submit(await app.get('/'), {}, 'Log out');
      expect((await provider.get(leftFor?.href ?? '')).leftFor?.href).toBe(`${url}/`);
      const page = await app.get('/');
      expect([page.heading, page.text.includes(told)]).toEqual(['Know where the week went', false]);
    });

    /** What the app knows of the session, as a logout token of the provider would say it. */
    async function claims(more: Record<string, unknown> = {}): Promise<JWTPayload> {
      const rows = (await app.get('/')).document.querySelectorAll('.claims tbody tr');
      const known = Object.fromEntries(rows.map((row) => row.querySelectorAll('th, td').map((cell) => cell.text)));
      const now = Math.floor(Date.now() / 1000);
      const times = { iat: now, exp: now + 120, jti: 'once' };
      return { iss: gatehouse.issuer, aud: sampleClientId, sid: known.sid, events: logoutEvent, ...times, ...more };
    }

    async function signed(
      payload: JWTPayload,
      header: Partial<JWTHeaderParameters> = {},
      key?: Parameters<SignJWT['sign']>[0],
    ) {
      const jwk = (await gatehouse.services.keys.load()).jwks.find(({ alg }) => alg === 'ES256') ?? {};
      const { kid } = jwk as { kid?: string };
      const protectedHeader = { alg: 'ES256', typ: 'logout+jwt', ...(kid ? { kid } : {}), ...header };
      return new SignJWT(payload).setProtectedHeader(protectedHeader).sign(key ?? (await importJWK(jwk, 'ES256')));
    }

    async function post(token: string, type = 'application/x-www-form-urlencoded'): Promise<Response> {
      const body = new URLSearchParams({ logout_token: token }).toString();
      return fetch(`${url}/backchannel-logout`, { method: 'POST', body, headers: { 'Content-Type': type } });
    }

    it('takes a logout token of its provider, for the session it names or for every one of the person', async () => {
      const answer = await post(await signed(await claims()));
      expect([answer.status, answer.headers.get('Cache-Control'), await answer.text()]).toEqual([200, 'no-store', '']);
      expect((await app.get('/')).text).toContain(told);
      await signIn();
      const { sid: _sid, ...rest } = await claims();
      expect((await post(await signed({ ...rest, sub: 'somebody else' }))).status).toBe(200);
      expect((await app.get('/')).heading).toBe('Hello Ana Silva');
      expect((await post(await signed({ ...rest, sub: ana.account.id }))).status).toBe(200);
      expect((await app.get('/')).text).toContain(told);
    });

    const forgeries: [string, () => Promise<string>][] = [
      ['nothing', async () => ''],
      ['no token', async () => 'a.b.c'],
      ['a token without a signature', async () => new UnsecuredJWT(await claims()).encode()],
      [
        'a signature of another key',
        async () => signed(await claims(), {}, (await generateKeyPair('ES256')).privateKey),
      ],
      ['another issuer', async () => signed(await claims({ iss: 'https://evil.example' }))],
      ['another client', async () => signed(await claims({ aud: 'another-client' }))],
      ['a type of its own', async () => signed(await claims(), { typ: 'JWT' })],
      ['no event', async () => signed(await claims({ events: {} }))],
      ['another event', async () => signed(await claims({ events: { 'https://evil.example/': {} } }))],
      ['a nonce, as an ID token has', async () => signed(await claims({ nonce: 'n' }))],
      ['no session and no person', async () => signed(await claims({ sid: undefined }))],
      ['no id', async () => signed(await claims({ jti: undefined }))],
      ['no end', async () => signed(await claims({ exp: undefined }))],
    ];
    it.each(forgeries)('refuses a logout token with %s', async (_what, forge) => {
      expect((await post(await forge())).status).toBe(400);
      expect((await app.get('/')).heading).toBe('Hello Ana Silva');
    });

    it('refuses one that has run out, and one that is no form', async () => {
      const token = await signed(await claims());
      expect((await post(token, 'application/json')).status).toBe(400);
      stopClock();
      moveClock(hourMs);
      expect((await post(token)).status).toBe(400);
      expect((await app.get('/')).heading).toBe('Hello Ana Silva');
    });
  });
}
