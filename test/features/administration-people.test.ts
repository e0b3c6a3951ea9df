// What administrators may do to whom: each act through the layer that console, API and command line share.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Account } from '../../src/accounts/account.ts';
import { type Administrator, administratorOf } from '../../src/administration/administrator.ts';
import { engines } from '../support/engines.ts';
import { subjectsTo } from '../support/notices.ts';
import { createPerson, signIn, signInTo } from '../support/people.ts';
import { registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const from = { address: '127.0.0.1' };

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`administrators (${engine.name})`, () => {
    let gatehouse: TestApp;
    let owner: Administrator;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      for (const id of ['acme', 'zeta']) await gatehouse.services.organizations.create({ id, name: id }, {});
      owner = administratorOf(await member({ instance: ['owner'] }), from);
    });
    afterAll(() => gatehouse.stop());

    /** Somebody with roles in firms, `{ acme: ['admin'] }`, or on the instance. */
    async function member({ instance = [], ...firms }: Record<string, string[]>, withTotp = false): Promise<Account> {
      const { account } = await createPerson(gatehouse, { withTotp });
      const memberships = Object.entries(firms).map(([organization, roles]) => ({ organization, roles }));
      const updated = await gatehouse.services.accounts.update(account.id, (old) => ({
        ...old,
        roles: instance,
        memberships,
      }));
      if (!updated) throw new Error('the person is gone');
      return updated;
    }
    const as = async (roles: Record<string, string[]>) => administratorOf(await member(roles), from);
    const people = () => gatehouse.app.administration.people;
    const acts = () => gatehouse.app.administration.peopleActs;

    it('see the people of their own firms, and nobody else', async () => {
      const [one, other] = [await member({ acme: [] }), await member({ zeta: [] })];
      const admin = await as({ acme: ['admin'] });
      const seen = await people().list(admin, {});
      expect(seen.map(({ id }) => id)).toContain(one.id);
      expect(seen.every(({ memberships }) => memberships?.some(({ organization }) => organization === 'acme'))).toBe(
        true,
      );
      await expect(people().get(admin, other.id)).rejects.toMatchObject({ code: 'not_found' });
      await expect(people().list(admin, { organization: 'zeta' })).rejects.toMatchObject({ code: 'not_permitted' });
      expect(await people().get(owner, other.id)).toMatchObject({ id: other.id });
    });

    it.each<[string, Record<string, string[]>, Record<string, string[]>, string]>([
      ['somebody without a role', { acme: ['editor'] }, { acme: [] }, 'not_found'],
      ['an auditor', { acme: ['auditor'] }, { acme: [] }, 'not_permitted'],
      ['a help desk on an administrator', { acme: ['helpdesk'] }, { acme: ['admin'] }, 'not_permitted'],
      ['an administrator of one firm on somebody of two', { acme: ['admin'] }, { acme: [], zeta: [] }, 'not_permitted'],
      [
        'an administrator of a firm on an owner in it',
        { acme: ['admin'] },
        { acme: [], instance: ['owner'] },
        'not_permitted',
      ],
      ['a role "owner" in a firm', { acme: ['owner'] }, { acme: [] }, 'not_found'],
    ])('AC-02: nobody resets MFA or ends sessions above or beside them: %s', async (_, actor, target, code) => {
      const [who, { id }] = [await as(actor), await member(target, true)];
      for (const act of [acts().resetMfa(who, id, 'lost'), acts().endAllSessions(who, id)])
        await expect(act).rejects.toMatchObject({ code });
      expect((await gatehouse.services.accounts.get(id))?.totp).toBeDefined();
    });

    it('M10: a help desk removes a lost second factor: gone, sessions over, told by mail, written down with its reason', async () => {
      const person = await createPerson(gatehouse, { withTotp: true });
      const id = person.account.id;
      await gatehouse.services.accounts.update(id, (old) => ({
        ...old,
        memberships: [{ organization: 'acme', roles: [] }],
      }));
      const browser = gatehouse.browser();
      await signInTo(browser, await registerRelyingParty(gatehouse), person);
      const help = await as({ acme: ['helpdesk'] });
      expect(await acts().sessionsOf(help, id)).toHaveLength(1);
      await acts().resetMfa(help, id, 'phone lost in the lake');
      expect(await acts().mfaOf(help, id)).toEqual({ active: false, recoveryCodesLeft: 0, passkeys: [] });
      expect(await acts().sessionsOf(help, id)).toEqual([]);
      expect((await browser.get('/profile')).heading).toBe('Sign in');
      const event = (await gatehouse.services.audit.bySubject(id)).find(({ type }) => type === 'mfa.reset');
      expect(event).toMatchObject({
        actor: help.accountId,
        organizations: ['acme'],
        detail: { reason: 'phone lost in the lake' },
      });
      expect(await subjectsTo(gatehouse, person.email)).toContain(
        'An administrator removed your multi-factor authentication',
      );
    });

    it('give no role above their own', async () => {
      const { id } = await member({ acme: [] });
      const help = await as({ acme: ['helpdesk'] });
      const admin = await as({ acme: ['admin'] });
      await expect(people().setRoles(help, id, ['helpdesk'], 'acme')).rejects.toMatchObject({ code: 'not_permitted' });
      await expect(people().create(help, newcomer({ organization: 'acme', roles: ['admin'] }))).rejects.toMatchObject({
        code: 'not_permitted',
      });
      await expect(people().setRoles(admin, id, ['owner'])).rejects.toMatchObject({ code: 'not_permitted' });
      await expect(people().setRoles(admin, id, ['owner'], 'acme')).rejects.toMatchObject({ code: 'not_permitted' });
      await expect(people().setRoles(owner, id, ['owner'], 'acme')).rejects.toMatchObject({ code: 'invalid_input' });
      await people().setRoles(admin, id, ['admin', 'editor'], 'acme');
      expect((await people().get(owner, id)).memberships).toEqual([
        { organization: 'acme', roles: ['admin', 'editor'] },
      ]);
    });

    const newcomer = (more: object) => ({
      email: `new-${Math.random().toString(36).slice(2)}@example.com`,
      roles: [],
      invite: true,
      ...more,
    });

    it('M2: invite into their firm alone', async () => {
      const admin = await as({ acme: ['admin'] });
      const made = await people().create(
        admin,
        newcomer({ organization: 'acme', roles: ['editor'], givenName: 'Ana' }),
      );
      expect(made).toMatchObject({ status: 'invited', memberships: [{ organization: 'acme', roles: ['editor'] }] });
      for (const organization of ['zeta', undefined])
        await expect(people().create(admin, newcomer({ organization }))).rejects.toMatchObject({
          code: 'not_permitted',
        });
      await expect(people().create(owner, newcomer({ organization: 'nowhere' }))).rejects.toMatchObject({
        code: 'not_found',
      });
    });

    it('make nobody else’s people their own: only an owner does, and the firm gets no power over what is another firm’s', async () => {
      const person = await member({ zeta: [] }, true);
      const admin = await as({ acme: ['admin'] });
      const add = (who: Administrator) => people().create(who, newcomer({ email: person.email, organization: 'acme' }));
      await expect(add(admin)).rejects.toMatchObject({ code: 'duplicate' });
      expect((await add(owner)).memberships?.map(({ organization }) => organization)).toEqual(['zeta', 'acme']);
      await expect(add(owner)).rejects.toMatchObject({ code: 'duplicate' });
      for (const act of [
        acts().resetMfa(admin, person.id, ''),
        acts().suspend(admin, person.id),
        people().remove(admin, person.id),
      ])
        await expect(act).rejects.toMatchObject({ code: 'not_permitted' });
      expect((await people().leave(admin, person.id, 'acme')).memberships).toEqual([
        { organization: 'zeta', roles: [] },
      ]);
    });

    it('act on nobody above them by taking them in: not even with rights on the whole instance', async () => {
      const { id, email } = await member({ instance: ['owner'] });
      for (const instance of [['admin'], ['helpdesk']]) {
        const act = people().create(await as({ instance }), newcomer({ email, organization: 'acme' }));
        await expect(act).rejects.toMatchObject({ code: instance[0] === 'admin' ? 'not_permitted' : 'duplicate' });
      }
      expect((await people().get(owner, id)).memberships).toEqual([]);
    });

    it('leave a deletion in the log of the firm, and which roles were given with an invitation', async () => {
      const admin = await as({ acme: ['admin'] });
      const { id } = await people().create(admin, newcomer({ organization: 'acme', roles: ['auditor'] }));
      await people().remove(admin, id);
      const events = await gatehouse.app.administration.auditLog.list(admin, { subject: id });
      expect(events.map(({ type }) => type)).toEqual([
        'account.deleted',
        'account.deletion-begun',
        'invitation.sent',
        'account.created',
      ]);
      expect(events.at(-1)?.detail?.memberships).toEqual(['acme', 'acme:auditor']);
    });

    it('write no reason that would make lines of its own', async () => {
      const { id } = await member({ acme: [] }, true);
      const act = acts().resetMfa(owner, id, 'lost\n2026 sign-in.succeeded');
      await expect(act).rejects.toMatchObject({ code: 'invalid_input' });
    });

    it('open an account again as far as its first sign-in had come', async () => {
      const made = await people().create(owner, newcomer({ organization: 'acme' }));
      await gatehouse.services.accounts.update(made.id, (old) => ({ ...old, passwordHash: 'chosen' }));
      await acts().suspend(owner, made.id);
      expect(await acts().reopen(owner, made.id)).toMatchObject({ status: 'invited' });
    });

    it('suspend and reopen: sessions and tokens of before do not come back', async () => {
      const person = await createPerson(gatehouse);
      const browser = gatehouse.browser();
      const rp = await registerRelyingParty(gatehouse);
      const request = rp.request({ scope: 'openid offline_access', prompt: 'consent' });
      const { leftFor } = await browser.submit(await signIn(browser, request, person), {}, 'Allow');
      const tokens = await rp.redeem(leftFor as URL, request);
      await acts().suspend(owner, person.account.id);
      await expect(acts().suspend(owner, person.account.id)).rejects.toMatchObject({ code: 'conflict' });
      expect(await acts().reopen(owner, person.account.id)).toMatchObject({ status: 'active' });
      expect((await browser.get('/profile')).heading).toBe('Sign in');
      const refreshed = await rp.refresh(tokens.body.refresh_token ?? '');
      expect([refreshed.status, refreshed.body.error]).toEqual([400, 'invalid_grant']);
    });

    it('the last owner is neither removed nor suspended nor robbed of the role, not even by two owners at once', async () => {
      const alone = await startApp({ engine });
      const make = async () => {
        const { account } = await createPerson(alone);
        await alone.services.accounts.update(account.id, (old) => ({ ...old, roles: ['owner'] }));
        return administratorOf({ ...account, roles: ['owner'] }, from);
      };
      const one = await make();
      const own = alone.app.administration;
      const id = one.accountId ?? '';
      await expect(own.people.setRoles(one, id, [])).rejects.toMatchObject({ code: 'conflict' });
      await expect(own.people.remove(one, id)).rejects.toMatchObject({ code: 'conflict' });
      await expect(own.peopleActs.suspend(one, id)).rejects.toMatchObject({ code: 'conflict' });
      for (let round = 0; round < 20; round += 1) {
        const [a, b] = [await make(), await make()];
        await own.people.setRoles(a, id, []).catch(() => undefined);
        await Promise.allSettled([
          own.people.setRoles(a, b.accountId ?? '', []),
          own.peopleActs.suspend(b, a.accountId ?? ''),
        ]);
        const left = await alone.services.accounts.withRole('owner');
        expect(left.filter(({ status }) => status === 'active').length).toBeGreaterThan(0);
        for (const { id: other } of left)
          if (left.length > 1) await own.people.setRoles(a, other, []).catch(() => undefined);
      }
      await alone.stop();
    });
  });
}
