// Connections to upstream providers through the API: what may be stated, whose they are, and that their secrets never come back.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { adminApp, type Caller, callerWith, everyScope, machineFor, personToken, personWith } from '../support/api.ts';
import { engines } from '../support/engines.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const tenant = '11111111-2222-3333-4444-555555555555';
const google = { name: 'Google', preset: 'google', client_id: 'g-client', client_secret: 'g-secret' };
const oidc = { name: 'Acme SSO', preset: 'oidc', issuer: 'https://sso.acme.example', client_id: 'gatehouse' };

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`connections through the API (${engine.name})`, () => {
    let gatehouse: TestApp;
    let api: Caller;
    let admin: Caller;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      for (const id of ['acme', 'zeta']) await gatehouse.services.organizations.create({ id, name: id }, {});
      api = callerWith(gatehouse, (await machineFor(gatehouse)).token);
      const person = await personWith(gatehouse, { acme: ['admin'] });
      const rp = await adminApp(gatehouse);
      admin = callerWith(gatehouse, await personToken(gatehouse, rp, { person, scope: everyScope }));
    });
    afterAll(() => gatehouse.stop());

    const made = async (body: object, caller = api) => (await caller('POST', '/connections', { body })).body;
    const problems = async (body: object) => {
      const { status, body: problem } = await api('POST', '/connections', { body });
      return [status, (problem.errors ?? []).map(({ pointer }: { pointer: string }) => pointer)];
    };

    it('begins as a draft under an id made of its name, and never shows its secret', async () => {
      const { status, body, text, headers } = await api('POST', '/connections', { body: google });
      expect([status, headers.get('Location')]).toEqual([201, `${gatehouse.issuer}/api/v1/connections/google`]);
      expect(body).toMatchObject({
        id: 'google',
        issuer: 'https://accounts.google.com',
        hasSecret: true,
        enabled: false,
        domains: [],
      });
      expect(text).not.toContain('g-secret');
      const stored = await gatehouse.services.connections.get('google');
      expect(JSON.stringify(stored)).not.toContain('g-secret');
      expect(stored && gatehouse.services.connections.secretOf(stored)).toBe('g-secret');
      const [event] = await gatehouse.services.audit.bySubject('google');
      expect(event).toMatchObject({ type: 'connection.created', detail: { 'preset.new': 'google' } });
      expect(JSON.stringify(event)).not.toContain('g-secret');
    });

    it.each<[what: string, body: object, pointers: string[]]>([
      ['a Google of another issuer', { ...google, issuer: 'https://accounts.example' }, ['#/issuer']],
      ['a Google without a secret', { ...google, client_secret: undefined }, ['#/client_secret']],
      ['a Microsoft without a tenant', { ...google, preset: 'microsoft' }, ['#/issuer']],
      [
        'a tenant that is named and not numbered',
        { ...google, preset: 'microsoft', issuer: 'https://login.microsoftonline.com/acme.example/v2.0' },
        ['#/issuer'],
      ],
      ['Microsoft as any provider', { ...oidc, issuer: 'https://login.microsoftonline.com/common/v2.0' }, ['#/issuer']],
      ['a provider without an issuer', { ...oidc, issuer: undefined }, ['#/issuer']],
      ['an issuer without TLS', { ...oidc, issuer: 'http://sso.acme.example' }, ['#/issuer']],
      ['an issuer with a query', { ...oidc, issuer: 'https://sso.acme.example/?x=1' }, ['#/issuer']],
      ['sign-up into no firm', { ...oidc, allowsSignUp: true, domains: ['acme.example'] }, ['#/allowsSignUp']],
      ['sign-up of everybody', { ...oidc, allowsSignUp: true, organization: 'acme' }, ['#/domains']],
      ['what is no domain', { ...oidc, domains: ['acme'] }, ['#/domains/0']],
    ])('refuses %s', async (_what, body, pointers) => {
      expect(await problems(body)).toEqual([400, pointers]);
    });

    it('takes one tenant, any work account and personal accounts of Microsoft', async () => {
      for (const audience of [tenant, 'organizations', 'consumers']) {
        const issuer = `https://login.microsoftonline.com/${audience}/v2.0`;
        expect(await made({ ...google, name: 'Microsoft', preset: 'microsoft', issuer })).toMatchObject({ issuer });
      }
    });

    it('keeps the secret over a change, replaces it, and sends it to no other issuer', async () => {
      const { id } = await made({ ...oidc, client_secret: 'first-secret' });
      const secret = async () => {
        const stored = await gatehouse.services.connections.get(id);
        return stored && gatehouse.services.connections.secretOf(stored);
      };
      const change = (body: object) => api('PATCH', `/connections/${id}`, { body });
      expect((await change({ enabled: true, domains: ['acme.example'] })).body).toMatchObject({
        enabled: true,
        domains: ['acme.example'],
        name: 'Acme SSO',
      });
      expect(await secret()).toBe('first-secret');
      const elsewhere = await change({ issuer: 'https://mallory.example' });
      expect([elsewhere.status, elsewhere.body.errors[0].pointer]).toEqual([400, '#/client_secret']);
      expect((await change({ issuer: 'https://new.acme.example', client_secret: 'second-secret' })).status).toBe(200);
      expect(await secret()).toBe('second-secret');
      const changed = await gatehouse.services.audit.bySubject(id);
      expect(changed.find(({ detail }) => detail?.secretReplaced)).toMatchObject({
        detail: { 'issuer.old': 'https://sso.acme.example', 'issuer.new': 'https://new.acme.example' },
      });
      expect(JSON.stringify(changed)).not.toMatch(/first-secret|second-secret/);
    });

    it('lets nobody undo a change that they have not seen', async () => {
      const { id } = await made(oidc);
      const { headers } = await api('GET', `/connections/${id}`);
      const tag = { 'If-Match': headers.get('ETag') ?? '' };
      expect((await api('PATCH', `/connections/${id}`, { body: { name: 'One' }, headers: tag })).status).toBe(200);
      expect((await api('PATCH', `/connections/${id}`, { body: { name: 'Two' }, headers: tag })).status).toBe(412);
      expect((await api('DELETE', `/connections/${id}`, { headers: tag })).status).toBe(412);
    });

    it('is made once by a key that is sent twice', async () => {
      const headers = { 'Idempotency-Key': 'connection-once' };
      const [one, two] = [
        await api('POST', '/connections', { body: oidc, headers }),
        await api('POST', '/connections', { body: oidc, headers }),
      ];
      expect([two.status, two.body.id]).toEqual([201, one.body.id]);
    });

    it('is the firm’s own to its administrators, who see no other’s and ask no private network', async () => {
      const own = await made({ ...oidc, organization: 'acme' }, admin);
      const others = await made({ ...oidc, organization: 'zeta' });
      expect((await admin('GET', '/connections')).body.items.map(({ id }: { id: string }) => id)).toEqual([own.id]);
      expect((await admin('GET', `/connections/${others.id}`)).status).toBe(404);
      expect((await admin('GET', '/connections/google')).status).toBe(404);
      expect((await admin('POST', '/connections', { body: oidc })).status).toBe(403);
      const inside = { allowsPrivateNetwork: true };
      expect((await admin('PATCH', `/connections/${own.id}`, { body: inside })).status).toBe(403);
      expect((await api('PATCH', `/connections/${own.id}`, { body: inside })).status).toBe(200);
      expect((await admin('PATCH', `/connections/${own.id}`, { body: { name: 'SSO' } })).status).toBe(200);
      const elsewhere = { issuer: 'https://intranet.example' };
      expect((await admin('PATCH', `/connections/${own.id}`, { body: elsewhere })).status).toBe(403);
    });
  });
}
