// Changing an app in the console, its secrets one after the other, and its end.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '../../src/platform/ids.ts';
import { shownOn, standing } from '../support/app-forms.ts';
import type { Page, TestBrowser } from '../support/browser.ts';
import { hourMs, letClockRun, moveClock, stopClock } from '../support/clock.ts';
import { consoleOf, createFirms, linksOn, type Roles } from '../support/console.ts';
import { engines } from '../support/engines.ts';
import { createPerson, signInTo } from '../support/people.ts';
import { registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const callback = 'https://time.example/callback';
const parts = ['/change', '/secrets/new', '/delete'];

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`changing an app in the console (${engine.name})`, () => {
    let gatehouse: TestApp;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      await createFirms(gatehouse, 'acme', 'zeta');
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    async function register(metadata: Record<string, unknown> = {}, organization: 'acme' | 'none' = 'acme') {
      const registration = { client_id: newId(), client_name: 'Time', redirect_uris: [callback], ...metadata };
      const made = await gatehouse.services.clients.apply(
        registration,
        { actor: 'test' },
        organization === 'none' ? {} : { organization },
      );
      return { id: made.clientId, secret: made.secret ?? '' };
    }
    const get = (id: string) => gatehouse.services.clients.get(id);
    const isSecret = async (id: string, secret: string) => gatehouse.services.clients.isSecretOf(await get(id), secret);
    const save = (browser: TestBrowser, page: Page, fields: Record<string, string>) =>
      browser.submit(page, { ...standing(page), ...fields }, 'Save');
    const eventsOf = async (id: string) =>
      (await gatehouse.services.audit.search({ organization: 'acme', limit: 500 }))
        .filter(({ clientId }) => clientId === id)
        .map(({ type }) => type)
        .reverse();

    it('changes what the form asks, leaves the rest, and says so', async () => {
      const kept = { logo_uri: 'https://time.example/logo.png', default_max_age: 600, contacts: ['a@time.example'] };
      const { id } = await register({ ...kept, scope: 'openid email' });
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'] });
      const form = await browser.get(`/admin/apps/${id}/change`);
      expect(form.heading).toBe('Change Time');
      const page = await save(browser, form, {
        name: 'Clock',
        redirectUris: `${callback}\r\nhttps://time.example/other`,
        postLogoutRedirectUris: 'https://time.example/',
        'scope-organizations': 'yes',
      });
      expect([page.heading, page.text.includes('The app is changed.')]).toEqual(['Clock', true]);
      expect((await get(id))?.metadata).toMatchObject({
        ...kept,
        client_name: 'Clock',
        redirect_uris: [callback, 'https://time.example/other'],
        post_logout_redirect_uris: ['https://time.example/'],
        scope: 'openid email organizations',
        id_token_signed_response_alg: 'RS256',
      });
      expect((await get(id))?.secrets).toHaveLength(1);
      expect(await eventsOf(id)).toEqual(['client.created', 'client.changed']);
    });

    it('changes nothing where nothing was changed, however often it is saved', async () => {
      const { id } = await register();
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'] });
      const before = await get(id);
      await save(browser, await browser.get(`/admin/apps/${id}/change`), {});
      expect(await get(id)).toEqual(before);
      const form = await browser.get(`/admin/apps/${id}/change`);
      const pages = await Promise.all([1, 2].map(() => save(browser, form, { name: 'Twice' })));
      expect(pages.map(({ heading }) => heading)).toEqual(['Twice', 'Twice']);
      expect((await save(browser, form, { name: 'Twice' })).text).toContain('The app is changed.');
      expect(await eventsOf(id)).toEqual(['client.created', 'client.changed']);
    });

    it('does not undo what somebody else changed meanwhile', async () => {
      const { id } = await register();
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'] });
      const form = await browser.get(`/admin/apps/${id}/change`);
      await register({ client_id: id, client_name: 'Theirs' });
      const page = await save(browser, form, { name: 'Mine' });
      expect([page.status, page.problems]).toEqual([409, [expect.stringContaining('Somebody else changed this app')]]);
      expect((await get(id))?.metadata.client_name).toBe('Theirs');
      expect((await save(browser, page, {})).heading).toBe('Mine');
    });

    it('tells what is wrong beside its field, and stores none of it', async () => {
      const { id } = await register();
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'] });
      const page = await save(browser, await browser.get(`/admin/apps/${id}/change`), { name: '', redirectUris: 'x' });
      expect([page.status, page.problems]).toEqual([
        422,
        ['Give the app a name', 'x is not a whole address: it begins with https://'],
      ]);
      expect((await get(id))?.metadata.redirect_uris).toEqual([callback]);
    });

    it('lets owners alone skip consent and lift PKCE, and keeps what they gave', async () => {
      const { id } = await register();
      const owner = await consoleOf(gatehouse, { instance: ['owner'] });
      const admin = await consoleOf(gatehouse, { acme: ['admin'] });
      const form = await admin.browser.get(`/admin/apps/${id}/change`);
      expect(form.document.querySelector('[name=firstParty], [name=withoutPkce]')).toBeNull();
      const forged = { ...standing(form), firstParty: 'yes', withoutPkce: 'yes', name: 'Forged' };
      const hidden = form.document
        .querySelectorAll('.app-form [type=hidden], .app-form [type=radio][checked]')
        .map((input) => [input.getAttribute('name') ?? '', input.getAttribute('value') ?? '']);
      await admin.browser.post(new URL(form.url).pathname, { ...Object.fromEntries(hidden), ...forged });
      expect((await get(id))?.metadata).toMatchObject({
        client_name: 'Forged',
        first_party: false,
        require_pkce: true,
      });
      const given = { firstParty: 'yes', withoutPkce: 'yes' };
      await save(owner.browser, await owner.browser.get(`/admin/apps/${id}/change`), given);
      await save(admin.browser, await admin.browser.get(`/admin/apps/${id}/change`), { name: 'Kept' });
      expect((await get(id))?.metadata).toMatchObject({ client_name: 'Kept', first_party: true, require_pkce: false });
      const spa = await register({ token_endpoint_auth_method: 'none' });
      const page = await owner.browser.get(`/admin/apps/${spa.id}/change`);
      expect(page.document.querySelectorAll('[name=firstParty], [name=withoutPkce]')).toHaveLength(1);
    });

    it('adds a second secret, shown once, and retires the old one, both good in between', async () => {
      const { id, secret: old } = await register();
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'] });
      expect((await browser.get(`/admin/apps/${id}`)).text).not.toContain('Retire');
      const asked = await browser.get(`/admin/apps/${id}/secrets/new`);
      const shown = await browser.submit(asked, {}, 'Add');
      const fresh = shownOn(shown, 'client-secret');
      expect(shown.heading).toBe('A new secret for Time');
      expect(fresh).not.toBe('');
      expect((await browser.get(shown.url)).html).not.toContain(fresh);
      expect([await isSecret(id, old), await isSecret(id, fresh)]).toEqual([true, true]);
      expect((await browser.submit(asked, {}, 'Add')).text).toContain('It was shown already');
      expect((await browser.get(`/admin/apps/${id}/secrets/new`)).text).toContain('There are two secrets already');
      const page = await browser.get(`/admin/apps/${id}`);
      const [retireOld = ''] = linksOn(page).filter((href) => href.endsWith('/retire'));
      const sure = await browser.get(retireOld);
      for (const done of [await browser.submit(sure, {}, 'Retire'), await browser.submit(sure, {}, 'Retire')])
        expect(done.text).toContain('The secret is retired.');
      expect([await isSecret(id, old), await isSecret(id, fresh)]).toEqual([false, true]);
      expect(await eventsOf(id)).toEqual(['client.created', 'client.secret-added', 'client.secret-retired']);
    });

    it('adds one secret for many clicks, and never takes the last one', async () => {
      const { id } = await register();
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'] });
      const asked = await browser.get(`/admin/apps/${id}/secrets/new`);
      await Promise.all([1, 2, 3].map(() => browser.submit(asked, {}, 'Add')));
      const [first, second] = (await get(id))?.secrets ?? [];
      expect(await eventsOf(id)).toEqual(['client.created', 'client.secret-added']);
      const sure = await Promise.all(
        [first, second].map((secret) => browser.get(`/admin/apps/${id}/secrets/${secret?.id}/retire`)),
      );
      const pages = await Promise.all(sure.map((page) => browser.submit(page, {}, 'Retire')));
      expect(pages.map(({ status }) => status).toSorted()).toEqual([200, 409]);
      expect((await get(id))?.secrets).toHaveLength(1);
      const [left] = (await get(id))?.secrets ?? [];
      expect((await browser.get(`/admin/apps/${id}/secrets/${left?.id}/retire`)).text).toContain(
        'This is the only secret',
      );
    });

    it('deletes an app once it was asked: nobody signs in to it, and its tokens are over', async () => {
      const rp = await registerRelyingParty(gatehouse);
      const person = await createPerson(gatehouse);
      const { body } = await signInTo(gatehouse.browser(), rp, person);
      const { browser } = await consoleOf(gatehouse, { instance: ['owner'] });
      const asked = await browser.get(`/admin/apps/${rp.clientId}/delete`);
      expect(asked.text).toContain('This cannot be taken back.');
      for (const done of [
        await browser.submit(asked, {}, 'Delete for good'),
        await browser.submit(asked, {}, 'Delete for good'),
      ])
        expect([done.heading, done.text.includes('The app is deleted.')]).toEqual(['Apps', true]);
      expect(await get(rp.clientId)).toBeUndefined();
      const headers = { Authorization: `Bearer ${body.access_token}` };
      expect((await fetch(`${gatehouse.issuer}/me`, { headers })).status).toBe(401);
      expect((await rp.refresh(body.refresh_token ?? '')).status).toBe(401);
      expect((await gatehouse.browser().get(rp.request().url)).status).toBe(400);
      expect((await browser.get(`/admin/apps/${rp.clientId}/delete`)).status).toBe(404);
    });

    it.each<[string, Roles, number]>([
      ['owner', { instance: ['owner'] }, 200],
      ['admin', { acme: ['admin'] }, 200],
      ['admin of another firm', { zeta: ['admin'] }, 404],
      ['admin there who may only look here', { zeta: ['admin'], acme: ['auditor'] }, 403],
      ['auditor', { acme: ['auditor'] }, 403],
      ['helpdesk', { acme: ['helpdesk'] }, 403],
    ])('offers each role what it may do, and refuses the rest: %s', async (_role, roles, status) => {
      const { id } = await register();
      await gatehouse.services.clients.addSecret(id, { actor: 'test' });
      const secret = (await get(id))?.secrets[0]?.id;
      const { browser } = await consoleOf(gatehouse, roles);
      const offered = linksOn(await browser.get(`/admin/apps/${id}`)).filter((href) => href.includes(`/apps/${id}/`));
      expect(offered).toHaveLength(status === 200 ? 6 : 0);
      for (const part of [...parts, `/secrets/${secret}/retire`])
        expect([part, (await browser.get(`/admin/apps/${id}${part}`)).status]).toEqual([part, status]);
    });

    it('leaves to the owners what acts on the whole system through the API', async () => {
      const { id } = await register({ scope: 'openid keys:write' }, 'none');
      const instanceAdmin = await consoleOf(gatehouse, { instance: ['admin'] });
      expect(linksOn(await instanceAdmin.browser.get(`/admin/apps/${id}`)).join()).not.toContain(`/apps/${id}/`);
      for (const part of parts) expect((await instanceAdmin.browser.get(`/admin/apps/${id}${part}`)).status).toBe(403);
    });

    it('SE-10: asks for a sign-in of the last 15 minutes before each of them', async () => {
      stopClock();
      const { id } = await register();
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'] });
      const early = await Promise.all(parts.map((part) => browser.get(`/admin/apps/${id}${part}`)));
      const before = await get(id);
      moveClock(hourMs / 2);
      for (const part of parts) expect((await browser.get(`/admin/apps/${id}${part}`)).heading).toBe('Sign in');
      const [change, add, remove] = early as [Page, Page, Page];
      expect((await save(browser, change, { name: 'Late' })).heading).toBe('Sign in');
      expect((await browser.submit(add, {}, 'Add')).heading).toBe('Sign in');
      expect((await browser.submit(remove, {}, 'Delete for good')).heading).toBe('Sign in');
      expect(await get(id)).toEqual(before);
      expect((await browser.get(`/admin/apps/${id}`)).status).toBe(200);
    });
  });
}
