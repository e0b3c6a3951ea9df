// Discovery and keys (OpenID Connect Discovery 1.0, RFC 8414): what a client reads before anything else.
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { startApp, type TestApp } from '../support/start-app.ts';

describe('discovery', () => {
  let gatehouse: TestApp;
  let metadata: Record<string, unknown>;

  beforeAll(async () => {
    gatehouse = await startApp();
    metadata = (await request(gatehouse.server).get('/.well-known/openid-configuration').expect(200)).body;
  });
  afterAll(() => gatehouse.stop());

  it('names the issuer of the configuration, whatever Host and forwarded headers say', async () => {
    const evil = {
      Host: 'evil.example',
      'X-Forwarded-Host': 'evil.example',
      'X-Forwarded-Proto': 'https',
      Forwarded: 'host=evil.example',
    };
    const { body } = await request(gatehouse.server).get('/.well-known/openid-configuration').set(evil).expect(200);
    expect(JSON.stringify(body)).not.toContain('evil.example');
    expect(body.issuer).toBe(gatehouse.issuer);
  });

  it('offers what is built, and nothing that is off', () => {
    expect(metadata).toMatchObject({
      response_types_supported: ['code', 'none'],
      code_challenge_methods_supported: ['S256'],
      grant_types_supported: expect.arrayContaining(['authorization_code', 'refresh_token', 'client_credentials']),
      token_endpoint_auth_methods_supported: expect.not.arrayContaining(['client_secret_jwt']),
      acr_values_supported: ['urn:gatehouse:acr:aal1', 'urn:gatehouse:acr:aal2'],
      authorization_response_iss_parameter_supported: true,
    });
    expect(metadata).not.toHaveProperty('registration_endpoint');
    expect(metadata.grant_types_supported).not.toContain('implicit');
  });

  it('names the claims that tokens and userinfo may hold, the language of the person among them', () => {
    expect(metadata.claims_supported).toEqual(expect.arrayContaining(['name', 'given_name', 'family_name', 'locale']));
  });

  it('names every language that an app may ask for by ui_locales', () => {
    const tags = readdirSync(new URL('../../views/locales/', import.meta.url)).map((file) => file.replace('.json', ''));
    expect(metadata.ui_locales_supported).toEqual(tags);
    expect(tags).toEqual(expect.arrayContaining(['de', 'en', 'es', 'fr', 'ja', 'pt-BR']));
  });

  it('publishes public keys alone: ES256, and RSA of 3,072 bits', async () => {
    const { body } = await request(gatehouse.server).get('/jwks').expect(200);
    const [ec, rsa] = ['EC', 'RSA'].map((kty) => body.keys.find((key: { kty: string }) => key.kty === kty));
    expect(ec).toMatchObject({ crv: 'P-256', use: 'sig', alg: 'ES256' });
    expect(Buffer.from(rsa.n, 'base64url').length * 8).toBe(3072);
    for (const key of body.keys) for (const secret of ['d', 'p', 'q', 'k']) expect(key).not.toHaveProperty(secret);
  });

  it('keeps its keys over a restart', async () => {
    const again = await startApp({ storageUrl: gatehouse.services.config.storageUrl, keepStorage: true });
    const [before, after] = await Promise.all(
      [gatehouse, again].map(async ({ server }) => (await request(server).get('/jwks')).body),
    );
    await again.stop();
    expect(after).toEqual(before);
  });

  it.each(['/token', '/jwks', '/auth', '/profile', '/interaction/nobody'])(
    'lets no other site read %s with credentials',
    async (path) => {
      const { headers } = await request(gatehouse.server).get(path).set('Origin', 'https://evil.example');
      expect(headers['access-control-allow-credentials']).toBeUndefined();
    },
  );

  it.each([
    '/.git/HEAD',
    '/.env',
    '/package.json',
    '/views/layout.ejs',
    '/src/app.ts',
    '/assets/',
    '/assets/../app.ts',
    '/.well-known/nothing-here',
    '/metrics',
    '/debug',
  ])('has no %s', async (path) => {
    await request(gatehouse.server).get(path).expect(404);
  });

  it('tells a balancer whether it is alive and ready', async () => {
    await request(gatehouse.server).get('/health/live').expect(200, { status: 'live' });
    await request(gatehouse.server).get('/health/ready').expect(200, { status: 'ready' });
  });
});
