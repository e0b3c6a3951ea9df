// A real client library (openid-client) against us: pushed authorization requests, DPoP, refresh, userinfo, revocation, and the errors
// that its users meet.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as openid from 'openid-client';
import { createPerson, type Person, signIn } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

describe('openid-client', () => {
  let gatehouse: TestApp;
  let rp: RelyingParty;
  let ana: Person;
  let config: openid.Configuration;

  beforeAll(async () => {
    gatehouse = await startApp();
    rp = await registerRelyingParty(gatehouse, {
      require_pushed_authorization_requests: true,
      dpop_bound_access_tokens: true,
      client_uri: 'https://par.example/',
    });
    ana = await createPerson(gatehouse);
    const options = { execute: [openid.allowInsecureRequests, openid.enableNonRepudiationChecks] };
    const secret = Buffer.from(rp.authorization.slice('Basic '.length), 'base64').toString().split(':')[1] ?? '';
    const metadata = { id_token_signed_response_alg: 'ES256' };
    config = await openid.discovery(
      new URL(gatehouse.issuer),
      rp.clientId,
      metadata,
      openid.ClientSecretBasic(secret),
      options,
    );
  });
  afterAll(() => gatehouse.stop());

  async function pushed() {
    const verifier = openid.randomPKCECodeVerifier();
    const nonce = openid.randomNonce();
    const dpop = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair());
    const code_challenge = await openid.calculatePKCECodeChallenge(verifier);
    const parameters = {
      redirect_uri: rp.redirectUri,
      scope: 'openid email',
      code_challenge,
      code_challenge_method: 'S256',
      nonce,
    };
    const url = await openid.buildAuthorizationUrlWithPAR(config, parameters, { DPoP: dpop });
    return { url: url.pathname + url.search, verifier, nonce, dpop };
  }

  it('signs a person in by a pushed request and DPoP-bound tokens', async () => {
    const { url, verifier, nonce, dpop } = await pushed();
    const { leftFor } = await signIn(gatehouse.browser(), { url, verifier, nonce, state: '' }, ana);
    const checks = { pkceCodeVerifier: verifier, expectedNonce: nonce };
    const tokens = await openid.authorizationCodeGrant(config, leftFor as URL, checks, undefined, { DPoP: dpop });
    expect([tokens.token_type, tokens.claims()?.sub]).toEqual(['dpop', ana.account.id]);
    const me = await openid.fetchUserInfo(config, tokens.access_token, ana.account.id, { DPoP: dpop });
    expect(me.email).toBe(ana.email);
    const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '', undefined, { DPoP: dpop });
    const stranger = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair());
    const stolen = openid.fetchUserInfo(config, refreshed.access_token, ana.account.id, { DPoP: stranger });
    await expect(stolen).rejects.toMatchObject({ status: 401 });
    const asBearer = await fetch(`${gatehouse.issuer}/me`, {
      headers: { Authorization: `Bearer ${refreshed.access_token}` },
    });
    expect(asBearer.status).toBe(401);
    await openid.tokenRevocation(config, refreshed.access_token);
    expect(await openid.tokenIntrospection(config, refreshed.access_token)).toEqual({ active: false });
  });

  it('uses a pushed request up with the sign-in it was made for', async () => {
    const { url, verifier, nonce } = await pushed();
    const browser = gatehouse.browser();
    await signIn(browser, { url, verifier, nonce, state: '' }, ana);
    const again = await browser.get(url);
    expect(again.leftFor?.searchParams.get('code') ?? null).toBeNull();
  });

  it('refuses a request that was not pushed, and says where that is explained', async () => {
    const page = await gatehouse.browser().get(rp.request().url);
    expect(page.leftFor?.searchParams.get('error')).toBe('invalid_request');
    const explained = await gatehouse.browser().get(page.leftFor?.searchParams.get('error_uri') ?? '');
    expect(explained.heading).toBe('The app’s request was refused');
    expect(explained.text).toContain('Pushed Authorization Request must be used');
  });

  it.each([
    ['an unknown client', { client_id: 'nobody' }, 'This app is not known here', 'nobody'],
    [
      'a redirect URI that is not registered',
      { redirect_uri: 'https://evil.example/cb' },
      'This app sent the wrong address',
      'evil.example/cb',
    ],
  ])('explains %s on our own page, and sends nobody anywhere', async (_name, params, heading, shown) => {
    const page = await gatehouse.browser().get(rp.request(params).url);
    expect([page.status, page.leftFor, page.heading]).toEqual([400, undefined, heading]);
    expect(page.text).toContain(shown);
    expect(page.text).toMatch(/Error number\s+[A-Z2-9]{8}/);
  });
});
