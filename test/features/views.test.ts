// A page as it leaves the server: words, headers, and nothing of a client or a person that could act.
import { describe, expect, it } from '@jest/globals';
import { createLocales } from '../../src/platform/locales.ts';
import { createTemplates } from '../../src/platform/templates.ts';
import { createAssets } from '../../src/web/http/assets.ts';
import type { ViewModels, ViewName } from '../../src/web/http/view-models.ts';
import { createViews, type RenderOptions } from '../../src/web/http/views.ts';

const folder = new URL('../../views/', import.meta.url).pathname;
const views = createViews({
  templates: createTemplates(folder),
  locales: createLocales(`${folder}locales`),
  assets: createAssets(`${folder}assets`),
  productName: 'Gatehouse',
});

function render<V extends ViewName>(view: V, model: ViewModels[V], options?: RenderOptions) {
  const headers: Record<string, string> = {};
  const ctx = {
    method: 'GET',
    url: '/somewhere?a=b',
    state: {},
    cookies: { get: () => undefined },
    status: 404,
    body: '' as unknown,
    set: (name: string, value: string) => {
      headers[name] = value;
    },
    acceptsLanguages: () => ['xx', 'en-GB'],
  };
  views.render(ctx, view, model, options);
  return { status: ctx.status, html: String(ctx.body), headers };
}

const signIn = { action: '/interaction/1/sign-in', csrf: 'token', errors: [], email: '' };

describe('a page', () => {
  it('is never kept by a cache, and says its language and type', () => {
    const { status, headers } = render('interaction/sign-in', signIn);
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'Cache-Control': 'no-store',
      'Content-Language': 'en',
      'Content-Type': 'text/html; charset=utf-8',
    });
  });

  it('takes its status and the rule for its forms from the caller', () => {
    const { status, headers } = render('interaction/sign-in', signIn, { status: 422, formAction: 'self' });
    expect(status).toBe(422);
    expect(headers['Content-Security-Policy']).toContain("form-action 'self'");
  });

  it('has its heading for a title, and says so when a form was refused', () => {
    const refused = { ...signIn, errors: [{ field: 'email', key: 'error.email.required' }] };
    expect(render('interaction/sign-in', signIn).html).toContain('<title>Sign in – Gatehouse</title>');
    expect(render('interaction/sign-in', refused).html).toContain('<title>Error: Sign in – Gatehouse</title>');
  });

  it('escapes whatever a person or a client is called', () => {
    const hostile = '"><script>alert(1)</script>';
    const { html } = render('interaction/sign-in', {
      ...signIn,
      email: hostile,
      client: { name: hostile, host: hostile },
    });
    expect(html).not.toContain('<script>alert');
    expect(html).toContain('&lt;script&gt;');
  });

  it('shows the link for a forgotten password only where there is such a page', () => {
    const forgottenPasswordUrl = '/forgotten-password';
    expect(render('interaction/sign-in', signIn).html).not.toContain('Forgotten password');
    expect(render('interaction/sign-in', { ...signIn, forgottenPasswordUrl }).html).toContain(
      'href="/forgotten-password"',
    );
  });
});

describe("a client's addresses", () => {
  const consent = (uris: object) =>
    render('interaction/consent', { ...signIn, client: { name: 'Acme', ...uris }, scopes: [], lastsDays: 1 });

  it('let its logo be shown, from its origin alone', () => {
    const { html, headers } = consent({ logoUri: 'https://acme.example/logo.svg' });
    expect(html).toContain('src="https://acme.example/logo.svg"');
    expect(headers['Content-Security-Policy']).toContain("img-src 'self' data: https://acme.example;");
  });

  it.each(['http://acme.example/logo.svg', 'data:image/svg+xml,x', "https:'; script-src *", '//acme.example/logo'])(
    'show no logo from %s',
    (logoUri) => {
      const { html, headers } = consent({ logoUri });
      expect(html).not.toContain('client-logo');
      expect(headers['Content-Security-Policy']).toContain("img-src 'self' data:; ");
    },
  );

  it.each(['javascript:alert(1)', 'data:text/html,x', 'vbscript:x', ' javascript:x'])('are no links to %s', (uri) => {
    const { html } = consent({ clientUri: uri, policyUri: uri, tosUri: uri });
    expect(html).not.toContain('client-links');
  });
});
