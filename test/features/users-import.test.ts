// `gatehouse users import`: people come in from another system, whole, once, and able to sign in as before.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { hash as bcryptHash } from 'bcryptjs';
import { generateSecret, generateSync } from 'otplib';
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
        roles: [],
        memberships: [{ organization: 'acme', roles: ['editor'] }],
        emailVerified: true,
        status: 'active',
      });
      expect(JSON.stringify(account)).not.toContain(totpSecret);
      expect(await passwords.verify(account, 'wrong horse', Date.now())).toBe('rejected');
      expect(await passwords.verify(account, 'correct horse', Date.now())).toBe('accepted');
      expect((await accounts.get(account.id))?.passwordHash).toMatch(/^\$argon2id\$/);
      const now = Date.now();
      const code = generateSync({ secret: totpSecret, epoch: Math.floor(now / 1000) });
      expect(await totp.verify(account, code, now)).toMatchObject({ outcome: 'accepted' });
    });
  });

  it('imports everybody once, whatever kills it on the way', async () => {
    const count = 900;
    const path = shell.file('people.jsonl', people(count));
    let before = 0;
    for (const n of [60, 240, 480]) {
      const { child, ended } = shell.start(['users', 'import', path]);
      await untilThere(`person-${n}@example.com`);
      child.kill('SIGKILL');
      expect((await ended).signal).toBe('SIGKILL');
      before = (await shell.stored()).accounts.length;
    }
    expect(before).toBeLessThan(count);
    const last = jsonOf<Summary>(await shell.run(['users', 'import', path, '--json']));
    // What was on its way to a database server at the kill may arrive there after we counted.
    expect(last.alreadyThere).toBeGreaterThanOrEqual(before);
    expect(last.imported).toBeGreaterThan(0);
    expect({ ...last, alreadyThere: last.alreadyThere + last.imported }).toMatchObject({
      alreadyThere: count,
      rejected: 0,
    });
    const { accounts, events } = await shell.stored();
    expect(accounts).toHaveLength(count);
    expect(new Set(accounts.map(({ emailCanonical }) => emailCanonical)).size).toBe(count);
    expect(accounts.every(({ passwordHash, totp }) => passwordHash === weakHash && totp !== undefined)).toBe(true);
    const subjects = events.map(({ type, subject, actor }) => `${type} ${subject} ${actor}`).sort();
    expect(subjects).toEqual(accounts.map(({ id }) => `account.imported ${id} cli`).sort());
  }, 120_000);

  it('imports everybody once when it is started twice', async () => {
    const path = shell.file('people.jsonl', people(400));
    const both = await Promise.all([1, 2].map(() => shell.start(['users', 'import', path, '--json']).ended));
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

  it('shows no bar and no colour where nobody looks', async () => {
    const { stderr } = await shell.run(['users', 'import', shell.file('people.jsonl', people(100))]);
    expect(stderr).toBe('');
  });
});

function people(count: number): string {
  const one = { givenName: 'Ana', roles: ['reader'], passwordHash: weakHash, totpSecret: 'JBSWY3DPEHPK3PXP' };
  return jsonLines(...Array.from({ length: count }, (_, n) => ({ email: `person-${n}@example.com`, ...one })));
}
