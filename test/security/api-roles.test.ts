// Every operation of the API, tried by everybody: what each of them is answered stands in one table.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectionInputSchema } from '../../src/federation/connection.ts';
import { operationsOf } from '../../src/web/api/operations.ts';
import { adminApp, type Caller, callerWith, everyScope, machineFor, personToken, personWith } from '../support/api.ts';
import { engines } from '../support/engines.ts';
import { signInTo } from '../support/people.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const actors = [
  'owner',
  'admin',
  'helpdesk',
  'auditor',
  'member',
  'stranger',
  'program of the firm',
  'program',
] as const;
type Actor = (typeof actors)[number];

/** In the order of the actors. The target is somebody, an app or the like of the firm acme. */
const expected: Record<string, readonly number[]> = {
  listUsers: [200, 200, 200, 200, 403, 200, 200, 200],
  createUser: [201, 201, 201, 403, 403, 403, 201, 201],
  getUser: [200, 200, 200, 200, 403, 404, 200, 200],
  changeUser: [200, 200, 403, 403, 403, 404, 200, 200],
  deleteUser: [204, 204, 403, 403, 403, 404, 204, 204],
  resendInvitation: [202, 202, 202, 403, 403, 404, 202, 202],
  sendPasswordReset: [202, 202, 202, 403, 403, 404, 202, 202],
  getMfa: [200, 200, 200, 200, 403, 404, 200, 200],
  resetMfa: [204, 204, 204, 403, 403, 404, 204, 204],
  listSessions: [200, 200, 200, 200, 403, 404, 200, 200],
  endSessions: [204, 204, 204, 403, 403, 404, 204, 204],
  listOrganizations: [200, 200, 200, 200, 403, 200, 200, 200],
  createOrganization: [201, 403, 403, 403, 403, 403, 403, 201],
  getOrganization: [200, 200, 200, 200, 403, 404, 200, 200],
  changeOrganization: [200, 200, 403, 403, 403, 404, 200, 200],
  deleteOrganization: [204, 403, 403, 403, 403, 403, 403, 204],
  getPolicy: [200, 200, 200, 200, 403, 404, 200, 200],
  replacePolicy: [200, 200, 403, 403, 403, 404, 200, 200],
  listDomains: [200, 200, 200, 200, 403, 404, 200, 200],
  addDomain: [201, 201, 403, 403, 403, 404, 201, 201],
  getDomain: [200, 200, 200, 200, 403, 404, 200, 200],
  checkDomain: [200, 200, 403, 403, 403, 404, 200, 200],
  removeDomain: [204, 204, 403, 403, 403, 404, 204, 204],
  listClients: [200, 200, 403, 200, 403, 200, 200, 200],
  createClient: [201, 201, 403, 403, 403, 403, 201, 201],
  getClient: [200, 200, 403, 200, 403, 404, 200, 200],
  replaceClient: [200, 200, 403, 403, 403, 404, 200, 200],
  changeClient: [200, 200, 403, 403, 403, 404, 200, 200],
  deleteClient: [204, 204, 403, 403, 403, 404, 204, 204],
  addClientSecret: [201, 201, 403, 403, 403, 404, 201, 201],
  retireClientSecret: [204, 204, 403, 403, 403, 404, 204, 204],
  getOrganizationBrand: [200, 200, 200, 200, 403, 404, 200, 200],
  changeOrganizationBrand: [200, 200, 403, 403, 403, 404, 200, 200],
  getClientBrand: [200, 200, 403, 200, 403, 404, 200, 200],
  changeClientBrand: [200, 200, 403, 403, 403, 404, 200, 200],
  getClientPolicy: [200, 200, 403, 200, 403, 404, 200, 200],
  replaceClientPolicy: [200, 200, 403, 403, 403, 404, 200, 200],
  listConnections: [200, 200, 200, 200, 403, 200, 200, 200],
  createConnection: [201, 201, 403, 403, 403, 403, 201, 201],
  getConnection: [200, 200, 200, 200, 403, 404, 200, 200],
  changeConnection: [200, 200, 403, 403, 403, 404, 200, 200],
  deleteConnection: [204, 204, 403, 403, 403, 404, 204, 204],
  listAuditEvents: [200, 200, 403, 200, 403, 200, 200, 200],
  listKeys: [200, 403, 403, 403, 403, 403, 403, 200],
  // Within an hour of the first one, the second is too early.
  rotateKeys: [200, 403, 403, 403, 403, 403, 403, 409],
  revokeKey: [204, 403, 403, 403, 403, 403, 403, 204],
  getOpenApi: [200, 200, 200, 200, 200, 200, 200, 200],
};

const random = () => Math.random().toString(36).slice(2);
const origin = { actor: 'test' };

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`the API, by everybody (${engine.name})`, () => {
    let gatehouse: TestApp;
    const callers = {} as Record<Actor, Caller>;
    const outsiders = {} as Record<'nobody' | 'wrong audience' | 'no scope', Caller>;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      for (const id of ['acme', 'zeta']) await gatehouse.services.organizations.create({ id, name: id }, origin);
      const rp = await adminApp(gatehouse);
      const roles: [Actor, Record<string, string[]>][] = [
        ['owner', { instance: ['owner'] }],
        ['admin', { acme: ['admin'] }],
        ['helpdesk', { acme: ['helpdesk'] }],
        ['auditor', { acme: ['auditor'] }],
        ['member', { acme: ['editor'] }],
        ['stranger', { zeta: ['admin'] }],
      ];
      for (const [actor, held] of roles) {
        const token = await personToken(gatehouse, rp, { person: await personWith(gatehouse, held) });
        callers[actor] = callerWith(gatehouse, token);
      }
      const ofFirm = await machineFor(gatehouse, { organization: 'acme' });
      callers['program of the firm'] = callerWith(gatehouse, ofFirm.token);
      callers.program = callerWith(gatehouse, (await machineFor(gatehouse)).token);
      const owner = await personWith(gatehouse, { instance: ['owner'] });
      const { body } = await signInTo(gatehouse.browser(), rp, owner);
      outsiders.nobody = callerWith(gatehouse, '');
      outsiders['wrong audience'] = callerWith(gatehouse, body.access_token ?? '');
    });
    afterAll(() => gatehouse.stop());

    const somebody = async (withTotp = false) => (await personWith(gatehouse, { acme: [] }, { withTotp })).account.id;
    const invited = async () => {
      const memberships = [{ organization: 'acme', roles: [] }];
      return (
        await gatehouse.services.invitations.invite(
          { email: `${random()}@example.com`, roles: [], memberships },
          origin,
        )
      ).id;
    };
    const client = async () => {
      const metadata = { client_id: random(), redirect_uris: ['https://app.example/callback'] };
      await gatehouse.services.clients.apply(metadata, origin, { organization: 'acme' });
      return metadata;
    };

    const upstream = { name: 'Acme', preset: 'oidc', client_id: 'gatehouse', client_secret: 'to-be-kept' } as const;
    const connection = async () => {
      const input = { ...upstream, issuer: 'https://sso.example', organization: 'acme' };
      return (await gatehouse.services.connections.create(connectionInputSchema.parse(input), origin)).id;
    };

    const claimed = async () => {
      const domain = `a${random().slice(2)}.example`;
      await gatehouse.services.organizations.update(
        'acme',
        ({ name, domains }) => ({ name, domains: [...domains.slice(-5), domain] }),
        origin,
      );
      return `/organizations/acme/domains/${domain}`;
    };

    /** A request that would succeed. */
    const targets: Record<string, () => Promise<{ path: string; body?: unknown }>> = {
      listUsers: async () => ({ path: '/users' }),
      createUser: async () => ({ path: '/users', body: { email: `${random()}@example.com`, organization: 'acme' } }),
      getUser: async () => ({ path: `/users/${await somebody()}` }),
      changeUser: async () => ({ path: `/users/${await somebody()}`, body: { givenName: 'Bea', roles: ['editor'] } }),
      deleteUser: async () => ({ path: `/users/${await somebody()}` }),
      resendInvitation: async () => ({ path: `/users/${await invited()}/invitation` }),
      sendPasswordReset: async () => ({ path: `/users/${await somebody()}/password-reset` }),
      getMfa: async () => ({ path: `/users/${await somebody(true)}/mfa` }),
      resetMfa: async () => ({ path: `/users/${await somebody(true)}/mfa?reason=lost` }),
      listSessions: async () => ({ path: `/users/${await somebody()}/sessions` }),
      endSessions: async () => ({ path: `/users/${await somebody()}/sessions` }),
      listOrganizations: async () => ({ path: '/organizations' }),
      createOrganization: async () => ({ path: '/organizations', body: { name: `Firm ${random()}` } }),
      getOrganization: async () => ({ path: '/organizations/acme' }),
      changeOrganization: async () => ({ path: '/organizations/acme', body: { name: `Acme ${random()}` } }),
      deleteOrganization: async () => {
        const { id } = await gatehouse.services.organizations.create({ name: random() }, origin);
        return { path: `/organizations/${id}` };
      },
      getPolicy: async () => ({ path: '/organizations/acme/policy' }),
      replacePolicy: async () => ({ path: '/organizations/acme/policy', body: { passwordMinLength: 14 } }),
      listDomains: async () => ({ path: '/organizations/acme/domains' }),
      addDomain: async () => ({
        path: '/organizations/acme/domains',
        body: { domain: `a${random().slice(2)}.example` },
      }),
      getDomain: async () => ({ path: await claimed() }),
      checkDomain: async () => ({ path: `${await claimed()}/check` }),
      removeDomain: async () => ({ path: await claimed() }),
      getOrganizationBrand: async () => ({ path: '/organizations/acme/brand' }),
      changeOrganizationBrand: async () => ({ path: '/organizations/acme/brand', body: { accent: '#1f4e8c' } }),
      getClientBrand: async () => ({ path: `/clients/${(await client()).client_id}/brand` }),
      changeClientBrand: async () => ({ path: `/clients/${(await client()).client_id}/brand`, body: { accent: null } }),
      getClientPolicy: async () => ({ path: `/clients/${(await client()).client_id}/policy` }),
      replaceClientPolicy: async () => ({
        path: `/clients/${(await client()).client_id}/policy`,
        body: { mfa: 'required' },
      }),
      listClients: async () => ({ path: '/clients' }),
      createClient: async () => ({
        path: '/clients',
        body: { organization: 'acme', client_name: 'Wiki', redirect_uris: ['https://wiki.example/callback'] },
      }),
      getClient: async () => ({ path: `/clients/${(await client()).client_id}` }),
      replaceClient: async () => {
        const { client_id: id, ...metadata } = await client();
        return { path: `/clients/${id}`, body: { ...metadata, client_name: 'Wiki' } };
      },
      changeClient: async () => ({ path: `/clients/${(await client()).client_id}`, body: { client_name: 'Wiki' } }),
      deleteClient: async () => ({ path: `/clients/${(await client()).client_id}` }),
      addClientSecret: async () => ({ path: `/clients/${(await client()).client_id}/secrets` }),
      retireClientSecret: async () => {
        const { client_id: id } = await client();
        const { id: secretId } = await gatehouse.services.clients.addSecret(id, origin);
        return { path: `/clients/${id}/secrets/${secretId}` };
      },
      listConnections: async () => ({ path: '/connections' }),
      createConnection: async () => ({
        path: '/connections',
        body: { ...upstream, issuer: 'https://sso.example', organization: 'acme' },
      }),
      getConnection: async () => ({ path: `/connections/${await connection()}` }),
      changeConnection: async () => ({ path: `/connections/${await connection()}`, body: { name: 'Acme SSO' } }),
      deleteConnection: async () => ({ path: `/connections/${await connection()}` }),
      listAuditEvents: async () => ({ path: '/audit-events' }),
      listKeys: async () => ({ path: '/keys' }),
      rotateKeys: async () => ({ path: '/keys/rotation' }),
      revokeKey: async () => {
        const next = (await gatehouse.services.keys.list()).find(({ state }) => state === 'next');
        return { path: `/keys/${next?.key.kid}` };
      },
      getOpenApi: async () => ({ path: '/openapi.json' }),
    };

    const operations = () => operationsOf(gatehouse.app);

    it('has a line in the table for each operation, and no other', () => {
      const ids = operations().map(({ id }) => id);
      expect(Object.keys(expected)).toEqual(ids);
      expect(Object.keys(targets).sort()).toEqual([...ids].sort());
    });

    it.each(Object.keys(expected))('answers each as the table says: %s', async (id) => {
      const { method, answer } = operations().find((one) => one.id === id) ?? {};
      const answers: number[] = [];
      for (const actor of actors) {
        const { path, body } = (await targets[id]?.()) ?? { path: '' };
        const {
          status,
          body: shown,
          text,
        } = await callers[actor](method ?? '', path, body === undefined ? {} : { body });
        answers.push(status);
        if (status < 300 && answer?.schema) expect(answer.schema.safeParse(shown).error?.issues ?? []).toEqual([]);
        else if (status >= 400)
          expect(shown).toMatchObject({ status, type: expect.stringContaining('urn:gatehouse:') });
        expect(text).not.toMatch(/argon2|[hH]ash"|"totp"|"secret"|Epoch/);
        if (id !== 'createClient' && id !== 'addClientSecret' && id !== 'getOpenApi')
          expect(text).not.toContain('"client_secret"');
      }
      expect(answers).toEqual(expected[id]);
    });

    it.each(Object.keys(expected).filter((id) => id !== 'getOpenApi'))(
      '%s is closed without a token, with one for another audience, and without its scope',
      async (id) => {
        const { method = '', access } = operations().find((one) => one.id === id) ?? {};
        const { path, body } = (await targets[id]?.()) ?? { path: '' };
        const options = body === undefined ? {} : { body };
        for (const caller of [outsiders.nobody, outsiders['wrong audience']]) {
          const { status, headers } = await caller(method, path, options);
          expect([status, headers.get('WWW-Authenticate')]).toEqual([401, expect.stringMatching(/^Bearer realm="/)]);
        }
        const [area] = (access?.scope ?? '').split(':');
        const others = everyScope
          .split(' ')
          .filter((scope) => !scope.startsWith(`${area}:`) || scope === `${area}:read`);
        const scope = others.filter((one) => one !== access?.scope).join(' ');
        const {
          status,
          headers,
          body: problem,
        } = await callerWith(gatehouse, (await machineFor(gatehouse, { scope })).token)(method, path, options);
        expect([status, problem.type]).toEqual([403, 'urn:gatehouse:problem:insufficient-scope']);
        expect(headers.get('WWW-Authenticate')).toContain(`error="insufficient_scope", scope="${access?.scope}"`);
      },
    );
  });
}
