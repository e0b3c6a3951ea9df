// Finding people: by name or address, in the firm that is looked at, page by page.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { accountsSpec } from '../../src/accounts/account.ts';
import { type Caller, callerWith, machineFor } from '../support/api.ts';
import type { TestBrowser } from '../support/browser.ts';
import { addressesOn, consoleOf, createFirms } from '../support/console.ts';
import { engines, storageAt } from '../support/engines.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const people: [email: string, givenName: string, familyName: string, firm: string][] = [
  ['ada@example.com', 'Ada', 'Lovelace', 'acme'],
  ['countess@example.com', 'Ada', 'King', 'zeta'],
  ['jose@example.com', 'José', 'Ångström', 'acme'],
  ['lovely@example.com', 'Bo', 'Adams', 'acme'],
  ['nameless.ada@example.com', '', '', 'acme'],
  ['zoe@example.com', 'Zoë', '', 'acme'],
];

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`a search for people (${engine.name})`, () => {
    let gatehouse: TestApp;
    let api: Caller;
    let browser: TestBrowser;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      await createFirms(gatehouse, 'acme', 'zeta');
      for (const [email, givenName, familyName, organization] of people) {
        const names = { ...(givenName && { givenName }), ...(familyName && { familyName }) };
        const memberships = [{ organization, roles: [] }];
        await gatehouse.services.accounts.create({
          email,
          emailVerified: true,
          status: 'active',
          memberships,
          ...names,
        });
      }
      api = callerWith(gatehouse, (await machineFor(gatehouse)).token);
      ({ browser } = await consoleOf(gatehouse, { acme: ['auditor'] }));
    });
    afterAll(() => gatehouse.stop());

    it.each([
      ['ada', ['ada@example.com', 'lovely@example.com']],
      ['Ada L', ['ada@example.com']],
      ['lovelace a', ['ada@example.com']],
      ['LOVEL', ['ada@example.com', 'lovely@example.com']],
      ['jose', ['jose@example.com']],
      ['JOSÉ', ['jose@example.com']],
      ['angs', ['jose@example.com']],
      ['nameless', ['nameless.ada@example.com']],
      ['zoe@', ['zoe@example.com']],
      ['king', []],
      ['%', []],
    ])(
      'finds %j by the beginning of a name or the address, each once, in that firm alone',
      async (search, expected) => {
        const page = await browser.get(`/admin/people?${new URLSearchParams({ search })}`);
        expect(addressesOn(page).toSorted()).toEqual(expected);
      },
    );

    it('shows everybody in the order of their names, by the address where there is none', async () => {
      const shown = addressesOn(await browser.get('/admin/people?status=active'));
      expect(shown.map((email) => (email.startsWith('person-') ? 'Ana Silva' : email))).toEqual([
        'ada@example.com',
        'Ana Silva',
        'lovely@example.com',
        'jose@example.com',
        'nameless.ada@example.com',
        'zoe@example.com',
      ]);
    });

    it('pages through the API without gap or repetition, whatever one is found by', async () => {
      for (const [question, expected] of [
        ['search=a&organization=acme', ['ada@example.com', 'lovely@example.com', 'jose@example.com']],
        [
          'search=a&status=active',
          ['countess@example.com', 'ada@example.com', 'lovely@example.com', 'jose@example.com'],
        ],
        ['email=j', ['jose@example.com']],
      ] as const) {
        const seen: string[] = [];
        for (let after: string | null = ''; after !== null; ) {
          const { body } = await api('GET', `/users?${question}&limit=1${after && `&after=${after}`}`);
          seen.push(...body.items.map(({ email }: { email: string }) => email));
          after = body.next;
        }
        expect(seen.filter((email) => !email.startsWith('person-'))).toEqual(expected);
      }
    });

    it('refuses to go on from a page of another list', async () => {
      for (const after of ['nonsense', 'W10', Buffer.from('["a",1]').toString('base64url')]) {
        const { status, body } = await api('GET', `/users?search=a&after=${after}`);
        expect([status, body.type]).toEqual([400, expect.stringContaining('invalid-request')]);
      }
    });

    it('follows a change of name and of address, and the end of the account', async () => {
      const { accounts } = gatehouse.services;
      const { id } = await accounts.create({
        email: 'first@example.com',
        emailVerified: true,
        status: 'active',
        givenName: 'Uma',
        familyName: 'Vu',
      });
      const found = async (search: string) => (await api('GET', `/users?search=${search}`)).body.items.length;
      expect([await found('uma'), await found('vu')]).toEqual([1, 1]);
      await accounts.update(id, ({ familyName: _none, ...old }) => ({ ...old, givenName: 'Ida' }));
      expect([await found('uma'), await found('vu'), await found('ida')]).toEqual([0, 0, 1]);
      await accounts.markDeleted(id, () => true, {});
      expect([await found('ida'), await found('first')]).toEqual([0, 0]);
    });

    it('finds whoever was written before there were such keys, once they were caught up', async () => {
      const url = engine.freshUrl();
      const before = await storageAt(url);
      const stored = before.collection(accountsSpec);
      await before.open();
      const record = {
        id: 'old',
        email: 'old@example.com',
        emailCanonical: 'old@example.com',
        emailVerified: true,
        roles: [],
        sessionEpoch: 0,
      };
      await stored.insert({
        ...record,
        status: 'active',
        givenName: 'Olga',
        familyName: 'Quist',
        createdAt: 1,
        updatedAt: 1,
      });
      await before.close();
      const upgraded = await startApp({ engine, storageUrl: url, keepStorage: true });
      const { accounts } = upgraded.services;
      const found = () => accounts.search({ search: 'quist' });
      expect(await found()).toEqual([]);
      await accounts.keepUp();
      expect(await found()).toMatchObject([{ id: 'old', updatedAt: 1 }]);
      await upgraded.stop();
      await engine.drop(url);
    });
  });
}
