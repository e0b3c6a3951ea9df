// People through the API, as a program of a personnel department would keep them.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Caller, callerWith, machineFor, personWith } from '../support/api.ts';
import { engines } from '../support/engines.ts';
import { subjectsTo } from '../support/notices.ts';
import { signInTo } from '../support/people.ts';
import { registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const origin = { actor: 'test' };
const newEmail = () => `new-${Math.random().toString(36).slice(2)}@example.com`;

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`people through the API (${engine.name})`, () => {
    let gatehouse: TestApp;
    let api: Caller;
    let actor: string;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      for (const id of ['acme', 'zeta']) await gatehouse.services.organizations.create({ id, name: id }, origin);
      const { rp, token } = await machineFor(gatehouse);
      api = callerWith(gatehouse, token);
      actor = `client:${rp.clientId}`;
    });
    afterAll(() => gatehouse.stop());

    it('are added with an invitation, and with the program’s name in the audit log', async () => {
      const email = newEmail();
      const body = { email, givenName: 'Bea', familyName: 'Braun', organization: 'acme', roles: ['admin', 'editor'] };
      const { status, body: user, headers } = await api('POST', '/users', { body });
      expect(status).toBe(201);
      expect(user).toMatchObject({
        email,
        emailVerified: false,
        givenName: 'Bea',
        familyName: 'Braun',
        status: 'invited',
        organization: 'acme',
        roles: ['admin', 'editor'],
        organizations: [{ id: 'acme', roles: ['admin', 'editor'] }],
        instanceRoles: [],
        mfa: { active: false },
      });
      expect(user.createdAt).toBe(new Date(Date.parse(user.createdAt)).toISOString());
      expect(headers.get('Location')).toBe(`${gatehouse.issuer}/api/v1/users/${user.id}`);
      expect(await subjectsTo(gatehouse, email)).toHaveLength(1);
      const events = (await api('GET', `/audit-events?subject=${user.id}&actor=${actor}`)).body.items;
      expect(events.map(({ type }: { type: string }) => type)).toEqual(['invitation.sent', 'account.created']);
      const again = await api('POST', `/users/${user.id}/invitation`);
      expect([again.status, again.body]).toEqual([202, { email }]);
      expect(await subjectsTo(gatehouse, email)).toHaveLength(2);
    });

    it('are added without a mail where no invitation is wanted', async () => {
      const email = newEmail();
      const { status, body } = await api('POST', '/users', { body: { email, organization: 'acme', invite: false } });
      expect([status, body.status]).toEqual([201, 'invited']);
      expect(await subjectsTo(gatehouse, email)).toEqual([]);
    });

    it('are listed page by page, by firm, state and beginning of the address', async () => {
      await gatehouse.services.organizations.create({ id: 'pages', name: 'Pages' }, origin);
      const ids: string[] = [];
      for (let n = 0; n < 5; n += 1) ids.push((await personWith(gatehouse, { pages: [] })).account.id);
      const seen: string[] = [];
      let after = '';
      for (let page = 0; page < 3; page += 1) {
        const { body } = await api('GET', `/users?organization=pages&limit=2${after && `&after=${after}`}`);
        seen.push(...body.items.map(({ id }: { id: string }) => id));
        after = body.next ?? '';
        expect(body.items).toHaveLength(page < 2 ? 2 : 1);
      }
      expect([seen, after]).toEqual([ids.toSorted(), '']);
      const [first] = (await api('GET', `/users?organization=pages&limit=1`)).body.items;
      const found = await api('GET', `/users?email=${first.email.slice(0, -4).toUpperCase()}`);
      expect(found.body.items.map(({ id }: { id: string }) => id)).toEqual([first.id]);
      expect((await api('GET', '/users?organization=pages&status=suspended')).body).toEqual({ items: [], next: null });
      expect((await api('GET', '/users?organization=pages&limit=5')).body.next).toBeNull();
    });

    it('change: names and roles, in the firm that is meant', async () => {
      const { account } = await personWith(gatehouse, { acme: [] });
      const path = `/users/${account.id}`;
      const body = { givenName: 'Zoë', familyName: 'Ålund', roles: ['helpdesk'] };
      expect((await api('PATCH', path, { body })).body).toMatchObject({ ...body, organization: 'acme' });
      const both = await personWith(gatehouse, { acme: ['editor'], zeta: [] });
      const unclear = await api('PATCH', `/users/${both.account.id}`, { body: { roles: ['admin'] } });
      expect([unclear.status, unclear.body.errors]).toEqual([
        400,
        [{ pointer: '#/organization', message: 'must be one of acme, zeta' }],
      ]);
      const named = { roles: ['admin'], organization: 'zeta' };
      expect((await api('PATCH', `/users/${both.account.id}`, { body: named })).body.organizations).toEqual([
        { id: 'acme', roles: ['editor'] },
        { id: 'zeta', roles: ['admin'] },
      ]);
      const owner = await api('PATCH', path, { body: { instanceRoles: ['owner'] } });
      expect(owner.body).toMatchObject({ roles: ['helpdesk'], instanceRoles: ['owner'] });
    });

    it('M4: no field takes a password, a second factor or a proof of the address', async () => {
      const { account } = await personWith(gatehouse, { acme: [] });
      for (const field of ['password', 'passwordHash', 'totpSecret', 'totp', 'emailVerified', 'temporaryPassword'])
        for (const [method, path, body] of [
          ['POST', '/users', { email: newEmail() }],
          ['PATCH', `/users/${account.id}`, {}],
        ] as const) {
          const answer = await api(method, path, { body: { ...body, [field]: true } });
          expect(answer.body.errors).toEqual([{ pointer: `#/${field}`, message: 'is not a known field' }]);
        }
    });

    it('are suspended and opened again: signed out at once, told by mail', async () => {
      const person = await personWith(gatehouse, { acme: [] });
      const browser = gatehouse.browser();
      await signInTo(browser, await registerRelyingParty(gatehouse), person);
      const path = `/users/${person.account.id}`;
      const [session] = (await api('GET', `${path}/sessions`)).body.items;
      expect(session).toMatchObject({ amr: ['pwd'], address: '127.0.0.1', signedInAt: expect.stringMatching(/Z$/) });
      expect((await api('PATCH', path, { body: { status: 'suspended' } })).body.status).toBe('suspended');
      expect((await api('PATCH', path, { body: { status: 'suspended' } })).status).toBe(200);
      expect((await api('GET', `${path}/sessions`)).body.items).toEqual([]);
      expect((await browser.get('/profile')).heading).toBe('Sign in');
      expect(await subjectsTo(gatehouse, person.email)).toHaveLength(1);
      expect((await api('PATCH', path, { body: { status: 'active' } })).body.status).toBe('active');
    });

    it('get a new address: not verified, told to the old one, and nothing mailed there opens anything', async () => {
      const person = await personWith(gatehouse, { acme: [] });
      const browser = gatehouse.browser();
      await signInTo(browser, await registerRelyingParty(gatehouse), person);
      const path = `/users/${person.account.id}`;
      await api('POST', `${path}/password-reset`);
      const email = newEmail();
      const { body } = await api('PATCH', path, { body: { email } });
      expect(body).toMatchObject({ email, emailVerified: false });
      const stored = await gatehouse.services.accounts.get(person.account.id);
      expect(stored?.passwordReset).toBeUndefined();
      expect(stored?.formerEmails?.map((former) => former.email)).toEqual([person.email]);
      expect((await browser.get('/profile')).heading).toBe('Sign in');
      expect(await subjectsTo(gatehouse, person.email)).toContain(
        'The email address of your Gatehouse account was changed',
      );
      const taken = await personWith(gatehouse, { acme: [] });
      expect((await api('PATCH', path, { body: { email: taken.email } })).status).toBe(409);
      const event = (await api('GET', `/audit-events?subject=${person.account.id}&type=account.email-changed`)).body;
      const { items: ended } = (await api('GET', `/audit-events?subject=${person.account.id}&type=session.ended`)).body;
      expect(ended).toMatchObject([{ actor, detail: { reason: 'credentials-changed' } }]);
      expect(event.items[0]).toMatchObject({ actor, personal: { 'email.old': person.email, 'email.new': email } });
    });

    it('an invited person’s address that was wrong: the old mail opens nothing, a new one is sent', async () => {
      const wrong = newEmail();
      const { body: user } = await api('POST', '/users', { body: { email: wrong, organization: 'acme' } });
      const email = newEmail();
      await api('PATCH', `/users/${user.id}`, { body: { email } });
      expect((await gatehouse.services.accounts.get(user.id))?.temporaryPassword).toBeUndefined();
      expect((await api('POST', `/users/${user.id}/invitation`)).body).toEqual({ email });
      expect(await subjectsTo(gatehouse, email)).toHaveLength(1);
    });

    it('M10: lose a second factor, with the reason written down, and are seen to have none', async () => {
      const { account } = await personWith(gatehouse, { acme: [] }, { withTotp: true });
      const path = `/users/${account.id}/mfa`;
      expect((await api('GET', path)).body).toMatchObject({ active: true, recoveryCodesLeft: 10 });
      expect((await api('DELETE', `${path}?reason=phone%20in%20the%20lake`)).status).toBe(204);
      expect((await api('GET', path)).body).toEqual({ active: false, recoveryCodesLeft: 0, passkeys: [] });
      expect((await api('DELETE', path)).status).toBe(409);
      const [event] = (await api('GET', `/audit-events?subject=${account.id}&type=mfa.reset`)).body.items;
      expect(event).toMatchObject({ actor, detail: { reason: 'phone in the lake' } });
    });

    it('are deleted, but never the last owner', async () => {
      const { account } = await personWith(gatehouse, { acme: [] });
      expect((await api('DELETE', `/users/${account.id}`)).status).toBe(204);
      expect((await api('GET', `/users/${account.id}`)).status).toBe(404);
      for (const owner of await gatehouse.services.accounts.withRole('owner'))
        await gatehouse.services.accounts.update(owner.id, (old) => ({ ...old, roles: [] }));
      const last = await personWith(gatehouse, { instance: ['owner'] });
      const path = `/users/${last.account.id}`;
      for (const [method, body] of [
        ['DELETE', undefined],
        ['PATCH', { status: 'suspended' }],
        ['PATCH', { instanceRoles: [] }],
      ] as const)
        expect((await api(method, path, body ? { body } : {})).status).toBe(409);
    });
  });
}
