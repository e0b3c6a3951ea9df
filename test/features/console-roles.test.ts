// The console: who gives which roles to whom.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from '../support/browser.ts';
import { consoleOf, createFirms, createMember } from '../support/console.ts';
import { engines } from '../support/engines.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`roles in the console (${engine.name})`, () => {
    let gatehouse: TestApp;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      await createFirms(gatehouse, 'acme', 'zeta');
    });
    afterAll(() => gatehouse.stop());

    const offered = (page: Page) =>
      page.document.querySelectorAll('[name=role]').map((input) => input.getAttribute('value'));
    const rolesOf = async (id: string) => (await gatehouse.services.accounts.get(id))?.memberships;

    it('an administrator gives roles in the firm, up to their own, and the log says what was and what is', async () => {
      const { account } = await createMember(gatehouse, { acme: ['editor'] });
      const { browser, person } = await consoleOf(gatehouse, { acme: ['admin'] });
      const page = await browser.get(`/admin/people/${account.id}/roles/acme`);
      expect(offered(page)).toEqual(['none', 'auditor', 'helpdesk', 'admin']);
      const saved = await browser.submit(page, { role: 'helpdesk', otherRoles: 'editor, approver' }, 'Save');
      expect(saved.text).toContain('The roles are changed.');
      expect(saved.text).toContain('Help desk, editor, approver');
      expect(await rolesOf(account.id)).toEqual([{ organization: 'acme', roles: ['helpdesk', 'editor', 'approver'] }]);
      const event = (await gatehouse.services.audit.bySubject(account.id)).at(-1);
      expect(event).toMatchObject({
        type: 'account.changed',
        actor: person.account.id,
        detail: {
          'memberships.old': 'acme, acme:editor',
          'memberships.new': 'acme, acme:helpdesk, acme:editor, acme:approver',
        },
      });
    });

    it.each([
      ['owner', 'error.role.unknown', { role: 'owner', otherRoles: '' }],
      ['owner among the roles for apps', 'error.roles.format', { role: 'none', otherRoles: 'owner' }],
      ['two words', 'error.roles.format', { role: 'none', otherRoles: 'the boss' }],
      ['a mark', 'error.roles.format', { role: 'none', otherRoles: ':no-mfa' }],
      ['nothing chosen', 'error.role.unknown', { role: 'king', otherRoles: '' }],
    ])('an administrator of a firm cannot make a role of %s', async (_, key, fields) => {
      const { account } = await createMember(gatehouse, { acme: ['editor'] });
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'] });
      const page = await browser.get(`/admin/people/${account.id}/roles/acme`);
      const refused = await browser.submit(page, fields, 'Save');
      const sentence = {
        'error.role.unknown': 'Choose one of these roles',
        'error.roles.format': 'A role is one word',
      }[key];
      expect([refused.status, refused.problems[0]]).toEqual([422, expect.stringContaining(sentence ?? '')]);
      expect(await rolesOf(account.id)).toEqual([{ organization: 'acme', roles: ['editor'] }]);
    });

    it('a help desk and a stranger change none, and a firm’s administrator none on the whole system', async () => {
      const { account } = await createMember(gatehouse, { acme: [] });
      const path = `/admin/people/${account.id}/roles`;
      const [help, admin, stranger] = await Promise.all(
        [{ acme: ['helpdesk'] }, { acme: ['admin'] }, { zeta: ['admin'] }].map((roles) => consoleOf(gatehouse, roles)),
      );
      expect((await help?.browser.get(`${path}/acme`))?.status).toBe(403);
      expect((await admin?.browser.get(path))?.status).toBe(403);
      expect((await admin?.browser.get(`${path}/zeta`))?.status).toBe(403);
      expect((await stranger?.browser.get(`${path}/acme`))?.status).toBe(404);
    });

    it('what another administrator gave meanwhile is not taken back unseen', async () => {
      const { account } = await createMember(gatehouse, { acme: [] });
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'] });
      const page = await browser.get(`/admin/people/${account.id}/roles/acme`);
      await gatehouse.services.accounts.update(account.id, (old) => ({
        ...old,
        memberships: [{ organization: 'acme', roles: ['auditor'] }],
      }));
      const stale = await browser.submit(page, { role: 'none', otherRoles: 'editor' }, 'Save');
      expect([stale.status, stale.problems[0]]).toEqual([409, expect.stringContaining('Look again')]);
      expect(await rolesOf(account.id)).toEqual([{ organization: 'acme', roles: ['auditor'] }]);
      const again = await browser.submit(stale, { role: 'none', otherRoles: 'editor' }, 'Save');
      expect(again.text).toContain('The roles are changed.');
    });

    it('who leaves one firm in one window stays in the other until that is pressed, too', async () => {
      const { account } = await createMember(gatehouse, { acme: ['editor'], zeta: ['editor'] });
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'], zeta: ['admin'] });
      const pages = await Promise.all(
        ['acme', 'zeta'].map((firm) => browser.get(`/admin/people/${account.id}/leave/${firm}`)),
      );
      const firmsNow = async () => (await rolesOf(account.id))?.map(({ organization }) => organization);
      for (const [page, left] of [
        [pages[0], ['zeta']],
        [pages[0], ['zeta']],
        [pages[1], []],
      ] as const) {
        if (page) await browser.submit(page, {}, 'Remove');
        expect(await firmsNow()).toEqual(left);
      }
    });

    it('an owner makes another owner, and the last one stays', async () => {
      const alone = await startApp({ engine });
      const { account } = await createMember(alone, {});
      const { browser, person } = await consoleOf(alone, { instance: ['owner'] });
      const own = `/admin/people/${person.account.id}/roles`;
      const refused = await browser.submit(await browser.get(own), { role: 'none', otherRoles: '' }, 'Save');
      expect([refused.status, refused.problems[0]]).toEqual([409, expect.stringContaining('This is the last owner')]);
      const given = await browser.submit(
        await browser.get(`/admin/people/${account.id}/roles`),
        { role: 'owner', otherRoles: '' },
        'Save',
      );
      expect(given.text).toContain('Owner');
      await browser.submit(await browser.get(own), { role: 'none', otherRoles: '' }, 'Save');
      expect((await alone.services.accounts.get(person.account.id))?.roles).toEqual([]);
      expect((await browser.get('/admin')).status).toBe(403);
      await alone.stop();
    });
  });
}
