// Registering an app in the console: safe by its type, its secret shown once, and code that signs in as it stands.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { codeOn, shownOn, standing } from '../support/app-forms.ts';
import type { Page, TestBrowser } from '../support/browser.ts';
import { hourMs, letClockRun, minuteMs, moveClock, stopClock } from '../support/clock.ts';
import { consoleOf, createFirms, linksOn, type Roles } from '../support/console.ts';
import { engines } from '../support/engines.ts';
import { createPerson, signIn } from '../support/people.ts';
import { hiddenFields } from '../support/reset.ts';
import { signInWith, tokenWith } from '../support/snippet-program.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const callback = 'https://time.example/callback';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`registering an app in the console (${engine.name})`, () => {
    let gatehouse: TestApp;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      await createFirms(gatehouse, 'acme', 'zeta');
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    const formFor = (browser: TestBrowser, type: string, organization = 'acme') =>
      browser.get(`/admin/register-app/${type}?organization=${organization}`);

    const register = (browser: TestBrowser, page: Page, fields: Record<string, string>) =>
      browser.submit(page, { ...standing(page), ...fields }, 'Register');

    const clientOn = async (page: Page) => {
      const id = decodeURIComponent(/\/admin\/apps\/([^/?]+)/.exec(page.url)?.[1] ?? '');
      return gatehouse.services.clients.get(id);
    };

    it('leads from the list of apps by the type to the form, within the firm that is looked at', async () => {
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'], zeta: ['auditor'] });
      const links = linksOn(await browser.get('/admin/apps'));
      expect(links).toContain('/admin/register-app?organization=acme');
      expect(linksOn(await browser.get('/admin/apps?organization=zeta')).join()).not.toContain('register-app');
      const types = await browser.get('/admin/register-app?organization=acme');
      expect(linksOn(types)).toContain('/admin/register-app/spa?organization=acme');
      expect((await browser.get('/admin/register-app/spa?organization=acme')).text).toContain('Single-page app · Acme');
    });

    it.each([
      [
        'web',
        { redirectUris: callback },
        {
          application_type: 'web',
          grant_types: ['authorization_code', 'refresh_token'],
          token_endpoint_auth_method: 'client_secret_basic',
          scope: 'openid profile email',
        },
      ],
      [
        'spa',
        { redirectUris: callback },
        {
          application_type: 'web',
          grant_types: ['authorization_code', 'refresh_token'],
          token_endpoint_auth_method: 'none',
          scope: 'openid profile email',
        },
      ],
      [
        'native',
        { redirectUris: 'http://127.0.0.1/callback\n\n com.example.time:/callback ' },
        {
          application_type: 'native',
          grant_types: ['authorization_code', 'refresh_token'],
          token_endpoint_auth_method: 'none',
          redirect_uris: ['http://127.0.0.1/callback', 'com.example.time:/callback'],
        },
      ],
      [
        'machine',
        {},
        { grant_types: ['client_credentials'], redirect_uris: [], token_endpoint_auth_method: 'client_secret_basic' },
      ],
    ])('has defaults that are safe: %s', async (type, fields, metadata) => {
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'] });
      const page = await register(browser, await formFor(browser, type), { name: 'Acme Time', ...fields });
      const client = await clientOn(page);
      expect(client).toMatchObject({
        organization: 'acme',
        metadata: { client_name: 'Acme Time', require_pkce: true, first_party: false, ...metadata },
      });
      expect(client?.secrets).toHaveLength(type === 'web' || type === 'machine' ? 1 : 0);
      if (type !== 'machine') expect(client?.metadata.id_token_signed_response_alg).toBe('ES256');
      const events = await gatehouse.services.audit.search({ type: 'client.created', organization: 'acme' });
      expect(events.filter(({ clientId }) => clientId === client?.id)).toHaveLength(1);
    });

    it('gives no rights in the API to an app whose form does not offer them', async () => {
      const { browser } = await consoleOf(gatehouse, { instance: ['owner'] });
      const page = await formFor(browser, 'web', '');
      const fields = { ...standing(page), ...hiddenFields(page), name: 'Sly', redirectUris: callback };
      const done = await browser.post('/admin/register-app/web', {
        ...fields,
        authMethod: 'client_secret_basic',
        idTokenAlg: 'ES256',
        'scope-users:write': 'yes',
        'scope-offline_access': 'yes',
      });
      expect(done.problems).toEqual([]);
      expect((await clientOn(done))?.metadata.scope?.split(' ')).not.toContain('users:write');
      expect((await clientOn(done))?.metadata.client_name).toBe('Sly');
    });

    it('shows the secret once: not on a reload, not on the page of the app, and in no other browser', async () => {
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'] });
      const page = await register(browser, await formFor(browser, 'web'), { name: 'Time', redirectUris: callback });
      const secret = shownOn(page, 'client-secret');
      const client = await clientOn(page);
      expect(page.heading).toBe('Time is registered');
      expect(gatehouse.services.clients.isSecretOf(client, secret)).toBe(true);
      expect(page.headers.get('Cache-Control')).toBe('no-store');
      expect(page.html.split(secret)).toHaveLength(2);
      for (const path of [page.url, `/admin/apps/${client?.id}`, '/admin/apps']) {
        const later = await browser.get(path);
        expect([path, later.status, later.html.includes(secret)]).toEqual([path, 200, false]);
      }
      expect((await browser.get(page.url)).text).toContain('It was shown already');
    });

    it('shows it to nobody else who comes to hold the cookie, and to nobody after five minutes', async () => {
      stopClock();
      const [first, other] = [
        await consoleOf(gatehouse, { acme: ['admin'] }),
        await consoleOf(gatehouse, { acme: ['admin'] }),
      ];
      const form = await formFor(first.browser, 'web');
      const action = new URL(form.url).pathname;
      const token = form.document.querySelector('.app-form [name=_csrf]')?.getAttribute('value') ?? '';
      const fields = { ...standing(form), name: 'Time', redirectUris: callback, organization: 'acme', _csrf: token };
      const own = { authMethod: 'client_secret_basic', idTokenAlg: 'ES256' };
      const answer = await first.browser.request(action, {
        method: 'POST',
        body: new URLSearchParams({ ...fields, ...own }),
      });
      const path = answer.headers.get('Location') ?? '';
      for (const cookie of answer.headers.getSetCookie()) await other.browser.jar.setCookie(cookie, gatehouse.issuer);
      expect(shownOn(await other.browser.get(path), 'client-secret')).toBe('');
      moveClock(6 * minuteMs);
      expect(shownOn(await first.browser.get(path), 'client-secret')).toBe('');
    });

    it('registers one app, however often the button is pressed', async () => {
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'] });
      const form = await formFor(browser, 'spa');
      const pages = await Promise.all(
        [1, 2, 3].map(() => register(browser, form, { name: 'Once', redirectUris: callback })),
      );
      expect(new Set(await Promise.all(pages.map(async (page) => (await clientOn(page))?.id))).size).toBe(1);
      expect((await browser.get('/admin/apps')).text.match(/Once/g)).toHaveLength(1);
    });

    it('hands out code that signs people in as it stands', async () => {
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'] });
      const page = await register(browser, await formFor(browser, 'web'), { name: 'Time', redirectUris: callback });
      const person = await createPerson(gatehouse);
      const secret = shownOn(page, 'client-secret');
      const claims = await signInWith(codeOn(page, 'node'), {
        secret,
        visit: async (url) => {
          const visitor = gatehouse.browser();
          const consent = await signIn(visitor, { url, verifier: '', state: '', nonce: '' }, person);
          const { leftFor } = await visitor.submit(consent, {}, 'Allow');
          if (!leftFor) throw new Error(`the sign-in ended on ${consent.heading}`);
          expect(`${leftFor.origin}${leftFor.pathname}`).toBe(callback);
          return leftFor;
        },
      });
      const client = await clientOn(page);
      expect(claims).toMatchObject({ sub: person.account.id, aud: client?.id, iss: gatehouse.issuer });
      expect(client?.usedAt).toBeDefined();
    });

    it('gives a program without people what was ticked of the API, after a fresh sign-in', async () => {
      stopClock();
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'] });
      moveClock(hourMs / 2);
      expect((await formFor(browser, 'machine')).heading).toBe('Sign in');
      letClockRun();
      const fresh = await consoleOf(gatehouse, { acme: ['admin'] });
      const form = await formFor(fresh.browser, 'machine');
      expect(form.document.querySelectorAll('[type=checkbox]').map((box) => box.getAttribute('name'))).not.toContain(
        'scope-keys:write',
      );
      const page = await register(fresh.browser, form, { name: 'Nightly', 'scope-users:read': 'yes' });
      expect((await clientOn(page))?.metadata.scope).toBe('users:read');
      const token = await tokenWith(codeOn(page, 'node'), shownOn(page, 'client-secret'));
      const users = await fetch(`${gatehouse.issuer}/api/v1/users`, { headers: { Authorization: `Bearer ${token}` } });
      expect(users.status).toBe(200);
      const clients = await fetch(`${gatehouse.issuer}/api/v1/clients`, {
        headers: { Authorization: `Bearer ${token}` },
      });
      expect(clients.status).toBe(403);
    });

    it('tells every problem beside its field, and keeps what was typed', async () => {
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'] });
      const typed = {
        name: '<b>',
        redirectUris: 'https://time.example/callback\nhttps://*.example/callback\nmy <app>',
        postLogoutRedirectUris: 'http://time.example/',
        backchannelLogoutUri: 'http://time.example/logout',
      };
      const page = await register(browser, await formFor(browser, 'web'), { ...typed, name: ' ', 'scope-email': '' });
      expect(page.status).toBe(422);
      expect(page.problems).toEqual([
        'Give the app a name',
        'https://*.example/callback must be exact, without *',
        'my <app> is not a whole address: it begins with https://',
        expect.stringContaining('http://time.example/ must begin with https://'),
        'http://time.example/logout must begin with https:// (http:// for localhost alone)',
      ]);
      expect(page.document.querySelector('#redirectUris-error')?.textContent).toContain('without *');
      expect(standing(page)).toEqual({
        'scope-profile': 'yes',
        redirectUris: expect.stringContaining('https://*.example/callback'),
        postLogoutRedirectUris: typed.postLogoutRedirectUris,
      });
      expect(page.html).not.toContain('my <app>');
      const again = await register(browser, page, { ...typed, redirectUris: callback });
      expect(again.problems).toHaveLength(2);
      expect(again.html).toContain('value="&lt;b&gt;"');
    });

    it.each<[string, Roles]>([
      ['auditor', { acme: ['auditor'] }],
      ['helpdesk', { acme: ['helpdesk'] }],
    ])('is closed to whoever may not write: %s', async (_role, roles) => {
      const { browser } = await consoleOf(gatehouse, roles);
      for (const path of ['/admin/register-app', '/admin/register-app/web?organization=acme', '/admin/apps/x/secret'])
        expect([path, (await browser.get(path)).status]).toEqual([path, 403]);
    });

    it('makes no app for another firm or the whole system, nor one that skips consent or PKCE', async () => {
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'] });
      for (const query of ['?organization=zeta', ''])
        expect((await browser.get(`/admin/register-app/web${query}`)).status).toBe(403);
      const form = await formFor(browser, 'web');
      for (const organization of ['zeta', '']) {
        const page = await register(browser, form, { name: 'Time', redirectUris: callback, organization });
        expect([page.status, page.heading]).toEqual([403, 'You cannot open this page']);
      }
      const token = form.document.querySelector('.app-form [name=_csrf]')?.getAttribute('value') ?? '';
      const page = await browser.post('/admin/register-app/spa', {
        _csrf: token,
        organization: 'acme',
        name: 'Forged',
        redirectUris: callback,
        idTokenAlg: 'RS256',
        authMethod: 'private_key_jwt',
        firstParty: 'yes',
        first_party: 'true',
        withoutPkce: 'yes',
        require_pkce: 'false',
      });
      expect((await clientOn(page))?.metadata).toMatchObject({
        first_party: false,
        require_pkce: true,
        token_endpoint_auth_method: 'none',
        id_token_signed_response_alg: 'RS256',
      });
      expect((await browser.get('/admin/register-app/other?organization=acme')).status).toBe(404);
    });

    it('lets an owner make one for the whole system, and for every firm', async () => {
      const { browser } = await consoleOf(gatehouse, { instance: ['owner'] });
      for (const organization of [undefined, 'zeta']) {
        const form = await browser.get(`/admin/register-app/web${organization ? `?organization=${organization}` : ''}`);
        const page = await register(browser, form, { name: 'Of all', redirectUris: callback });
        expect((await clientOn(page))?.organization).toBe(organization);
      }
    });
  });
}
