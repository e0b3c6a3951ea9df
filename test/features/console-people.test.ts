// The console: who gets in, whom they see, and what they may do to them.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from '../support/browser.ts';
import { hourMs, letClockRun, moveClock, stopClock } from '../support/clock.ts';
import { addressesOn, consoleOf, createFirms, createMember, linksOn } from '../support/console.ts';
import { engines } from '../support/engines.ts';
import { invite } from '../support/invited.ts';
import { signedInBrowser } from '../support/my-profile.ts';
import { subjectsTo } from '../support/notices.ts';
import { createPerson } from '../support/people.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`the console (${engine.name})`, () => {
    let gatehouse: TestApp;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      await createFirms(gatehouse, 'acme', 'zeta');
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    const helping = ['password-reset', 'end-sessions', 'reset-mfa'];
    const writing = ['leave/acme', 'suspend', 'delete'];
    const offersOn = (page: Page) =>
      page.document
        .querySelectorAll('.offers a')
        .map((a) => (a.getAttribute('href') ?? '').replace(/.*people\/[^/]+\//, ''));
    const eventsOf = async (id: string) =>
      (await gatehouse.services.audit.bySubject(id))
        .map(({ type }) => type)
        .filter((type) => !type.startsWith('sign-in'));

    it('is closed to whoever has no administrative role, and says so', async () => {
      const person = await createMember(gatehouse, { acme: ['editor'] });
      const browser = await signedInBrowser(gatehouse, person);
      expect(linksOn(await browser.get('/profile'))).not.toContain('/admin');
      for (const path of ['/admin', '/admin/people', `/admin/people/${person.account.id}`]) {
        const page = await browser.get(path);
        expect([page.status, page.heading]).toEqual([403, 'You cannot open this page']);
      }
    });

    it('closes at the very request after the role was taken away', async () => {
      const { browser, person } = await consoleOf(gatehouse, { acme: ['admin'] });
      expect((await browser.get('/admin')).heading).toBe('Overview');
      expect(linksOn(await browser.get('/profile'))).toContain('/admin');
      await gatehouse.services.accounts.update(person.account.id, (old) => ({ ...old, memberships: [] }));
      expect((await browser.get('/admin')).status).toBe(403);
    });

    it('shows a firm’s administrator the people of that firm, and nobody else, not even by their address', async () => {
      const [ours, theirs] = [await createMember(gatehouse, { acme: [] }), await createMember(gatehouse, { zeta: [] })];
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'] });
      const shown = addressesOn(await browser.get('/admin/people'));
      expect(shown).toContain(ours.email);
      expect(shown).not.toContain(theirs.email);
      expect(addressesOn(await browser.get(`/admin/people?search=${theirs.email}`))).toEqual([]);
      expect((await browser.get('/admin/people?organization=zeta')).status).toBe(403);
      for (const part of ['', '/suspend', '/reset-mfa', '/delete']) {
        const [foreign, madeUp] = [theirs.account.id, 'nobody'].map((id) => browser.get(`/admin/people/${id}${part}`));
        expect((await foreign)?.status).toBe(404);
        expect((await madeUp)?.status).toBe(404);
      }
    });

    it('lets whoever administers several firms choose between them', async () => {
      const [one, other] = [await createMember(gatehouse, { acme: [] }), await createMember(gatehouse, { zeta: [] })];
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'], zeta: ['helpdesk'] });
      const first = await browser.get('/admin/people');
      expect(addressesOn(first)).toContain(one.email);
      expect(addressesOn(first)).not.toContain(other.email);
      const second = await browser.get(linksOn(first).find((href) => href.includes('organization=zeta')) ?? '');
      expect(addressesOn(second)).toContain(other.email);
      expect(addressesOn(second)).not.toContain(one.email);
    });

    it('does not tell a firm’s administrator of the other firms of their people, and lets them go from the own one', async () => {
      const { account } = await createMember(gatehouse, { acme: ['editor'], zeta: ['editor'] });
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'] });
      const page = await browser.get(`/admin/people/${account.id}`);
      expect(page.text).toContain('also belongs to another organization');
      expect(page.html).not.toMatch(/zeta/i);
      expect(offersOn(page)).toEqual(['leave/acme']);
      const asked = await browser.get(`/admin/people/${account.id}/leave/acme`);
      expect(asked.heading).toBe('Remove Ana Silva from Acme?');
      for (const done of [await browser.submit(asked, {}, 'Remove'), await browser.submit(asked, {}, 'Remove')])
        expect([done.heading, done.text.includes('no longer belongs to the organization')]).toEqual(['People', true]);
      expect((await gatehouse.services.accounts.get(account.id))?.memberships).toEqual([
        { organization: 'zeta', roles: ['editor'] },
      ]);
      expect((await browser.get(`/admin/people/${account.id}/leave/zeta`)).status).toBe(404);
    });

    it('finds by the beginning of an address and by status, and says what to do where nobody fits', async () => {
      const { email } = await invite(gatehouse, `Zoë.${Date.now()}@example.com`.replace('ë', 'e'), {
        memberships: [{ organization: 'acme', roles: [] }],
      });
      const { browser } = await consoleOf(gatehouse, { acme: ['auditor'] });
      const found = await browser.get(`/admin/people?search=${email.slice(0, 12).toUpperCase()}&status=invited`);
      expect(addressesOn(found)).toEqual([email]);
      expect(linksOn(found)).not.toContain('/admin/invite?organization=acme');
      const none = await browser.get(`/admin/people?search=${email.slice(0, 12)}&status=suspended`);
      expect(none.text).toContain('Nobody fits.');
    });

    it('pages through many people, each shown once, deleted ones left out', async () => {
      const many = await startApp({ engine });
      const { accounts } = many.services;
      for (let n = 0; n < 120; n += 1) {
        const { id } = await accounts.create({ email: `p${n}@example.com`, emailVerified: true, status: 'active' });
        if (n % 3 === 0) await accounts.markDeleted(id, () => true, {});
      }
      const { browser, person } = await consoleOf(many, { instance: ['owner'] });
      const seen: string[] = [];
      let page = await browser.get('/admin/people');
      for (;;) {
        seen.push(...addressesOn(page));
        const next = page.document.querySelectorAll('.actions a').find((a) => a.textContent.trim() === 'Next page');
        if (!next) break;
        expect(addressesOn(page)).toHaveLength(50);
        page = await browser.get(next.getAttribute('href') ?? '');
      }
      expect(seen).toHaveLength(81);
      expect(new Set(seen).size).toBe(81);
      expect(seen).toContain(person.email);
      await many.stop();
    });

    it.each([
      ['owner', { instance: ['owner'] }, [...helping, ...writing]],
      ['admin', { acme: ['admin'] }, [...helping, ...writing]],
      ['helpdesk', { acme: ['helpdesk'] }, helping],
      ['auditor', { acme: ['auditor'] }, []],
    ])('AC-02: offers each role what it may do, and refuses the rest: %s', async (_role, roles, offered) => {
      const { account } = await createMember(gatehouse, { acme: [] }, { withTotp: true });
      const { browser } = await consoleOf(gatehouse, roles);
      expect(offersOn(await browser.get(`/admin/people/${account.id}`)).toSorted()).toEqual(offered.toSorted());
      for (const act of [...helping, ...writing, 'roles/acme'])
        expect([act, (await browser.get(`/admin/people/${account.id}/${act}`)).status]).toEqual([
          act,
          offered.includes(act === 'roles/acme' ? 'suspend' : act) ? 200 : 403,
        ]);
    });

    it('offers nobody what would be done to themselves or to somebody above them', async () => {
      const { browser, person } = await consoleOf(gatehouse, { acme: ['helpdesk'] });
      expect(offersOn(await browser.get(`/admin/people/${person.account.id}`))).not.toContain('reset-mfa');
      const above = await createMember(gatehouse, { acme: ['admin'] }, { withTotp: true });
      expect(offersOn(await browser.get(`/admin/people/${above.account.id}`))).toEqual([]);
      expect((await browser.get(`/admin/people/${above.account.id}/reset-mfa`)).status).toBe(403);
    });

    it('M10: resets a lost second factor with a reason, once, however often it is clicked', async () => {
      const { account, email } = await createMember(gatehouse, { acme: [] }, { withTotp: true });
      const { browser } = await consoleOf(gatehouse, { acme: ['helpdesk'] });
      const asked = await browser.get(`/admin/people/${account.id}/reset-mfa`);
      expect(asked.text).toContain('call back, or ask in person');
      const without = await browser.submit(asked, { reason: ' ' }, 'Reset MFA');
      expect([without.status, without.problems]).toEqual([422, ['Say why']]);
      expect((await gatehouse.services.accounts.get(account.id))?.totp).toBeDefined();
      const twice = await Promise.all(
        [1, 2].map(() => browser.submit(asked, { reason: 'lost in the lake' }, 'Reset MFA')),
      );
      for (const done of twice) expect(done.text).toContain('Multi-factor authentication is removed');
      expect((await gatehouse.services.accounts.get(account.id))?.totp).toBeUndefined();
      expect(await eventsOf(account.id)).toEqual(['mfa.reset']);
      expect(await subjectsTo(gatehouse, email)).toEqual(['An administrator removed your multi-factor authentication']);
    });

    it('SE-10: asks for a sign-in of the last 15 minutes before a dangerous act, and for none before others', async () => {
      stopClock();
      const { account } = await createMember(gatehouse, { acme: [] }, { withTotp: true });
      const { browser, person } = await consoleOf(gatehouse, { acme: ['admin'] });
      const early = await browser.get(`/admin/people/${account.id}/suspend`);
      moveClock(hourMs / 2);
      for (const act of ['reset-mfa', 'suspend', 'delete'])
        expect((await browser.get(`/admin/people/${account.id}/${act}`)).heading).toBe('Sign in');
      expect((await browser.submit(early, {}, 'Suspend')).heading).toBe('Sign in');
      expect((await gatehouse.services.accounts.get(account.id))?.status).toBe('active');
      expect((await browser.get(`/admin/people/${account.id}/end-sessions`)).status).toBe(200);
      const { email, password } = person;
      const again = await browser.submit(await browser.get(`/admin/people/${account.id}/suspend`), { email, password });
      expect(again.heading).toBe('Suspend Ana Silva?');
      await browser.submit(again, {}, 'Suspend');
      expect((await gatehouse.services.accounts.get(account.id))?.status).toBe('suspended');
    });

    it('suspends, lets in again, signs out everywhere and deletes, each after asking', async () => {
      const member = await createMember(gatehouse, { acme: [] });
      const { id } = member.account;
      const theirs = await signedInBrowser(gatehouse, member);
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'] });
      const act = async (name: string, button: string) =>
        browser.submit(await browser.get(`/admin/people/${id}/${name}`), {}, button);
      expect((await browser.get(`/admin/people/${id}`)).text).toContain('127.0.0.1');
      expect((await act('end-sessions', 'End all sessions')).text).toContain('All sessions are ended.');
      expect((await theirs.get('/profile')).heading).toBe('Sign in');
      expect((await act('suspend', 'Suspend')).text).toContain('The account is suspended.');
      expect((await act('reopen', 'Open again')).text).toContain('The account is open again.');
      const gone = await act('delete', 'Delete for good');
      expect([gone.heading, gone.text.includes('The account is deleted.')]).toEqual(['People', true]);
      expect(await gatehouse.services.accounts.get(id)).toBeUndefined();
    });

    it('sends an invitation again once for two clicks, and withdraws it', async () => {
      const { account, email } = await invite(gatehouse, undefined, {
        memberships: [{ organization: 'acme', roles: [] }],
      });
      const { browser } = await consoleOf(gatehouse, { acme: ['helpdesk'] });
      const asked = await browser.get(`/admin/people/${account.id}/resend`);
      const first = await browser.submit(asked, {}, 'Send again');
      const second = await browser.submit(asked, {}, 'Send again');
      for (const page of [first, second]) expect(page.text).toContain('The invitation is on its way once more.');
      const mails = (await gatehouse.services.outbox.list()).filter(({ to }) => to === email);
      expect(mails).toHaveLength(2);
      const done = await browser.submit(
        await browser.get(`/admin/people/${account.id}/cancel-invitation`),
        {},
        'Cancel invitation',
      );
      expect([done.heading, done.text.includes('The invitation is cancelled.')]).toEqual(['People', true]);
      expect(await gatehouse.services.accounts.findByEmail(email)).toBeUndefined();
    });

    it('M4: mails a reset to the person alone, and shows no link', async () => {
      const { account, email } = await createMember(gatehouse, { acme: [] });
      const { browser } = await consoleOf(gatehouse, { acme: ['helpdesk'] });
      const done = await browser.submit(
        await browser.get(`/admin/people/${account.id}/password-reset`),
        {},
        'Send email',
      );
      expect(done.text).toContain(`on its way to ${email}`);
      await gatehouse.services.deferredWork.settled();
      const mail = (await gatehouse.services.outbox.list()).find(({ to }) => to === email);
      const token = /token=([\w.-]+)/.exec(mail?.text ?? '')?.[1] ?? 'no token';
      expect(mail?.text).toContain(token);
      expect(done.html).not.toContain(token);
    });

    it('says beforehand that the last owner stays', async () => {
      const alone = await startApp({ engine });
      const { browser, person } = await consoleOf(alone, { instance: ['owner'] });
      const other = await createMember(alone, { instance: ['owner'] });
      await alone.services.accounts.update(person.account.id, (old) => ({ ...old, roles: ['admin'] }));
      await alone.services.accounts.update(other.account.id, (old) => ({ ...old, roles: [] }));
      await alone.services.accounts.update(person.account.id, (old) => ({ ...old, roles: ['owner'] }));
      expect((await browser.get(`/admin/people/${person.account.id}/suspend`)).text).toContain(
        'This is the last owner',
      );
      await alone.stop();
    });

    it('has no field for a password, and shows no secret', async () => {
      const person = await createPerson(gatehouse, { withTotp: true });
      const { browser } = await consoleOf(gatehouse, { instance: ['owner'] });
      const seen = new Set([`/admin/people/${person.account.id}`]);
      for (const path of seen) {
        const page = await browser.get(path);
        expect(page.document.querySelectorAll('input[type=password]')).toEqual([]);
        for (const secret of [person.account.passwordHash, person.totpSecret, '$argon2'])
          expect(page.html).not.toContain(secret);
        for (const href of linksOn(page)) if (href.startsWith(`/admin/people/${person.account.id}`)) seen.add(href);
      }
      expect(seen.size).toBeGreaterThan(4);
    });
  });
}
