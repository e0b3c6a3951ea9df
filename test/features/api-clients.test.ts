// Client apps, organizations and the audit log through the API.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { adminApp, type Caller, callerWith, everyScope, machineFor, personToken, personWith } from '../support/api.ts';
import { engines } from '../support/engines.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const origin = { actor: 'test' };
const web = { client_name: 'Wiki', redirect_uris: ['https://wiki.example/callback'] };

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`client apps and firms through the API (${engine.name})`, () => {
    let gatehouse: TestApp;
    let api: Caller;
    let as: (roles: Record<string, string[]>, scope?: string) => Promise<Caller>;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      await gatehouse.services.organizations.create({ id: 'acme', name: 'Acme' }, origin);
      api = callerWith(gatehouse, (await machineFor(gatehouse)).token);
      const rp = await adminApp(gatehouse);
      as = async (roles, scope = everyScope) =>
        callerWith(gatehouse, await personToken(gatehouse, rp, { person: await personWith(gatehouse, roles), scope }));
    });
    afterAll(() => gatehouse.stop());

    const tokenOf = async (clientId: string, secret: string) => {
      const response = await fetch(`${gatehouse.issuer}/token`, {
        method: 'POST',
        headers: { Authorization: `Basic ${btoa(`${clientId}:${secret}`)}` },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      });
      return response.status;
    };

    it('an app is registered with a secret that is shown once, and can sign in at once', async () => {
      const body = { grant_types: ['client_credentials'], organization: 'acme' };
      const { status, body: client, headers } = await api('POST', '/clients', { body });
      expect([status, headers.get('Location')]).toEqual([
        201,
        `${gatehouse.issuer}/api/v1/clients/${client.client_id}`,
      ]);
      expect(client).toMatchObject({ ...body, client_secret_expires_at: 0, secrets: [{ id: expect.any(String) }] });
      expect(await tokenOf(client.client_id, client.client_secret)).toBe(200);
      const read = await api('GET', `/clients/${client.client_id}`);
      expect(read.text).not.toMatch(/"client_secret"|hash/);
      expect(read.body.client_id_issued_at).toBe(Math.floor(Date.parse(read.body.updatedAt) / 1000));
    });

    it('secrets change over: two at a time, the old one retired', async () => {
      const { body: client } = await api('POST', '/clients', { body: { grant_types: ['client_credentials'] } });
      const path = `/clients/${client.client_id}/secrets`;
      const { body: added } = await api('POST', path);
      expect([
        await tokenOf(client.client_id, client.client_secret),
        await tokenOf(client.client_id, added.client_secret),
      ]).toEqual([200, 200]);
      expect((await api('POST', path)).status).toBe(409);
      const [old] = client.secrets;
      expect((await api('DELETE', `${path}/${old.id}`)).status).toBe(204);
      expect([
        await tokenOf(client.client_id, client.client_secret),
        await tokenOf(client.client_id, added.client_secret),
      ]).toEqual([401, 200]);
      expect((await api('DELETE', `${path}/${added.id}`)).status).toBe(409);
      expect((await api('DELETE', `${path}/${old.id}`)).status).toBe(404);
    });

    it('PATCH changes what it names, PUT takes the rest back to its default', async () => {
      const body = { ...web, logo_uri: 'https://wiki.example/logo.png', refresh_counts_as_activity: false };
      const { body: client } = await api('POST', '/clients', { body });
      const path = `/clients/${client.client_id}`;
      const patched = await api('PATCH', path, { body: { client_name: 'Wiki 2', logo_uri: null } });
      expect(patched.body).toMatchObject({ client_name: 'Wiki 2', refresh_counts_as_activity: false });
      expect(patched.body).not.toHaveProperty('logo_uri');
      expect(patched.body).not.toHaveProperty('client_secret');
      const put = await api('PUT', path, { body: web });
      expect(put.body).toMatchObject({ ...web, refresh_counts_as_activity: true });
      expect((await api('PUT', path, { body: { ...web, client_id: 'another' } })).body.errors).toEqual([
        { pointer: '#/client_id', message: 'must be the one of the address' },
      ]);
    });

    it('an id of odd characters can be addressed, one that is taken is told', async () => {
      const client_id = 'https://wiki.example/app?x=1';
      expect((await api('POST', '/clients', { body: { ...web, client_id } })).headers.get('Location')).toBe(
        `${gatehouse.issuer}/api/v1/clients/${encodeURIComponent(client_id)}`,
      );
      expect((await api('GET', `/clients/${encodeURIComponent(client_id)}`)).body).toMatchObject({ client_id });
      expect((await api('POST', '/clients', { body: { ...web, client_id } })).status).toBe(409);
    });

    it('nobody makes, or gets hold of, an app that may do more than they', async () => {
      const machine = (scope: string) => ({ grant_types: ['client_credentials'], scope });
      const firmAdmin = await as({ acme: ['admin'] });
      const instanceAdmin = await as({ instance: ['admin'] });
      const clientsOnly = await as({ instance: ['owner'] }, 'clients:write');
      const ofFirm = { ...machine('users:write'), organization: 'acme' };
      const [{ body: ofInstance }, { body: own }] = [
        await api('POST', '/clients', { body: machine('users:write') }),
        await firmAdmin('POST', '/clients', { body: ofFirm }),
      ];
      expect(own.client_secret).toEqual(expect.any(String));
      for (const [who, caller] of [
        ['an administrator of the instance', instanceAdmin],
        ['an owner’s token for apps alone', clientsOnly],
      ] as const) {
        const { client_id: id, secrets } = ofInstance;
        const tries: [string, string, unknown?][] = [
          ['POST', '/clients', machine('users:write')],
          ['POST', `/clients/${id}/secrets`],
          ['PATCH', `/clients/${id}`, { client_name: 'Mine' }],
          ['DELETE', `/clients/${id}/secrets/${secrets[0].id}`],
          ['DELETE', `/clients/${id}`],
        ];
        for (const [method, path, body] of tries)
          expect([who, method, path, (await caller(method, path, body ? { body } : {})).status]).toEqual([
            who,
            method,
            path,
            403,
          ]);
        expect((await caller('POST', '/clients', { body: { ...web, first_party: true } })).status).toBe(403);
        expect((await caller('POST', '/clients', { body: web })).status).toBe(201);
      }
      expect((await clientsOnly('POST', `/clients/${own.client_id}/secrets`)).status).toBe(403);
      expect((await instanceAdmin('POST', `/clients/${own.client_id}/secrets`)).status).toBe(201);
    });

    it('a program of a firm does no more there than its administrators, whatever its scopes are called', async () => {
      const { token } = await machineFor(gatehouse, { organization: 'acme' });
      const program = callerWith(gatehouse, token);
      const own = { ...web, organization: 'acme' };
      expect((await program('POST', '/clients', { body: { ...own, first_party: true } })).status).toBe(403);
      expect((await program('POST', '/clients', { body: web })).status).toBe(403);
      expect((await program('POST', '/organizations', { body: { name: 'Another' } })).status).toBe(403);
    });

    it('a firm is made, named, given rules, and deleted once nobody belongs to it', async () => {
      const { status, body: firm } = await api('POST', '/organizations', {
        body: { name: 'Müller & Söhne', domains: ['Muller.example'] },
      });
      expect([status, firm]).toMatchObject([
        201,
        { id: 'muller-sohne', domains: ['muller.example'], verifiedDomains: [] },
      ]);
      const path = '/organizations/muller-sohne';
      expect((await api('PATCH', path, { body: { name: 'Müller' } })).body).toMatchObject({
        name: 'Müller',
        domains: ['muller.example'],
      });
      const rules = { mfa: 'required', ipAllowList: ['203.0.113.7/24', '2001:db8::1'], idleTimeoutMinutes: 30 };
      expect((await api('PUT', `${path}/policy`, { body: rules })).body).toEqual({
        ...rules,
        sso: 'optional',
        ipAllowList: ['203.0.113.0/24', '2001:db8::1'],
      });
      const { account } = await personWith(gatehouse, { 'muller-sohne': [] });
      expect((await api('DELETE', path)).status).toBe(409);
      await api('DELETE', `/users/${account.id}`);
      expect((await api('DELETE', path)).status).toBe(204);
      expect((await api('POST', '/organizations', { body: { id: 'acme', name: 'Acme' } })).body).toEqual(
        expect.objectContaining({ status: 409, type: 'urn:gatehouse:problem:duplicate' }),
      );
    });

    it('M12: nobody shuts themselves out by the list of addresses', async () => {
      const owner = await as({ instance: ['owner'] });
      const put = (ipAllowList: string[]) => owner('PUT', '/organizations/acme/policy', { body: { ipAllowList } });
      const refused = await put(['203.0.113.0/24']);
      expect([refused.status, refused.body.detail]).toEqual([409, expect.stringContaining('127.0.0.1')]);
      expect((await put(['203.0.113.0/24', '127.0.0.1'])).status).toBe(200);
      expect((await put([])).status).toBe(200);
    });

    it('the audit log is asked by who, whom, what and since when, page by page', async () => {
      const { token, rp } = await machineFor(gatehouse);
      const program = callerWith(gatehouse, token);
      const actor = encodeURIComponent(`client:${rp.clientId}`);
      for (const name of ['A', 'B', 'C']) await program('PATCH', '/organizations/acme', { body: { name } });
      const { body: first } = await api('GET', `/audit-events?actor=${actor}&subject=acme&limit=2`);
      const { body: rest } = await api('GET', `/audit-events?actor=${actor}&subject=acme&limit=2&after=${first.next}`);
      const names = [...first.items, ...rest.items].map(({ detail }) => detail['name.new']);
      expect([names, rest.next]).toEqual([['C', 'B', 'A'], null]);
      const since = encodeURIComponent(first.items[1].at);
      expect(
        (await api('GET', `/audit-events?actor=${actor}&since=${since}`)).body.items.length,
      ).toBeGreaterThanOrEqual(2);
      expect((await api('GET', '/audit-events?since=2999-01-01')).body).toEqual({ items: [], next: null });
      expect((await api('GET', '/audit-events?type=organization.changed&limit=1')).body.items[0].type).toBe(
        'organization.changed',
      );
      expect((await api('GET', '/audit-events?limit=200')).text).not.toMatch(/"(hash|previous|personalSalt)"/);
    });
  });
}
