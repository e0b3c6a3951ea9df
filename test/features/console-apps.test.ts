// The console's apps: whose each administrator sees, and what is told of them.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from '../support/browser.ts';
import { hourMs, letClockRun, moveClock, stopClock } from '../support/clock.ts';
import { consoleOf, createFirms, linksOn } from '../support/console.ts';
import { engines } from '../support/engines.ts';
import { createPerson, signInTo } from '../support/people.ts';
import { registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`apps in the console (${engine.name})`, () => {
    let gatehouse: TestApp;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      await createFirms(gatehouse, 'acme', 'zeta');
      await register({ client_id: 'acme-time', client_name: 'Acme Time' }, 'acme');
      await register({ client_id: 'zeta-mail', client_name: 'Zeta Mail' }, 'zeta');
      await register({ client_id: 'of-all', client_name: 'Of All' });
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    async function register(metadata: Record<string, unknown>, organization?: string) {
      const registration = { redirect_uris: ['https://app.example/callback'], ...metadata };
      return gatehouse.services.clients.apply(registration, { actor: 'test' }, { organization });
    }

    const appsOn = ({ document }: Page) => document.querySelectorAll('tbody th a').map((a) => a.textContent.trim());

    it.each([
      ['owner', { instance: ['owner'] }, ['Acme Time', 'Of All', 'Zeta Mail']],
      ['admin', { acme: ['admin'] }, ['Acme Time']],
      ['auditor', { zeta: ['auditor'] }, ['Zeta Mail']],
    ])('shows each role the apps of its firm: %s', async (_role, roles, names) => {
      const { browser } = await consoleOf(gatehouse, roles);
      expect(linksOn(await browser.get('/admin')).some((href) => href.startsWith('/admin/apps'))).toBe(true);
      expect(appsOn(await browser.get('/admin/apps'))).toEqual(names);
      for (const [id, name] of [
        ['acme-time', 'Acme Time'],
        ['zeta-mail', 'Zeta Mail'],
        ['of-all', 'Of All'],
      ] as const)
        expect([id, (await browser.get(`/admin/apps/${id}`)).status]).toEqual([id, names.includes(name) ? 200 : 404]);
    });

    it('is closed to the help desk, and not in its navigation', async () => {
      const { browser } = await consoleOf(gatehouse, { acme: ['helpdesk'] });
      expect(linksOn(await browser.get('/admin')).filter((href) => href.startsWith('/admin/apps'))).toEqual([]);
      for (const path of ['/admin/apps', '/admin/apps/acme-time']) expect((await browser.get(path)).status).toBe(403);
    });

    it('lets an administrator of two firms choose between their apps, and of no third', async () => {
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'], zeta: ['auditor'] });
      expect(appsOn(await browser.get('/admin/apps'))).toEqual(['Acme Time']);
      expect(appsOn(await browser.get('/admin/apps?organization=zeta'))).toEqual(['Zeta Mail']);
      expect((await browser.get('/admin/apps?organization=beta')).status).toBe(403);
    });

    it('pages through many, each shown once, and says what to do where there is none', async () => {
      await createFirms(gatehouse, 'many', 'empty');
      const ids = Array.from({ length: 120 }, (_, n) => `many-${n}`);
      for (const id of ids) await register({ client_id: id, client_name: id }, 'many');
      const { browser } = await consoleOf(gatehouse, { many: ['auditor'] });
      const seen: string[] = [];
      for (let next: string | undefined = '/admin/apps'; next; ) {
        const page: Page = await browser.get(next);
        seen.push(...appsOn(page));
        const link = page.document.querySelectorAll('.actions a').find((a) => a.textContent.trim() === 'Next page');
        next = link?.getAttribute('href');
      }
      expect(seen.toSorted()).toEqual(ids.toSorted());
      const auditor = await consoleOf(gatehouse, { empty: ['auditor'] });
      expect((await auditor.browser.get('/admin/apps')).text).toContain('Whoever administers this organization');
    });

    it('says in plain words what an app may do, and where its settings point', async () => {
      await register(
        {
          client_id: 'plain/words?',
          token_endpoint_auth_method: 'none',
          scope: 'openid email',
          backchannel_logout_uri: 'https://app.example/logout',
        },
        'acme',
      );
      const { browser } = await consoleOf(gatehouse, { acme: ['auditor'] });
      const list = await browser.get('/admin/apps');
      const page = await browser.get(linksOn(list).find((href) => href.includes('plain')) ?? '');
      expect(page.heading).toBe('plain/words?');
      for (const words of [
        'Single-page app',
        'Keeps no secret',
        'Must use PKCE',
        'Asks people for consent',
        'See your email address',
        'https://app.example/callback',
        'https://app.example/logout',
        `${gatehouse.issuer}/.well-known/openid-configuration`,
      ])
        expect(page.text).toContain(words);
      expect(page.text).not.toContain('See your name');
      expect(page.text).not.toContain('Secrets');
    });

    it('shows when each secret was made, and nothing of what it is', async () => {
      const { secret = 'none' } = await register({ client_id: 'with-secret' }, 'acme');
      await gatehouse.services.clients.addSecret('with-secret', { actor: 'test' });
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'] });
      const page = await browser.get('/admin/apps/with-secret');
      expect(page.text.match(/Made on/g)).toHaveLength(2);
      for (const { hash } of (await gatehouse.services.clients.get('with-secret'))?.secrets ?? [])
        expect(page.html).not.toContain(hash);
      expect(page.html).not.toContain(secret);
    });

    it('tells when an app last got tokens, noted at most once an hour', async () => {
      const at = stopClock();
      const rp = await registerRelyingParty(gatehouse);
      const { browser } = await consoleOf(gatehouse, { instance: ['owner'] });
      expect((await browser.get(`/admin/apps/${rp.clientId}`)).text).toContain('Last used\nNot yet');
      const usedAt = async () => (await gatehouse.services.clients.get(rp.clientId))?.usedAt;
      const { body } = await signInTo(gatehouse.browser(), rp, await createPerson(gatehouse));
      expect(await usedAt()).toBe(at);
      moveClock(hourMs / 2);
      const second = await rp.refresh(body.refresh_token ?? '');
      expect(await usedAt()).toBe(at);
      moveClock(hourMs / 2);
      await rp.refresh(second.body.refresh_token ?? '');
      expect(await usedAt()).toBe(at + hourMs);
      expect((await browser.get('/admin/apps')).status).toBe(200);
    });
  });
}
