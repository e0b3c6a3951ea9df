// `gatehouse users export`: people for other programs, and nobody's secrets.
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { jsonOf, openShell, type Shell } from '../support/cli.ts';
import { engines } from '../support/engines.ts';

const weakHash = '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4';
const totpSecret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const count = 620;

describe.each(engines.filter(({ available }) => available))('users export on $name', (engine) => {
  let shell: Shell;
  const read = (name: string) => readFileSync(join(shell.folder, name), 'utf8');

  beforeAll(async () => {
    shell = openShell(engine);
    const people = Array.from({ length: count }, (_, n) => ({
      email: `person-${n}@example.com`,
      givenName: n === 0 ? '=HYPERLINK("evil")' : 'Ana',
      familyName: n === 1 ? 'Silva, "the first"' : 'Silva',
      ...(n % 2 ? { organization: 'acme', roles: ['admin', 'editor'] } : {}),
      passwordHash: weakHash,
      totpSecret,
    }));
    const file = shell.file('in.jsonl', people.map((person) => `${JSON.stringify(person)}\n`).join(''));
    expect(jsonOf(await shell.run(['users', 'import', file, '--json']))).toMatchObject({ imported: count });
  }, 60_000);
  afterAll(() => shell.close());

  it('writes everybody once, as the API shows them, for its owner alone to read, and says so in the log', async () => {
    const ended = await shell.run(['users', 'export', 'all.jsonl', '--json']);
    expect([ended.status, jsonOf(ended)]).toEqual([0, { file: 'all.jsonl', people: count }]);
    expect(statSync(join(shell.folder, 'all.jsonl')).mode & 0o777).toBe(0o600);
    const people = read('all.jsonl')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(new Set(people.map(({ email }) => email)).size).toBe(count);
    expect(people.find(({ email }) => email === 'person-1@example.com')).toMatchObject({
      familyName: 'Silva, "the first"',
      organizations: [{ id: 'acme', roles: ['admin', 'editor'] }],
      mfa: { active: true },
      status: 'active',
    });
    const events = await shell.look(({ audit }) => audit.search({ type: 'accounts.exported' }));
    expect(events).toMatchObject([{ actor: 'cli', result: 'success', detail: {} }]);
  });

  it('holds no hash and no secret, in either form', async () => {
    await shell.run(['users', 'export', 'secret.jsonl']);
    await shell.run(['users', 'export', 'secret.csv']);
    const { accounts } = await shell.stored();
    for (const text of [read('secret.jsonl'), read('secret.csv')])
      for (const secret of ['argon2', totpSecret, accounts[0]?.totp?.secret ?? 'none', 'passwordHash'])
        expect(text).not.toContain(secret);
  });

  it('writes a table of one firm, in which nothing is a formula', async () => {
    const ended = await shell.run(['users', 'export', 'acme.csv', '--organization', 'acme']);
    expect([ended.status, ended.stdout]).toEqual([0, `acme.csv: ${count / 2} people\n`]);
    const rows: Record<string, string>[] = parse(read('acme.csv'), { columns: true });
    expect(rows).toHaveLength(count / 2);
    expect(rows.find(({ email }) => email === 'person-1@example.com')).toMatchObject({
      familyName: 'Silva, "the first"',
      organizations: 'acme:admin;acme:editor',
      instanceRoles: '',
      mfa: 'true',
    });
    await shell.run(['users', 'export', 'all.csv']);
    expect(read('all.csv')).toContain(`"'=HYPERLINK(""evil"")"`);
  });

  it('takes those of a status alone', async () => {
    expect(jsonOf(await shell.run(['users', 'export', 'none.csv', '--status', 'suspended', '--json']))).toMatchObject({
      people: 0,
    });
    expect(read('none.csv').split('\r\n')).toEqual([expect.stringMatching(/^id,email,/), '']);
  });

  it('takes no place of a file that is there, unless told to, and leaves nothing half-done', async () => {
    writeFileSync(join(shell.folder, 'there.jsonl'), 'mine');
    const refused = await shell.run(['users', 'export', 'there.jsonl']);
    expect([refused.status, refused.stderr, read('there.jsonl')]).toEqual([
      1,
      expect.stringContaining('--force'),
      'mine',
    ]);
    expect((await shell.run(['users', 'export', 'there.jsonl', '--force'])).status).toBe(0);
    expect(read('there.jsonl')).not.toContain('mine');
    const { child, ended } = shell.start(['users', 'export', 'killed.jsonl']);
    child.kill('SIGKILL');
    await ended;
    expect(existsSync(join(shell.folder, 'killed.jsonl'))).toBe(false);
  });

  it.each([
    [['people.txt'], 2, 'must end in .jsonl'],
    [['no/such/folder/people.csv'], 2, 'cannot be written: ENOENT'],
    [['people.csv', '--organization', 'zeta'], 1, 'no organization zeta'],
    [['people.csv', '--status', 'deleted'], 2, 'Allowed choices'],
  ])('refuses %j with status %i', async (args, status, why) => {
    const ended = await shell.run(['users', 'export', ...args]);
    expect([ended.status, ended.stderr]).toEqual([status, expect.stringContaining(why)]);
  });
});
