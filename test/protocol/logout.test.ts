// Signing out: from the app (RP-Initiated Logout 1.0) and what the other apps hear of it (Back-Channel Logout 1.0).
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import type { TestBrowser } from '../support/browser.ts';
import { hourMs, letClockRun, moveClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { createPerson, type Person, signInTo } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`logout (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;
    let ana: Person;
    let receiver: Receiver;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      receiver = await startReceiver();
      rp = await registerRelyingParty(gatehouse, {
        backchannel_logout_uri: `${receiver.url}/logout`,
        backchannel_logout_session_required: true,
      });
      ana = await createPerson(gatehouse);
    });
    afterAll(async () => {
      receiver.server.close();
      await gatehouse.stop();
    });

    const endSession = (params: Record<string, string>) => `/session/end?${new URLSearchParams(params)}`;
    const isSignedIn = async (browser: TestBrowser) =>
      (await browser.get(rp.request({ prompt: 'none' }).url)).leftFor?.searchParams.has('code');

    it('signs out at once with an id_token_hint of this session, and goes back to the app with its state', async () => {
      const browser = gatehouse.browser();
      const { body } = await signInTo(browser, rp, ana);
      const { leftFor } = await browser.get(
        endSession({
          id_token_hint: body.id_token ?? '',
          post_logout_redirect_uri: `https://${rp.clientId}.example/`,
          state: 'later',
        }),
      );
      expect(leftFor?.href).toBe(`https://${rp.clientId}.example/?state=later`);
      expect(await isSignedIn(browser)).toBe(false);
      expect((await rp.refresh(body.refresh_token ?? '')).body.error).toBe('invalid_grant');
    });

    it('asks first without a hint, and changes nothing by being opened', async () => {
      const browser = gatehouse.browser();
      await signInTo(browser, rp, ana);
      const page = await browser.get(endSession({ client_id: rp.clientId }));
      expect(page.heading).toBe('Sign out?');
      expect(await isSignedIn(browser)).toBe(true);
      await browser.submit(page, {}, 'Sign out');
      expect(await isSignedIn(browser)).toBe(false);
    });

    it('asks when the hint is of another session, so that nobody is signed out by a link', async () => {
      const { body } = await signInTo(gatehouse.browser(), rp, ana);
      const browser = gatehouse.browser();
      await signInTo(browser, rp, ana);
      expect((await browser.get(endSession({ id_token_hint: body.id_token ?? '' }))).heading).toBe('Sign out?');
      expect(await isSignedIn(browser)).toBe(true);
    });

    it('leaves only the asking app when the person would rather stay', async () => {
      const other = await registerRelyingParty(gatehouse);
      const browser = gatehouse.browser();
      await signInTo(browser, rp, ana);
      const { leftFor } = await browser.get(other.request().url);
      expect(leftFor).toBeDefined();
      await browser.submit(await browser.get(endSession({ client_id: other.clientId })), {}, 'Stay signed in');
      expect(await isSignedIn(browser)).toBe(true);
    });

    it('refuses an address that is not registered for logout', async () => {
      const browser = gatehouse.browser();
      const { body } = await signInTo(browser, rp, ana);
      const page = await browser.get(
        endSession({ id_token_hint: body.id_token ?? '', post_logout_redirect_uri: 'https://evil.example/' }),
      );
      expect([page.status, page.leftFor]).toEqual([400, undefined]);
      expect(await isSignedIn(browser)).toBe(true);
    });

    it('accepts a hint that has expired: people sign out late', async () => {
      const browser = gatehouse.browser();
      const { body } = await signInTo(browser, rp, ana);
      moveClock(2 * hourMs);
      await browser.get(endSession({ id_token_hint: body.id_token ?? '' }));
      expect(await isSignedIn(browser)).toBe(false);
      letClockRun();
    });

    it('refuses a hint that is no token of ours', async () => {
      expect((await gatehouse.browser().get(endSession({ id_token_hint: 'not.a.token' }))).status).toBe(400);
    });

    it.each(['the app', 'the user menu'])(
      'tells the app by a signed logout token when the sign-out comes from %s',
      async (from) => {
        const browser = gatehouse.browser();
        const { body, claims } = await signInTo(browser, rp, ana);
        const heard = receiver.next();
        if (from === 'the app') await browser.get(endSession({ id_token_hint: body.id_token ?? '' }));
        else await browser.submit(await browser.get('/profile'), {}, 'Log Out');
        const keys = createRemoteJWKSet(new URL(`${gatehouse.issuer}/jwks`));
        const { payload } = await jwtVerify(await heard, keys, {
          issuer: gatehouse.issuer,
          audience: rp.clientId,
          typ: 'logout+jwt',
        });
        expect(payload).toMatchObject({
          sub: ana.account.id,
          sid: claims?.sid,
          events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
        });
        expect(payload).not.toHaveProperty('nonce');
      },
    );
  });
}

interface Receiver {
  url: string;
  server: Server;
  /** The next logout token that is posted. */
  next(): Promise<string>;
}

async function startReceiver(): Promise<Receiver> {
  let waiting: ((token: string) => void) | undefined;
  const server = createServer(async (req, res) => {
    const body = new URLSearchParams(Buffer.concat(await Array.fromAsync(req as AsyncIterable<Buffer>)).toString());
    waiting?.(body.get('logout_token') ?? '');
    res.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const next = () =>
    new Promise<string>((resolve) => {
      waiting = resolve;
    });
  return { url, server, next };
}
