// The console: organizations, made, renamed and deleted.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { consoleOf, createFirms, createMember, linksOn } from '../support/console.ts';
import { engines } from '../support/engines.ts';
import { registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const path = '/admin/organizations';
const newPath = '/admin/new-organization';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`organizations in the console (${engine.name})`, () => {
    let gatehouse: TestApp;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      await createFirms(gatehouse, 'acme', 'zeta');
    });
    afterAll(() => gatehouse.stop());

    const stored = (id: string) => gatehouse.services.organizations.get(id);

    it('an owner makes one, once for two clicks, with an id that reads like the name', async () => {
      const { browser } = await consoleOf(gatehouse, { instance: ['owner'] });
      const page = await browser.get(newPath);
      const twice = await Promise.all([1, 2].map(() => browser.submit(page, { name: 'Müller & Söhne' }, 'Create')));
      for (const done of [...twice, await browser.submit(page, { name: 'Müller & Söhne' }, 'Create')])
        expect([done.heading, done.text.includes('The organization is created.')]).toEqual(['Müller & Söhne', true]);
      const all = await gatehouse.services.organizations.list();
      expect(all.filter(({ name }) => name === 'Müller & Söhne').map(({ id }) => id)).toEqual(['muller-sohne']);
      const taken = await browser.submit(await browser.get(newPath), { name: 'Other', id: 'acme' }, 'Create');
      expect([taken.status, taken.problems]).toEqual([422, ['This identifier is taken: choose another']]);
      const wrong = await browser.submit(await browser.get(newPath), { name: ' ', id: 'A B' }, 'Create');
      expect(wrong.problems).toEqual(['Give the organization a name']);
      const odd = await browser.submit(await browser.get(newPath), { name: '日本', id: '' }, 'Create');
      expect(odd.problems[0]).toContain('An identifier has small letters');
    });

    it('shows each role the organizations it may see, and what it may do', async () => {
      const { browser } = await consoleOf(gatehouse, { acme: ['auditor'] });
      const list = await browser.get(path);
      expect(linksOn(list)).toContain(`${path}/acme`);
      expect(linksOn(list)).not.toContain(`${path}/zeta`);
      expect(linksOn(list)).not.toContain(newPath);
      const own = await browser.get(`${path}/acme`);
      expect([own.status, own.document.querySelectorAll('.section form').length]).toEqual([200, 0]);
      expect(linksOn(own)).not.toContain(`${path}/acme/delete`);
      expect((await browser.get(`${path}/zeta`)).status).toBe(404);
      for (const closed of [newPath, `${path}/acme/delete`]) expect((await browser.get(closed)).status).toBe(403);
      const { browser: theirs } = await consoleOf(gatehouse, { zeta: ['admin'] });
      const page = await theirs.get(`${path}/zeta`);
      const token = page.document.querySelector('main [name=_csrf]')?.getAttribute('value') ?? '';
      const foreign = await theirs.post(`${path}/acme`, { _csrf: token, name: 'Mine', was: '' });
      expect([foreign.status, (await stored('acme'))?.name]).toEqual([404, 'Acme']);
    });

    it('an administrator renames the firm; what somebody else saved is not lost', async () => {
      const { browser } = await consoleOf(gatehouse, { zeta: ['admin'] });
      const page = await browser.get(`${path}/zeta`);
      const wrong = await browser.submit(page, { name: ' ' }, 'Save');
      expect([wrong.status, wrong.problems]).toEqual([422, ['Give the organization a name']]);
      const saved = await browser.submit(page, { name: 'Zeta Ltd' }, 'Save');
      expect(saved.text).toContain('The name is saved.');
      const stale = await browser.submit(page, { name: 'Zeta' }, 'Save');
      expect([stale.status, stale.problems[0]]).toEqual([409, expect.stringContaining('Somebody else changed')]);
      expect((await stored('zeta'))?.name).toBe('Zeta Ltd');
    });

    it('an owner deletes one that is empty, and is told who still belongs to one that is not', async () => {
      await createFirms(gatehouse, 'gone', 'full');
      const { account } = await createMember(gatehouse, { full: [] });
      const { browser } = await consoleOf(gatehouse, { instance: ['owner'] });
      const full = await browser.get(`${path}/full/delete`);
      expect(full.text).toContain('1 person still belongs to it.');
      const asked = await browser.get(`${path}/gone/delete`);
      const late = await createMember(gatehouse, { gone: [] });
      const refused = await browser.submit(asked, {}, 'Delete for good');
      expect([refused.status, refused.text.includes('1 person still belongs to it.')]).toEqual([409, true]);
      await gatehouse.services.accounts.update(late.account.id, (old) => ({ ...old, memberships: [] }));
      for (const done of [
        await browser.submit(asked, {}, 'Delete for good'),
        await browser.submit(asked, {}, 'Delete for good'),
      ])
        expect(done.text).toContain('The organization is deleted.');
      expect([await stored('gone'), (await stored('full'))?.id]).toEqual([undefined, 'full']);
      await gatehouse.services.accounts.update(account.id, (old) => ({ ...old, memberships: [] }));
      const { clients } = gatehouse.services;
      const { clientId } = await registerRelyingParty(gatehouse);
      const metadata = (await clients.get(clientId))?.metadata;
      await clients.apply({ ...metadata, client_id: 'full-time' }, {}, { organization: 'full' });
      expect((await browser.get(`${path}/full/delete`)).text).toContain('Apps still belong to it.');
    });
  });
}
