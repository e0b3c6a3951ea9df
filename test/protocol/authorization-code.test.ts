// The authorization code flow (RFC 6749, RFC 7636, RFC 9700): what a client gets, and what it does not.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { engines } from '../support/engines.ts';
import { createPerson, type Person, signIn, signInTo } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`authorization code (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;
    let ana: Person;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      rp = await registerRelyingParty(gatehouse);
      ana = await createPerson(gatehouse);
    });
    afterAll(() => gatehouse.stop());

    async function callback(params: Record<string, string> = {}) {
      const request = rp.request(params);
      const { leftFor } = await signIn(gatehouse.browser(), request, ana);
      return { request, url: leftFor as URL };
    }

    it('sends iss and state back with the code', async () => {
      const { request, url } = await callback();
      expect(url.searchParams.get('iss')).toBe(gatehouse.issuer);
      expect(url.searchParams.get('state')).toBe(request.state);
    });

    it('redeems a code once; the second use is refused and ends what the first one got', async () => {
      const { request, url } = await callback();
      const first = await rp.redeem(url, request);
      const second = await rp.redeem(url, request);
      expect([first.status, second.status, second.body.error]).toEqual([200, 400, 'invalid_grant']);
      expect((await rp.refresh(first.body.refresh_token ?? '')).body.error).toBe('invalid_grant');
      const me = await fetch(`${gatehouse.issuer}/me`, {
        headers: { Authorization: `Bearer ${first.body.access_token}` },
      });
      expect(me.status).toBe(401);
    });

    it.each([
      ['another verifier', { code_verifier: 'x'.repeat(43) }],
      ['no verifier', { code_verifier: '' }],
      ['another redirect_uri', { redirect_uri: 'https://evil.example/callback' }],
    ])('refuses a code with %s', async (_name, wrong) => {
      const { request, url } = await callback();
      const { status, body } = await rp.redeem(url, request, wrong);
      expect([status, body.error]).toEqual([400, expect.stringMatching(/^invalid_(grant|request)$/)]);
    });

    it.each([
      ['no PKCE', { code_challenge: '', code_challenge_method: '' }],
      ['plain PKCE', { code_challenge_method: 'plain' }],
      ['the implicit flow', { response_type: 'id_token token' }],
      ['the hybrid flow', { response_type: 'code id_token' }],
      ['response_type=none, which is for our own pages alone', { response_type: 'none' }],
    ])('refuses %s', async (_name, params) => {
      const request = rp.request(params);
      const page = await gatehouse.browser().get(request.url);
      const answer = page.leftFor ?? new URL('about:blank');
      expect(answer.href).toMatch(/error=(invalid_request|unsupported_response_type|unauthorized_client)/);
    });

    it('demands PKCE of a confidential client, unless an administrator lifted it', async () => {
      const old = await registerRelyingParty(gatehouse, { require_pkce: false });
      const withoutPkce = { code_challenge: '', code_challenge_method: '' };
      const { leftFor } = await signIn(gatehouse.browser(), old.request(withoutPkce), ana);
      expect(leftFor?.searchParams.get('code')).toEqual(expect.any(String));
    });

    it('rotates refresh tokens; using an old one again ends the family', async () => {
      const { body } = await signInTo(gatehouse.browser(), rp, ana);
      const second = await rp.refresh(body.refresh_token ?? '');
      expect(second.body.refresh_token).not.toBe(body.refresh_token);
      const reused = await rp.refresh(body.refresh_token ?? '');
      const after = await rp.refresh(second.body.refresh_token ?? '');
      expect([second.status, reused.body.error, after.body.error]).toEqual([200, 'invalid_grant', 'invalid_grant']);
    });

    it('accepts a refresh that repeats the scope, and refuses one that widens it', async () => {
      const { body } = await signInTo(gatehouse.browser(), rp, ana, { scope: 'openid email' });
      const same = await rp.refresh(body.refresh_token ?? '', { scope: 'openid email' });
      const wider = await rp.refresh(same.body.refresh_token ?? '', { scope: 'openid email profile' });
      expect([same.status, wider.body.error]).toEqual([200, 'invalid_scope']);
    });

    it('serves userinfo within the scope of the token', async () => {
      const { body } = await signInTo(gatehouse.browser(), rp, ana, { scope: 'openid email' });
      const me = await fetch(`${gatehouse.issuer}/me`, { headers: { Authorization: `Bearer ${body.access_token}` } });
      expect(await me.json()).toEqual({ sub: ana.account.id, email: ana.email, email_verified: true });
    });

    it('introspects and revokes', async () => {
      const { body } = await signInTo(gatehouse.browser(), rp, ana);
      const token = body.access_token ?? '';
      const before = await (await rp.post('/token/introspection', { token })).json();
      await rp.post('/token/revocation', { token });
      const after = await (await rp.post('/token/introspection', { token })).json();
      expect([before, after]).toEqual([
        expect.objectContaining({ active: true, sub: ana.account.id }),
        { active: false },
      ]);
    });

    it("lets no client revoke another's token, and no public client look into one", async () => {
      const [other, spa] = [
        await registerRelyingParty(gatehouse),
        await registerRelyingParty(gatehouse, { token_endpoint_auth_method: 'none' }),
      ];
      const token = (await signInTo(gatehouse.browser(), rp, ana)).body.access_token ?? '';
      await other.post('/token/revocation', { token });
      expect(await (await spa.post('/token/introspection', { token })).json()).toEqual({ active: false });
      expect(await (await rp.post('/token/introspection', { token })).json()).toMatchObject({ active: true });
    });

    it('refuses a public client that sends Basic with an empty secret, without using up its code', async () => {
      const spa = await registerRelyingParty(gatehouse, { token_endpoint_auth_method: 'none' });
      const request = spa.request();
      const { leftFor } = await signIn(gatehouse.browser(), request, ana);
      const wrong = await spa.post(
        '/token',
        {
          grant_type: 'authorization_code',
          code: leftFor?.searchParams.get('code') ?? '',
          redirect_uri: spa.redirectUri,
          code_verifier: request.verifier,
        },
        { Authorization: `Basic ${btoa(`${spa.clientId}:`)}` },
      );
      expect(wrong.status).toBeGreaterThanOrEqual(400);
      expect((await spa.redeem(leftFor as URL, request)).status).toBe(200);
    });
  });
}
