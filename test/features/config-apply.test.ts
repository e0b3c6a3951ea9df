// `gatehouse config apply`, as an operator or a script sees it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Clients } from '../../src/clients/clients.ts';
import { readConfigFile } from '../../src/commands/config-file.ts';
import { jsonOf, openShell, type Shell } from '../support/cli.ts';
import { engines, sqlite } from '../support/engines.ts';

const example = readFileSync(join(import.meta.dirname, '../../config/clients.example.yaml'), 'utf8');

interface Report {
  clients: { client_id: string; outcome: string; client_secret?: string }[];
  created: number;
  changed: number;
  unchanged: number;
}

const oneClient = `clients:
  - client_id: wiki
    redirect_uris: [https://wiki.example.com/callback]
`;

let shell: Shell;
afterEach(() => shell.close());

describe.each(engines.filter(({ available }) => available))('config apply on $name', (engine) => {
  beforeEach(() => {
    shell = openShell(engine);
  });

  it('registers the clients of the example file, and changes nothing when it is applied again', async () => {
    const path = shell.file('clients.yaml', example);
    const first = jsonOf<Report>(await shell.run(['config', 'apply', path, '--json']));
    const second = await shell.run(['config', 'apply', path, '--json']);
    expect(first).toMatchObject({ created: 4, changed: 0, unchanged: 0 });
    expect(second).toMatchObject({ status: 0, stderr: '' });
    expect(jsonOf<Report>(second)).toMatchObject({ created: 0, changed: 0, unchanged: 4 });
  });

  it('shows a secret that it had to make once, and it is the right one', async () => {
    const path = shell.file('clients.yaml', oneClient);
    const first = jsonOf<Report>(await shell.run(['config', 'apply', path, '--json']));
    const again = await shell.run(['config', 'apply', path]);
    const secret = first.clients[0]?.client_secret ?? '';
    expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(again.stdout).toContain('unchanged  wiki');
    expect(again.stdout).not.toContain('client_secret');
    expect(await shell.look(({ clients }) => isSecret(clients, secret))).toBe(true);
  });

  it('changes what the file changed, and keeps the secret', async () => {
    const path = shell.file('clients.yaml', oneClient);
    const secret = jsonOf<Report>(await shell.run(['config', 'apply', path, '--json'])).clients[0]?.client_secret ?? '';
    shell.file('clients.yaml', `${oneClient}    client_name: The Wiki\n`);
    const { stdout } = await shell.run(['config', 'apply', path]);
    expect(stdout).toContain('changed    wiki');
    expect(stdout).toContain('0 created, 1 changed, 0 unchanged');
    await shell.look(async ({ clients }) => {
      expect((await clients.get('wiki'))?.metadata.client_name).toBe('The Wiki');
      expect(await isSecret(clients, secret)).toBe(true);
    });
  });

  it('writes nothing at all when one entry of many is wrong', async () => {
    const path = shell.file('clients.yaml', `${example}  - client_id: broken\n`);
    const { status } = await shell.run(['config', 'apply', path]);
    expect(status).toBe(1);
    expect(await shell.look(({ clients }) => clients.get('acme-wiki'))).toBeUndefined();
  });

  it('records each change, and that it came from the command line', async () => {
    const path = shell.file('clients.yaml', oneClient);
    await shell.run(['config', 'apply', path]);
    await shell.run(['config', 'apply', path]);
    const { events } = await shell.stored();
    expect(events).toMatchObject([{ type: 'client.created', clientId: 'wiki', actor: 'cli', result: 'success' }]);
  });
});

describe('config apply', () => {
  beforeEach(() => {
    shell = openShell(sqlite);
  });

  it('lets a changed secret take the place of the old one', async () => {
    const [old, fresh] = ['the-first-secret-of-the-file', 'the-second-secret-of-the-file'];
    for (const secret of [old, fresh]) {
      await shell.run(['config', 'apply', shell.file('clients.yaml', `${oneClient}    client_secret: ${secret}\n`)]);
    }
    const good = await shell.look(({ clients }) => Promise.all([old, fresh].map((s) => isSecret(clients, s))));
    expect(good).toEqual([false, true]);
  });

  it('takes the secret that the file gives, and does not print it', async () => {
    const secret = 'a-secret-of-the-file-itself';
    const path = shell.file('clients.yaml', `${oneClient}    client_secret: ${secret}\n`);
    const first = await shell.run(['config', 'apply', path]);
    const second = await shell.run(['config', 'apply', path]);
    expect(first.stdout + second.stdout).not.toContain(secret);
    expect(second.stdout).toContain('1 unchanged');
    expect(await shell.look(({ clients }) => isSecret(clients, secret))).toBe(true);
  });

  it('reads JSON too', async () => {
    const registration = { client_id: 'wiki', redirect_uris: ['https://wiki.example.com/callback'] };
    const { status } = await shell.run([
      'config',
      'apply',
      shell.file('clients.json', JSON.stringify({ clients: [registration] })),
    ]);
    expect(status).toBe(0);
  });

  it('lists every problem with file, line and entry', async () => {
    const path = shell.file(
      'clients.yaml',
      `organizations: []
connections:
  - id: sso
    name: SSO
    preset: oidc
    issuer: http://sso.example
    client_id: gatehouse
colour: blue
clients:
  - client_id: wiki
    redirect_uris:
      - https://wiki.example.com/callback
      - https://*.example.com/callback
    colour: blue
  - client_name: No Name
  - just text
  - client_id: wiki
    redirect_uris: [https://wiki.example.com/other]
  - client_id: gatehouse
    redirect_uris: [https://wiki.example.com/other]
`,
    );
    const { status, stdout, stderr } = await shell.run(['config', 'apply', path]);
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr.trim().split('\n')).toEqual([
      'clients.yaml:6: connection "sso": issuer: must begin with https://',
      'clients.yaml:8: "colour" is not known; a file may have "organizations:", "clients:" or "connections:" at its top',
      'clients.yaml:13: client "wiki": redirect_uris.1: "https://*.example.com/callback" must be exact: wildcards are not allowed',
      'clients.yaml:14: client "wiki": colour: is not a known field',
      'clients.yaml:15: client 2: client_id: is missing',
      'clients.yaml:16: client 3: must be a list of fields and values',
      'clients.yaml:17: client "wiki": client_id: is given twice, first on line 10',
      'clients.yaml:19: client "gatehouse": client_id: is the name of a client that is built in; choose another',
      'Nothing was written: the file has problems.',
    ]);
  });

  it.each([
    [
      'an empty file',
      '',
      'clients.yaml:1: the file must have "organizations:", "clients:" or "connections:" at its top, each with a list',
    ],
    [
      'a list at the top',
      '- client_id: wiki',
      'clients.yaml:1: the file must have "organizations:", "clients:" or "connections:" at its top, each with a list',
    ],
    ['clients that are no list', 'clients:\n  wiki: {}', 'clients.yaml:2: clients: must be a list of clients'],
    ['YAML that is broken', 'clients:\n  - client_id: "wiki', 'clients.yaml:2: Missing closing "quote'],
    ['a field given twice', 'clients:\n  - client_id: a\n    client_id: b', 'clients.yaml:3: Map keys must be unique'],
    ['aliases without end', bomb(), 'refers to itself, or to other places too often'],
    [
      'a NUL',
      `${oneClient}    client_name: "a\\0b"`,
      'clients.yaml:4: client "wiki": client_name: must have no control characters',
    ],
    ['a prototype name', `${oneClient}    __proto__: { x: 1 }`, '__proto__: is not a known field'],
  ])('says what is wrong with %s', async (_, contents, message) => {
    const { problems } = readConfigFile(join(shell.folder, shell.file('clients.yaml', contents)));
    expect(problems.join('\n')).toContain(message);
  });

  it('answers with one JSON document when the file is refused', async () => {
    const ended = await shell.run(['config', 'apply', shell.file('clients.yaml', 'clients: 1'), '--json']);
    expect(ended.status).toBe(1);
    expect(jsonOf(ended)).toEqual({
      error: 'Nothing was written: the file has problems.',
      problems: ['clients.yaml:1: clients: must be a list of clients'],
    });
  });

  it.each([
    [['config', 'apply'], "error: missing required argument 'file'"],
    [['config', 'apply', 'nowhere.yaml'], 'nowhere.yaml cannot be read: there is no such file.'],
    [['config', 'apply', '.'], '. cannot be read: it is a folder.'],
    [['config', 'aply', 'x.yaml'], 'Did you mean apply?'],
    [['confg'], 'Did you mean config?'],
  ])('ends %j with status 2 and a hint', async (args, hint) => {
    const { status, stderr, stdout } = await shell.run(args);
    expect(status).toBe(2);
    expect(stderr).toContain(hint);
    expect(stdout).toBe('');
  });
});

describe('a command that cannot reach its storage', () => {
  it('ends with status 75 and one sentence', async () => {
    shell = openShell();
    const { status, stderr, stdout } = await shell.run(['config', 'apply', shell.file('clients.yaml', oneClient)]);
    expect({ status, stdout }).toEqual({ status: 75, stdout: '' });
    expect(stderr).toMatch(/^The storage is unavailable: .*\n$/);
  });
});

/** Nine lists, each ten times the one before. */
function bomb(): string {
  const lists = Array.from(
    { length: 8 },
    (_, n) => `    l${n + 1}: &l${n + 1} [${Array(10).fill(`*l${n}`).join(', ')}]`,
  );
  return ['clients:', '  - client_id: wiki', '    l0: &l0 [x, x]', ...lists].join('\n');
}

async function isSecret(clients: Clients, secret: string): Promise<boolean> {
  return clients.isSecretOf(await clients.get('wiki'), secret);
}
