// A firm never sees another's: what belongs to it answers like what does not exist, word for word.

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectionInputSchema } from '../../src/federation/connection.ts';
import { operationsOf } from '../../src/web/api/operations.ts';
import {
  type ApiAnswer,
  adminApp,
  type Caller,
  callerWith,
  machineFor,
  personToken,
  personWith,
} from '../support/api.ts';
import { engines } from '../support/engines.ts';
import type { Person } from '../support/people.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const origin = { actor: 'test' };
const bodies: Record<string, unknown> = {
  changeUser: { givenName: 'Eve', roles: ['admin'], status: 'suspended' },
  changeOrganization: { name: 'Mine now' },
  addDomain: { domain: 'mine-now.example' },
  changeOrganizationBrand: { accent: '#1f4e8c' },
  changeClientBrand: { accent: '#1f4e8c' },
  replaceClientPolicy: { mfa: 'optional' },
  changeConnection: { name: 'Mine now' },
  replacePolicy: { mfa: 'optional' },
  replaceClient: { redirect_uris: ['https://evil.example/callback'] },
  changeClient: { redirect_uris: ['https://evil.example/callback'] },
};

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`firms apart in the API (${engine.name})`, () => {
    let gatehouse: TestApp;
    let admin: Caller;
    let program: Caller;
    let owner: Caller;
    let theirs: Person;
    let shared: Person;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      for (const id of ['acme', 'zeta']) await gatehouse.services.organizations.create({ id, name: id }, origin);
      const rp = await adminApp(gatehouse);
      const as = async (roles: Record<string, string[]>) =>
        callerWith(gatehouse, await personToken(gatehouse, rp, { person: await personWith(gatehouse, roles) }));
      admin = await as({ acme: ['admin'] });
      owner = await as({ instance: ['owner'] });
      program = callerWith(gatehouse, (await machineFor(gatehouse, { organization: 'acme' })).token);
      theirs = await personWith(gatehouse, { zeta: ['admin'] }, { withTotp: true });
      shared = await personWith(gatehouse, { acme: [], zeta: ['editor'] });
      const metadata = { client_id: 'zeta-wiki', redirect_uris: ['https://wiki.zeta.example/callback'] };
      await gatehouse.services.clients.apply(metadata, origin, { organization: 'zeta' });
      const google = { id: 'zeta-google', name: 'Google', preset: 'google', client_id: 'zeta', client_secret: 's' };
      await gatehouse.services.connections.create(
        connectionInputSchema.parse({ ...google, organization: 'zeta' }),
        origin,
      );
    });
    afterAll(() => gatehouse.stop());

    /** Without the id of the request itself, and without what was asked for. */
    const told = ({ status, body }: ApiAnswer, id: string) => {
      const { instance: _request, ...problem } = body;
      return JSON.stringify([status, problem]).replaceAll(id, '…');
    };

    it.each(['a person', 'a program'])('%s cannot tell what is another’s from what is nowhere', async (who) => {
      const caller = who === 'a person' ? admin : program;
      const pairs: [RegExp, string, string][] = [
        [/^\/users\/\{id\}/, theirs.account.id, 'AAAAAAAAAAAAAAAAAAAAAA'],
        [/^\/organizations\/\{id\}/, 'zeta', 'nowhere'],
        [/^\/clients\/\{client_id\}/, 'zeta-wiki', 'no-such-wiki'],
        [/^\/connections\/\{id\}/, 'zeta-google', 'no-such-google'],
      ];
      let tried = 0;
      for (const { id, method, path } of operationsOf(gatehouse.app)) {
        const pair = pairs.find(([place]) => place.test(path));
        if (!pair) continue;
        const [, real, none] = pair;
        const answers = [];
        for (const target of [real, none]) {
          const at = path.replace(/\{\w+\}/, target).replace(/\{\w+\}/, 'secret-1');
          answers.push(told(await caller(method, at, id in bodies ? { body: bodies[id] } : {}), target));
        }
        expect([id, answers[0]]).toEqual([id, answers[1]]);
        expect([id, answers[0]?.slice(1, 4)]).toEqual([id, id === 'deleteOrganization' ? '403' : '404']);
        tried += 1;
      }
      expect(tried).toBe(34);
      expect(await gatehouse.services.accounts.get(theirs.account.id)).toMatchObject({
        status: 'active',
        givenName: 'Ana',
      });
      expect((await gatehouse.services.accounts.get(theirs.account.id))?.totp).toBeDefined();
    });

    it.each<[method: string, path: (firm: string) => string, body: (firm: string) => object | undefined]>([
      ['GET', (firm) => `/users?organization=${firm}`, () => undefined],
      ['GET', (firm) => `/clients?organization=${firm}`, () => undefined],
      ['GET', (firm) => `/audit-events?organization=${firm}`, () => undefined],
      ['POST', () => '/users', (organization) => ({ email: 'new@example.com', organization })],
      ['POST', () => '/clients', (organization) => ({ organization, redirect_uris: ['https://app.example/callback'] })],
    ])('names of firms in a request tell nothing either: %s', async (method, path, bodyFor) => {
      const answers = [];
      for (const firm of ['zeta', 'nowhere']) {
        const body = bodyFor(firm);
        answers.push(told(await admin(method, path(firm), body ? { body } : {}), firm));
      }
      expect(answers[0]).toBe(answers[1]);
      expect(answers[0]).toContain('403');
    });

    it('nor does the app that somebody is to be sent to', async () => {
      const answers = [];
      for (const clientId of ['zeta-wiki', 'no-such-wiki']) {
        const body = { email: `${clientId}@example.com`, organization: 'acme', clientId };
        answers.push(told(await admin('POST', '/users', { body }), clientId));
      }
      expect(answers[0]).toBe(answers[1]);
      expect(answers[0]).toContain('404');
    });

    it('shows of a person of both firms the own one alone', async () => {
      const { body } = await admin('GET', `/users/${shared.account.id}`);
      expect(body).toMatchObject({ organization: 'acme', roles: [], organizations: [{ id: 'acme', roles: [] }] });
      expect(body).not.toHaveProperty('instanceRoles');
      const refusal = await admin('PATCH', `/users/${shared.account.id}`, { body: { givenName: 'Eve' } });
      expect([refusal.status, refusal.text.includes('zeta')]).toEqual([403, false]);
      expect((await owner('GET', `/users/${shared.account.id}`)).body).toMatchObject({
        organization: null,
        organizations: [
          { id: 'acme', roles: [] },
          { id: 'zeta', roles: ['editor'] },
        ],
      });
    });

    it('lists and the audit log name no other firm', async () => {
      const { id } = shared.account;
      const roles = { roles: ['viewer'], organization: 'zeta' };
      expect((await owner('PATCH', `/users/${id}`, { body: roles })).status).toBe(200);
      expect((await owner('GET', `/audit-events?subject=${id}`)).text).toContain('zeta:viewer');
      for (const path of ['/users', '/organizations', '/clients', '/audit-events', `/audit-events?subject=${id}`]) {
        const answer = await admin('GET', path);
        expect([path, answer.status, answer.text.includes('zeta')]).toEqual([path, 200, false]);
      }
      const events = (await admin('GET', `/audit-events?subject=${id}&type=account.changed`)).body.items;
      expect(events[0]).toMatchObject({
        subject: id,
        detail: { 'memberships.old': 'acme', 'memberships.new': 'acme' },
      });
    });
  });
}
