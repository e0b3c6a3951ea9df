// `gatehouse users import`: people come in from another system, whole, once, and able to sign in as before.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { hash as bcryptHash } from 'bcryptjs';
import { generateSecret, generateSync } from 'otplib';
import { accountOf, checkLine } from '../../src/commands/import-line.ts';
import { type Ended, jsonOf, openShell, type Shell } from '../support/cli.ts';
import { engines, sqlite } from '../support/engines.ts';

interface Summary {
  dryRun: boolean;
  lines: number;
  imported: number;
  withoutPassword: number;
  alreadyThere: number;
  rejected: number;
  rejects: { line: number; reason: string }[];
}

const weakHash = '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4';

let shell: Shell;

function jsonLines(...people: unknown[]): string {
  return people.map((person) => `${JSON.stringify(person)}\n`).join('');
}

const importing = (name: string, contents: string | Buffer, ...more: string[]): Promise<Ended> =>
  shell.run(['users', 'import', shell.file(name, contents), '--json', ...more]);

const importJson = async (contents: string | Buffer): Promise<Summary> =>
  jsonOf<Summary>(await importing('people.jsonl', contents));

describe.each(engines.filter(({ available }) => available))('users import on $name', (engine) => {
  beforeEach(() => {
    shell = openShell(engine);
  });
  afterEach(() => shell.close());

  it('lets a person sign in with the password and the second factor of the old system', async () => {
    const totpSecret = generateSecret({ length: 20 });
    const passwordHash = await bcryptHash('correct horse', 4);
    const person = {
      email: 'Ana@Example.com',
      givenName: 'Ana',
      familyName: 'Silva',
      organization: 'acme',
      roles: ['editor'],
      passwordHash,
      totpSecret,
      emailVerified: true,
    };
    expect(await importJson(jsonLines(person))).toMatchObject({ imported: 1, rejected: 0 });
    await shell.look(async ({ accounts, passwords, totp }) => {
      const account = await accounts.findByEmail('ana@example.com');
      if (!account) throw new Error('Ana is not there');
      expect(account).toMatchObject({
        givenName: 'Ana',
        familyName: 'Silva',
        organization: 'acme',
        roles: ['editor'],
        emailVerified: true,
        status: 'active',
      });
      expect(JSON.stringify(account)).not.toContain(totpSecret);
      expect(await passwords.verify(account, 'wrong horse', Date.now())).toBe('rejected');
      expect(await passwords.verify(account, 'correct horse', Date.now())).toBe('accepted');
      expect((await accounts.get(account.id))?.passwordHash).toMatch(/^\$argon2id\$/);
      const now = Date.now();
      expect(await totp.verify(account, generateSync({ secret: totpSecret, epoch: Math.floor(now / 1000) }), now)).toBe(
        'accepted',
      );
    });
  });

  it('imports everybody once, whatever kills it on the way', async () => {
    const count = 3000;
    const path = shell.file('people.jsonl', people(count));
    const seenAtKills: number[] = [];
    for (const [n, size] of [
      [200, 1],
      [900, 2],
      [1800, 3],
    ] as const) {
      const { child, ended } = shell.start(['users', 'import', path]);
      await untilThere(`person-${n}@example.com`);
      child.kill('SIGKILL');
      expect((await ended).signal).toBe('SIGKILL');
      seenAtKills.push((await shell.stored()).accounts.length);
      expect(seenAtKills).toHaveLength(size);
    }
    const atLastKill = seenAtKills.at(-1) ?? 0;
    expect(atLastKill).toBeLessThan(count);
    const { alreadyThere, imported, rejected } = jsonOf<Summary>(await shell.run(['users', 'import', path, '--json']));
    expect({ alreadyThere, imported, rejected }).toEqual({
      alreadyThere: atLastKill,
      imported: count - atLastKill,
      rejected: 0,
    });
    const { accounts, events } = await shell.stored();
    expect(accounts).toHaveLength(count);
    expect(new Set(accounts.map(({ emailCanonical }) => emailCanonical)).size).toBe(count);
    expect(accounts.every(({ passwordHash, totp }) => passwordHash === weakHash && totp !== undefined)).toBe(true);
    const subjects = events.map(({ type, subject, actor }) => `${type} ${subject} ${actor}`).sort();
    expect(subjects).toEqual(accounts.map(({ id }) => `account.imported ${id} cli`).sort());
  });

  it('imports everybody once when it is started twice', async () => {
    const path = shell.file('people.jsonl', people(400));
    const both = await Promise.all([1, 2].map(() => shell.run(['users', 'import', path, '--json'])));
    const [one, other] = both.map((ended) => jsonOf<Summary>(ended).imported);
    expect((one ?? 0) + (other ?? 0)).toBe(400);
    expect((await shell.stored()).accounts).toHaveLength(400);
  });

  it('takes the first of two lines with one address, however they are written', async () => {
    const twice = Array.from({ length: 50 }, (_, n) => [
      { email: `p${n}@example.com`, givenName: 'First' },
      { email: ` P${n}@EXAMPLE.com`, givenName: 'Second' },
    ]).flat();
    expect(await importJson(jsonLines(...twice))).toMatchObject({ lines: 100, imported: 50, alreadyThere: 50 });
    const { accounts } = await shell.stored();
    expect(new Set(accounts.map(({ givenName }) => givenName))).toEqual(new Set(['First']));
  });

  /** Looks again and again, as fast as the storage answers. */
  async function untilThere(email: string): Promise<void> {
    await shell.look(async ({ accounts }) => {
      while (!(await accounts.findByEmail(email))) await new Promise((resolve) => setImmediate(resolve));
    });
  }
});

describe('users import', () => {
  beforeEach(() => {
    shell = openShell(sqlite);
  });
  afterEach(() => shell.close());

  it('works beside a running server on the same file', async () => {
    await shell.look(async ({ accounts }) => {
      expect(await importJson(jsonLines({ email: 'ana@example.com' }))).toMatchObject({ imported: 1 });
      expect(await accounts.findByEmail('ana@example.com')).toMatchObject({ status: 'invited' });
      await accounts.create({ email: 'ben@example.com', emailVerified: false, status: 'invited' });
    });
  });

  it('leaves people without a password outside until they are invited, and says so', async () => {
    const { stdout } = await shell.run([
      'users',
      'import',
      shell.file('people.jsonl', jsonLines({ email: 'ana@example.com' })),
    ]);
    expect(stdout).toContain('without a password  1 (they cannot sign in until they are invited)');
    const { accounts } = await shell.stored();
    expect(accounts).toMatchObject([{ status: 'invited', emailVerified: false, roles: [] }]);
    expect(accounts[0]).not.toHaveProperty('temporaryPassword');
    expect(accounts[0]).not.toHaveProperty('passwordHash');
  });

  it('leaves an account that is there as it is', async () => {
    await importJson(jsonLines({ email: 'ana@example.com', givenName: 'Ana' }));
    const before = await shell.stored();
    expect(
      await importJson(jsonLines({ email: 'ANA@example.com', givenName: 'Eve', passwordHash: weakHash })),
    ).toMatchObject({ imported: 0, alreadyThere: 1, rejected: 0 });
    expect(await shell.stored()).toEqual(before);
  });

  it('writes nothing with --dry-run, and counts as the import will', async () => {
    const lines = jsonLines({ email: 'ana@example.com' }, { email: 'Ana@example.com' }, { email: 'nobody' });
    const dry = jsonOf<Summary>(await importing('people.jsonl', lines, '--dry-run'));
    expect((await shell.stored()).accounts).toEqual([]);
    expect(await importJson(lines)).toEqual({ ...dry, dryRun: false });
    expect(dry).toMatchObject({ dryRun: true, lines: 3, imported: 1, alreadyThere: 1, rejected: 1 });
  });

  it('imports the good lines, lists the bad ones by number, and ends with status 1', async () => {
    const contents = Buffer.concat([
      Buffer.from('\ufeff{"email":"ana@example.com"}\r\n\r\n{"email":"ben@example.com"\r\n'),
      Buffer.from(`{"email":"${'x'.repeat(1024 * 1024)}@example.com"}\n`),
      Buffer.from([0x7b, 0xff, 0x7d, 0x0a]),
      Buffer.from('{"email":"cleo@example.com"}'),
    ]);
    const ended = await importing('people.ndjson', contents);
    expect(ended.status).toBe(1);
    expect(jsonOf<Summary>(ended)).toMatchObject({
      lines: 5,
      imported: 2,
      rejects: [
        { line: 3, reason: expect.stringMatching(/^the line is not JSON/) },
        { line: 4, reason: 'the line has more than 65536 bytes' },
        { line: 5, reason: 'the line is not UTF-8 text' },
      ],
    });
    expect(ended.stderr).toContain('people.ndjson:4: the line has more than 65536 bytes\n');
  });

  it('reads CSV with quotes, commas and lists', async () => {
    const csv = `\ufeffemail,givenName,familyName,roles,emailVerified,passwordHash\r
ana@example.com,Ana,"Silva, ""the elder""",editor; reader,TRUE,"${weakHash}"\r
ben@example.com,,,,,\r
cleo@example.com,"Cleo\r
dan@example.com,Dan\r
"fay@example.com",Fay,Faust,,no,\r
`;
    const summary = jsonOf<Summary>(await importing('people.csv', csv));
    expect(summary.rejects).toEqual([
      { line: 4, reason: 'a quote is in the wrong place or not closed' },
      { line: 5, reason: 'the line has 2 cells, the header has 6 (a value with a comma needs quotes)' },
      { line: 6, reason: 'emailVerified: must be true or false' },
    ]);
    const { accounts } = await shell.stored();
    const ana = accounts.find(({ email }) => email === 'ana@example.com');
    expect(accounts).toHaveLength(2);
    expect(ana).toMatchObject({
      familyName: 'Silva, "the elder"',
      roles: ['editor', 'reader'],
      emailVerified: true,
      passwordHash: weakHash,
    });
  });

  it.each([
    ['people.csv', '', 'people.csv: there is no header row.'],
    ['people.csv', 'email,colour\n', 'people.csv: the header row is wrong: "colour" is not known; fields are email,'],
    ['people.csv', 'email;givenName\n', 'separated by commas.'],
    ['people.csv', 'givenName\n', 'people.csv: the header row is wrong: "email" is missing.'],
    ['people.csv', 'email,email\n', 'people.csv: the header row is wrong: a field is named twice.'],
    ['people.json', '[]', 'people.json: the name must end in .jsonl or .ndjson'],
  ])('refuses %s with %j as a whole, with status 2', async (name, contents, message) => {
    const ended = await importing(name, contents);
    expect(ended.status).toBe(2);
    expect(ended.stderr).toContain(message);
    expect(jsonOf(ended).error).toContain(message);
  });

  it('ends with status 75 and says how to go on when the storage goes away', async () => {
    await shell.close();
    shell = openShell();
    const { status, stderr } = await importing('people.jsonl', jsonLines({ email: 'ana@example.com' }));
    expect(status).toBe(75);
    expect(stderr).toMatch(/^The storage is unavailable: /);
  });

  it('shows no bar and no colour where nobody looks', async () => {
    const { stderr } = await shell.run(['users', 'import', shell.file('people.jsonl', people(100))]);
    expect(stderr).toBe('');
  });
});

describe('a line', () => {
  const email = 'ana@example.com';
  const withKey = (line: string) => JSON.parse(line) as unknown;

  it.each([
    ['no object', 'ana', 'the line is not a JSON object'],
    ['a list', [email], 'the line is not a JSON object'],
    ['no address', { givenName: 'Ana' }, 'email: is missing'],
    ['an empty address', { email: '' }, 'email: is missing'],
    ['an address that is a number', { email: 7 }, 'email: must be text'],
    ['no address at all', { email: 'ana' }, 'email: is not an email address'],
    ['two addresses', { email: 'a@example.com, b@example.com' }, 'email: is not an email address'],
    ['an address that is two when folded', { email: 'a\uff20b@example.com' }, 'email: is not an email address'],
    ['an address with NUL', { email: 'a\0b@example.com' }, 'email: is not an email address'],
    ['a field that we do not know', { email, password: 'x' }, 'has a field that is not known: "password"'],
    [
      'a prototype name',
      withKey('{"email":"ana@example.com","__proto__":{"roles":["owner"]}}'),
      'has a field that is not known: "__proto__"',
    ],
    ['a name with a line break', { email, givenName: 'Ana\nBoss' }, 'givenName: must have no control characters'],
    ['a name with NUL', { email, familyName: 'a\0b' }, 'familyName: must have no control characters'],
    ['half a surrogate pair', { email, familyName: '\ud800' }, 'familyName: must have no control characters'],
    ['a long name', { email, familyName: '😀'.repeat(101) }, 'familyName: must have 100 characters or less'],
    ['roles that are text', { email, roles: 'reader' }, 'roles: must be a list'],
    [
      'the role that rules the instance',
      { email, roles: ['owner'] },
      'roles: must not have "owner": `gatehouse admin recover --make-owner` gives it',
    ],
    [
      'a password',
      { email, passwordHash: 'correct horse' },
      'passwordHash: is of no kind that is known: argon2, bcrypt, scrypt or PBKDF2',
    ],
    [
      'a hash that was cut off',
      { email, passwordHash: '$scrypt$ln=4,r=8,p=1$c2FsdA$A' },
      'passwordHash: is of no kind',
    ],
    [
      'a hash that costs nothing',
      { email, passwordHash: '$pbkdf2-sha256$i=0$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA' },
      'passwordHash: is of no kind',
    ],
    [
      'a TOTP secret that is not base32',
      { email, totpSecret: 'JBSWY3DPEHPK3PX1' },
      'totpSecret: must be base32 of 80 to 512 bits',
    ],
    ['a short TOTP secret', { email, totpSecret: 'JBSWY3DPEHPK' }, 'totpSecret: must be base32 of 80 to 512 bits'],
    ['a verified address that is text', { email, emailVerified: 'true' }, 'emailVerified: must be true or false'],
    ['two faults', { email: 'ana', roles: 1 }, 'email: is not an email address; roles: must be a list'],
  ])('with %s is rejected', (_, value, reason) => {
    expect(checkLine(value)).toEqual({ reason: expect.stringContaining(reason) });
  });

  it.each([
    [
      'null and empty text for what is left out',
      { email, givenName: null, familyName: '', roles: null, passwordHash: '' },
    ],
    ['blanks around the address', { email: '  ana@example.com ' }],
    ['an address in another script', { email: 'ана@пример.example' }],
    [
      'a bcrypt hash with dots in it',
      { email, passwordHash: '$2b$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2' },
    ],
    ['the least secret, as people write it', { email, totpSecret: 'jbsw y3dp-ehpk 3pxp' }],
    ['a secret with padding', { email, totpSecret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY======' }],
  ])('with %s is taken', (_, value) => {
    expect(checkLine(value)).toHaveProperty('person');
  });

  it('with a short TOTP secret gives the codes that the phone shows', () => {
    const checked = checkLine({ email, totpSecret: 'JBSWY3DPEHPK3PXP' });
    if ('reason' in checked) throw new Error(checked.reason);
    const sealed: string[] = [];
    accountOf(checked.person, { id: 'x', seal: (secret) => sealed.push(secret).toString(), now: 0 });
    // RFC 6238's algorithm for this secret at Unix time 0.
    expect(generateSync({ secret: sealed[0] ?? '', epoch: 0 })).toBe('282760');
  });
});

function people(count: number): string {
  const one = { givenName: 'Ana', roles: ['reader'], passwordHash: weakHash, totpSecret: 'JBSWY3DPEHPK3PXP' };
  return jsonLines(...Array.from({ length: count }, (_, n) => ({ email: `person-${n}@example.com`, ...one })));
}
