// The headers of every answer: what a browser may load, frame, keep and tell others.

import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { letClockRun, stopClock } from '../support/clock.ts';
import type { Form, Place } from '../support/form.ts';
import { formMakers } from '../support/forms.ts';
import { passwordPath, signedInBrowser } from '../support/my-profile.ts';
import { createPerson } from '../support/people.ts';
import { registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const everywhere = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

function expectPageHeaders(headers: Headers): void {
  for (const [name, value] of Object.entries(everywhere)) expect([name, headers.get(name)]).toEqual([name, value]);
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
  const policy = headers.get('content-security-policy') ?? '';
  for (const directive of [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ])
    expect(policy.split('; ')).toContain(directive);
  expect(policy).not.toContain('unsafe');
  expect(headers.get('server')).toBeNull();
  expect(headers.get('x-powered-by')).toBeNull();
}

describe('every page', () => {
  let place: Place;

  beforeAll(async () => {
    const gatehouse = await startApp({
      host: 'localhost',
      // A mail server that is down.
      env: { SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'id@example.com' },
    });
    place = {
      gatehouse,
      rp: await registerRelyingParty(gatehouse),
      thirdParty: await registerRelyingParty(gatehouse, { first_party: false }),
    };
  });
  afterEach(letClockRun);
  afterAll(() => place.gatehouse.stop());

  async function form(name: string): Promise<Form> {
    stopClock();
    const made = await formMakers[name]?.(place);
    if (!made) throw new Error(`no form ${name}`);
    return made;
  }

  it.each(Object.keys(formMakers).filter((name) => !['cancel', 'Log Out'].includes(name)))(
    'carries its headers where it asks for "%s", and where it refuses',
    async (name) => {
      const { browser, action, token } = await form(name);
      expectPageHeaders((await browser.get(action)).headers);
      expectPageHeaders((await browser.request(action, { method: 'POST' })).headers);
      const refused = await browser.request(action, { method: 'POST', body: new URLSearchParams({ _csrf: token }) });
      const isPage = refused.status !== 303 && !refused.headers.has('content-disposition');
      if (isPage) expectPageHeaders(refused.headers);
    },
  );

  it('carries its headers where it is an error, a sign-out or not there at all', async () => {
    const browser = await signedInBrowser(place.gatehouse, await createPerson(place.gatehouse));
    const paths = [
      '/nothing',
      '/auth',
      '/auth?client_id=nobody',
      '/auth/nothing',
      '/interaction/nothing',
      '/session/end',
      '/signed-out',
      '/profile',
      '/.well-known/nothing',
      '/%00',
      '/../etc/passwd',
    ];
    for (const path of paths) expectPageHeaders((await browser.get(path)).headers);
  });

  it('names where its forms may end on My Profile, and leaves that open where they end at the client', async () => {
    const browser = await signedInBrowser(place.gatehouse, await createPerson(place.gatehouse));
    expect((await browser.get(passwordPath)).headers.get('content-security-policy')).toContain("form-action 'self'");
    const signIn = await place.gatehouse.browser().get(place.rp.request().url);
    expect(signIn.headers.get('content-security-policy')).not.toContain('form-action');
  });

  it('is guarded where it is a redirect, too, and gives no cookie to a script', async () => {
    const answer = await place.gatehouse.browser().request(place.rp.request().url);
    for (const [name, value] of Object.entries(everywhere))
      expect([name, answer.headers.get(name)]).toEqual([name, value]);
    const cookies = answer.headers.getSetCookie();
    expect(cookies.length).toBeGreaterThan(0);
    for (const cookie of cookies) expect(cookie.toLowerCase()).toMatch(/; ?httponly/);
    for (const cookie of cookies) expect(cookie.toLowerCase()).toMatch(/; ?samesite=lax/);
    expect(answer.headers.get('strict-transport-security')).toBeNull();
  });
});

describe('a Gatehouse at an https address', () => {
  let gatehouse: TestApp;
  const ask = (path: string, headers: Record<string, string> = {}) =>
    fetch(`http://127.0.0.1:${(gatehouse.server.address() as AddressInfo).port}${path}`, {
      redirect: 'manual',
      headers,
    });

  beforeAll(async () => {
    gatehouse = await startApp({ env: { ISSUER: 'https://id.example' } });
  });
  afterAll(() => gatehouse.stop());

  it('demands https for two years, on pages and redirects, whatever a forwarded header says', async () => {
    for (const path of ['/profile', '/signed-out', '/nothing', '/.well-known/openid-configuration']) {
      const { headers } = await ask(path, { 'X-Forwarded-Proto': 'http' });
      expect(headers.get('strict-transport-security')).toBe('max-age=63072000; includeSubDomains');
    }
  });

  it('gives its cookies prefixes that hold them to this host and to https', async () => {
    const rp = await registerRelyingParty(gatehouse);
    const cookies = (await ask(rp.request().url)).headers.getSetCookie();
    expect(cookies.map((cookie) => cookie.split('=')[0]).filter((name) => !name?.endsWith('.sig'))).toEqual(
      expect.arrayContaining(['__Secure-gatehouse-interaction', '__Secure-gatehouse-resume']),
    );
    for (const cookie of cookies) expect(cookie.toLowerCase()).toMatch(/; ?secure/);
    const browserCookies = (await ask('/profile')).headers.getSetCookie();
    expect(browserCookies.map((cookie) => cookie.split('=')[0])).toContain('__Host-gatehouse-browser');
    for (const cookie of browserCookies) expect(cookie.toLowerCase()).toMatch(/path=\/;.*secure/);
  });

  it('says its own name alone, whatever Host and forwarded headers say', async () => {
    const evil = {
      'X-Forwarded-Host': 'evil.example',
      Forwarded: 'host=evil.example',
      'X-Forwarded-Port': '1',
      'X-Original-URL': '/evil',
    };
    for (const path of ['/.well-known/openid-configuration', '/profile', '/nothing']) {
      const response = await ask(path, evil);
      expect(`${response.headers.get('location')} ${await response.text()}`).not.toContain('evil');
    }
  });
});
