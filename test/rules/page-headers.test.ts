// What a page allows the browser to do, and what every answer says.
import { describe, expect, it } from '@jest/globals';
import Koa from 'koa';
import request from 'supertest';
import { contentSecurityPolicy, securityHeaders } from '../../src/web/http/headers.ts';
import { pages } from '../../src/web/http/pages.ts';

describe('the content security policy', () => {
  it('allows our own script, style and pictures, and nothing else', () => {
    expect(contentSecurityPolicy({ formAction: 'self' })).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
    );
  });

  it("adds the origin of a client's logo", () => {
    const policy = contentSecurityPolicy({ formAction: 'any', imageOrigins: ['https://time.acme.example'] });
    expect(policy).toContain("img-src 'self' data: https://time.acme.example;");
  });

  it('names no form-action where a post may end at the client, for Chromium checks every redirect after it', () => {
    expect(contentSecurityPolicy({ formAction: 'any' })).not.toContain('form-action');
  });
});

/** Their forms are answered by a redirect to another server. */
const leadsAway: string[] = ['dev/sample', 'admin/connection-test', 'account/identities'];
/** Their forms, if they have any, lead to pages of ours. */
const endsHere = [
  'interaction/forgotten-password',
  'interaction/language',
  'interaction/password-reset',
  'interaction/reset-link-over',
  'interaction/reset-requested',
  'interaction/signed-out',
  'interaction/invitation-over',
  'interaction/invitation-sent',
];

describe('the table of pages', () => {
  it.each(Object.entries(pages).map(([name, page]) => [name, page.formAction] as const))(
    '%s lets forms end at: %s',
    (name, formAction) => {
      const isStep = name.startsWith('interaction/') && !endsHere.includes(name);
      expect(formAction).toBe(isStep || leadsAway.includes(name) ? 'any' : 'self');
    },
  );
});

describe('every answer', () => {
  const ask = (issuer: string) => {
    const app = new Koa();
    app.use(securityHeaders(issuer));
    return request(app.callback()).get('/');
  };

  it('carries the headers, a missing page too', async () => {
    const { headers, status } = await ask('http://localhost:3000');
    expect(status).toBe(404);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-robots-tag': 'noindex',
    });
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
  });

  it('demands https for two years where the issuer is https, and only there', async () => {
    const secure = await ask('https://id.acme.example');
    expect(secure.headers['strict-transport-security']).toBe('max-age=63072000; includeSubDomains');
    const local = await ask('http://localhost:3000').set('X-Forwarded-Proto', 'https');
    expect(local.headers['strict-transport-security']).toBeUndefined();
  });
});
