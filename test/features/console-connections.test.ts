// Connections in the console: added by preset, tested the whole way, put to use, changed and deleted.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Connection, inputOf } from '../../src/federation/connection.ts';
import type { UpstreamFetch } from '../../src/federation/guarded-fetch.ts';
import { standing } from '../support/app-forms.ts';
import type { Page, TestBrowser } from '../support/browser.ts';
import { consoleOf, createFirms, linksOn } from '../support/console.ts';
import { engines } from '../support/engines.ts';
import { startApp, type TestApp } from '../support/start-app.ts';
import { startUpstream, type Upstream, upstreamClient } from '../support/upstream.ts';

const issuer = 'https://accounts.google.com';
const given = { clientId: upstreamClient.client_id, clientSecret: upstreamClient.client_secret };
const ana = { sub: 'ana-there', email: 'ana@acme.example', email_verified: true, hd: 'acme.example' };

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`connections in the console (${engine.name})`, () => {
    let gatehouse: TestApp;
    let google: Upstream;
    const ask: UpstreamFetch = (url, request) => google.fetch(url, request);

    beforeAll(async () => {
      gatehouse = await startApp({ engine, fetch: ask });
      google = await startUpstream(issuer, `${gatehouse.issuer}/federation/callback`);
      await createFirms(gatehouse, 'acme', 'zeta');
    });
    afterAll(async () => {
      await google.close();
      await gatehouse.stop();
    });

    const idOf = ({ url }: Page) => /\/admin\/connections\/([^/?]+)/.exec(url)?.[1] ?? '';
    const add = async (browser: TestBrowser, preset: string, fields: Record<string, string>) => {
      const page = await browser.get(`/admin/add-connection/${preset}?organization=acme`);
      return browser.submit(page, { ...standing(page), ...fields }, 'Save');
    };
    const test = async (browser: TestBrowser, id: string) => {
      const page = await browser.submit(await browser.get(`/admin/connections/${id}/test`), {}, 'Start the test');
      return page.leftFor ? browser.get((await google.visit(page.leftFor)).href) : page;
    };
    const claimsOn = ({ document }: Page) =>
      Object.fromEntries(
        document
          .querySelectorAll('dl div')
          .map((pair) => [pair.querySelector('dt')?.textContent.trim(), pair.querySelector('dd')?.textContent.trim()]),
      );

    it('leads from an empty list by the preset to a draft, with the redirect URI to copy', async () => {
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'], zeta: ['auditor'] });
      const list = await browser.get('/admin/connections');
      expect(list.text).toContain('There is no connection yet. With one, people sign in');
      expect(linksOn(list)).toContain('/admin/add-connection?organization=acme');
      expect(linksOn(await browser.get('/admin/connections?organization=zeta')).join()).not.toContain('add-connection');
      const presets = await browser.get('/admin/add-connection?organization=acme');
      expect(linksOn(presets)).toContain('/admin/add-connection/google?organization=acme');
      const form = await browser.get('/admin/add-connection/google?organization=acme');
      expect(form.text).toContain(`${gatehouse.issuer}/federation/callback`);
      const added = await browser.submit(form, { ...standing(form), ...given, name: 'Google' }, 'Save');
      expect([added.heading, added.text.includes('added as a draft'), added.text.includes('Draft')]).toEqual([
        'Google',
        true,
        true,
      ]);
      expect(added.html).not.toContain(given.clientSecret);
      expect(await gatehouse.services.connections.get(idOf(added))).toMatchObject({
        organization: 'acme',
        preset: 'google',
        isEnabled: false,
      });
    });

    it('keeps what was typed where the form is refused, but never the secret', async () => {
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'] });
      const refused = await add(browser, 'oidc', {
        name: '',
        issuer: 'http://sso.acme.example',
        clientId: 'two words',
        clientSecret: 'a-typed-secret',
        domains: 'acme.example, nonsense',
        allowsSignUp: 'yes',
      });
      expect([refused.status, refused.title.startsWith('Error: ')]).toEqual([422, true]);
      expect(refused.problems).toEqual([
        'Give the connection a name',
        'Enter the client ID, without blanks',
        'nonsense is not a domain such as acme.example',
      ]);
      expect(refused.document.querySelector('#issuer')?.getAttribute('value')).toBe('http://sso.acme.example');
      expect(refused.html).not.toContain('a-typed-secret');
      const again = await add(browser, 'oidc', { name: 'SSO', issuer: 'http://sso.acme.example', clientId: 'x' });
      expect(again.problems).toEqual(['The issuer must begin with https://']);
      const tenant = await add(browser, 'microsoft', { ...given, audience: 'tenant', tenant: 'acme.example' });
      expect(tenant.problems).toEqual(['Enter the ID of the tenant: 32 hexadecimal figures with hyphens']);
    });

    it('is tested the whole way: each claim is shown, nothing is linked, and nobody is signed in', async () => {
      const { browser, person } = await consoleOf(gatehouse, { acme: ['admin'] });
      const id = idOf(await add(browser, 'google', { ...given, name: 'Google' }));
      google.person = ana;
      const report = await test(browser, id);
      expect(report.text).toContain('The test passed');
      expect(claimsOn(report)).toMatchObject({ sub: ana.sub, email: ana.email, hd: 'acme.example', iss: issuer });
      expect(claimsOn(report)).not.toHaveProperty('nonce');
      expect(report.text).toContain('The address ana@acme.example is proved');
      expect(await gatehouse.services.accounts.findByEmail(ana.email)).toBeUndefined();
      expect((await browser.get('/profile')).text).toContain(person.email);
      google.person = { ...ana, hd: undefined };
      expect((await test(browser, id)).text).toContain('Google does not keep the mailbox ana@acme.example');
    });

    it('tells each problem in plain words', async () => {
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'] });
      const id = idOf(await add(browser, 'google', { ...given, clientSecret: 'mistyped', name: 'Google' }));
      const wrong = await test(browser, id);
      expect(wrong.text).toContain('The test failed');
      expect(wrong.text).toContain('The provider does not accept the client ID and secret.');
      const { leftFor } = await browser.submit(wrong, {}, 'Start the test');
      const back = new URL(`${gatehouse.issuer}/federation/callback`);
      const state = leftFor?.searchParams.get('state') ?? '';
      back.search = new URLSearchParams({ error: 'access_denied', state, iss: issuer }).toString();
      expect((await browser.get(back.href)).text).toContain('cancelled at the provider, or refused there');
    });

    it('goes to no administrator but the one who began it', async () => {
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'] });
      const id = idOf(await add(browser, 'google', { ...given, name: 'Google' }));
      google.person = ana;
      const { url } = await test(browser, id);
      const other = (await consoleOf(gatehouse, { acme: ['admin'] })).browser;
      expect((await other.get(url)).text).not.toContain(ana.sub);
      const stranger = (await consoleOf(gatehouse, { zeta: ['admin'] })).browser;
      expect((await stranger.get(url)).status).toBe(404);
    });

    it('is put to use, changed with its secret kept, taken out of use and deleted', async () => {
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'] });
      const id = idOf(await add(browser, 'google', { ...given, name: 'Google' }));
      const stored = () => gatehouse.services.connections.get(id);
      const draft = await browser.get(`/admin/connections/${id}/enable`);
      const looked = (await stored()) as Connection;
      await gatehouse.services.connections.replace(id, { ...inputOf(looked), client_id: 'another' }, {});
      const refused = await browser.submit(draft, {}, 'Put to use');
      expect([refused.status, (await stored())?.isEnabled]).toEqual([409, false]);
      const used = await browser.submit(refused, {}, 'Put to use');
      expect([used.text.includes('In use'), (await stored())?.isEnabled]).toEqual([true, true]);
      const form = await browser.get(`/admin/connections/${id}/change`);
      const elsewhere = await browser.get(`/admin/connections/${id}/change`);
      const fields = { ...standing(form), domains: 'acme.example', trustsMfa: 'yes' };
      const changed = await browser.submit(form, fields, 'Save');
      expect(changed.text).toContain('Its multi-factor authentication is trusted');
      const after = await stored();
      expect(after).toMatchObject({ domains: ['acme.example'], trustsMfa: true, isEnabled: true });
      expect(after && gatehouse.services.connections.secretOf(after)).toBe(given.clientSecret);
      const late = await browser.submit(elsewhere, { ...standing(elsewhere), name: 'Mine' }, 'Save');
      expect([late.status, late.problems[0]?.startsWith('Somebody else changed')]).toEqual([409, true]);
      await browser.submit(await browser.get(`/admin/connections/${id}/disable`), {}, 'Take out of use');
      expect((await stored())?.isEnabled).toBe(false);
      const asked = await browser.get(`/admin/connections/${id}/delete`);
      expect((await browser.submit(asked, {}, 'Delete for good')).text).toContain('The connection is deleted.');
      expect((await browser.submit(asked, {}, 'Delete for good')).text).toContain('The connection is deleted.');
      expect(await stored()).toBeUndefined();
      const types = (await gatehouse.services.audit.bySubject(id)).map(({ type }) => type);
      expect(types.toSorted()).toEqual([
        'connection.changed',
        'connection.changed',
        'connection.changed',
        'connection.changed',
        'connection.created',
        'connection.deleted',
      ]);
    });
  });
}
