// `gatehouse clients …`: apps registered, looked at, given another secret and deleted from a shell.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jsonOf, openShell, type Shell } from '../support/cli.ts';
import { engines } from '../support/engines.ts';

interface Shown {
  client_id: string;
  client_secret?: string;
  secrets: { id: string }[];
}

describe.each(engines.filter(({ available }) => available))('clients on $name', (engine) => {
  let shell: Shell;

  beforeAll(async () => {
    shell = openShell(engine);
    await shell.look(({ organizations }) => organizations.create({ id: 'acme', name: 'Acme' }, { actor: 'test' }));
  });
  afterAll(() => shell.close());

  const create = async (...args: string[]) => jsonOf<Shown>(await shell.run(['clients', 'create', '--json', ...args]));
  const eventsOf = (id: string) =>
    shell.look(async ({ audit }) =>
      (await audit.search({ limit: 100 }))
        .filter(({ clientId }) => clientId === id)
        .map(({ type, actor }) => `${type} ${actor}`),
    );

  it('registers an app with safe defaults, prints its secret once, and writes it down', async () => {
    const args = ['--name', 'Shop', '--redirect-uri', 'https://shop.example/callback', '--organization', 'acme'];
    const made = await create('--client-id', 'shop', ...args);
    expect(made).toMatchObject({
      client_id: 'shop',
      client_name: 'Shop',
      organization: 'acme',
      redirect_uris: ['https://shop.example/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      require_pkce: true,
      first_party: false,
      client_secret: expect.stringMatching(/^[\w-]{43}$/),
    });
    const shown = await shell.run(['clients', 'show', 'shop', '--json']);
    expect(jsonOf(shown)).toMatchObject({ client_id: 'shop', secrets: [{ id: expect.any(String) }] });
    expect(shown.stdout).not.toContain(made.client_secret);
    expect(await eventsOf('shop')).toEqual(['client.created cli']);
    const taken = await shell.run(['clients', 'create', '--client-id', 'shop', ...args]);
    expect([taken.status, taken.stderr]).toEqual([1, 'client_id: shop is taken\n']);
  });

  it.each([
    ['spa', { token_endpoint_auth_method: 'none', application_type: 'web' }],
    ['native', { token_endpoint_auth_method: 'none', application_type: 'native' }],
    ['machine', { grant_types: ['client_credentials'], redirect_uris: [] }],
  ])('knows what a %s needs', async (type, expected) => {
    const uri =
      type === 'machine'
        ? []
        : ['--redirect-uri', type === 'native' ? 'com.example.app:/cb' : 'https://spa.example/cb'];
    const made = await create('--type', type, '--name', type, ...uri);
    expect(made).toMatchObject(expected);
    expect(made.client_secret !== undefined).toBe(type === 'machine');
  });

  it('takes more from a file of metadata, and tells every problem of it', async () => {
    const metadata = {
      contacts: ['it@shop.example'],
      redirect_uris: ['https://file.example/cb'],
      id_token_signed_response_alg: 'ES256',
    };
    const file = shell.file('metadata.json', JSON.stringify(metadata));
    expect(await create('--metadata', file)).toMatchObject(metadata);
    const wrong = shell.file(
      'wrong.json',
      JSON.stringify({ redirect_uris: ['http://shop.example/cb'], colour: 'red' }),
    );
    const { status, stderr } = await shell.run(['clients', 'create', '--metadata', wrong]);
    expect([status, stderr]).toEqual([1, expect.stringContaining('colour: is not a known field')]);
    expect(stderr).toContain('redirect_uris.0');
    const noJson = await shell.run(['clients', 'create', '--metadata', shell.file('no.json', '[1]')]);
    expect([noJson.status, noJson.stderr]).toEqual([2, 'no.json is no JSON object.\n']);
  });

  it('lists all, or those of a firm', async () => {
    await create('--client-id', 'listed', '--redirect-uri', 'https://l.example/cb');
    const all = jsonOf<{ clients: Shown[] }>(await shell.run(['clients', 'list', '--json'])).clients;
    expect(all.map(({ client_id }) => client_id)).toEqual(expect.arrayContaining(['listed', 'shop']));
    const own = await shell.run(['clients', 'list', '--organization', 'acme']);
    expect([own.status, own.stdout]).toEqual([0, expect.stringMatching(/^shop +web +acme +Shop\n$/)]);
  });

  it('gives a second secret and retires the first when told to', async () => {
    const { client_secret: first = '' } = await create(
      '--client-id',
      'turning',
      '--redirect-uri',
      'https://t.example/cb',
    );
    const early = await shell.run(['clients', 'rotate-secret', 'turning', '--finish']);
    expect([early.status, early.stderr]).toEqual([1, expect.stringContaining('no other to retire')]);
    const { client_secret: second = '' } = jsonOf<Shown>(
      await shell.run(['clients', 'rotate-secret', 'turning', '--json']),
    );
    const good = () =>
      shell.look(async ({ clients }) => {
        const client = await clients.get('turning');
        return [first, second].map((secret) => client !== undefined && clients.isSecretOf(client, secret));
      });
    expect(await good()).toEqual([true, true]);
    const third = await shell.run(['clients', 'rotate-secret', 'turning']);
    expect([third.status, third.stderr]).toEqual([1, expect.stringContaining('two secrets already')]);
    expect((await shell.run(['clients', 'rotate-secret', 'turning', '--finish'])).status).toBe(0);
    expect(await good()).toEqual([false, true]);
    expect(await eventsOf('turning')).toEqual([
      'client.secret-retired cli',
      'client.secret-added cli',
      'client.created cli',
    ]);
  });

  it('deletes when told twice', async () => {
    await create('--client-id', 'gone', '--name', 'Gone', '--redirect-uri', 'https://g.example/cb');
    const asked = await shell.run(['clients', 'delete', 'gone']);
    expect([asked.status, asked.stderr]).toEqual([2, expect.stringContaining('add --yes')]);
    expect((await shell.run(['clients', 'show', 'gone'])).status).toBe(0);
    expect((await shell.run(['clients', 'delete', 'gone', '--yes'])).status).toBe(0);
    const shown = await shell.run(['clients', 'show', 'gone', '--json']);
    expect([shown.status, jsonOf(shown)]).toEqual([1, { error: 'there is no client gone' }]);
    expect((await eventsOf('gone'))[0]).toBe('client.deleted cli');
  });
});
