// `gatehouse backup` and `gatehouse restore`: the store as one file while it is in use, and back again.
import { existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Ended, jsonOf, openShell, type Shell } from '../support/cli.ts';
import { mongodb, sqlite, sqlitePath } from '../support/engines.ts';

describe('a backup of the embedded store', () => {
  let shell: Shell;
  let store: string;
  const at = (name: string) => join(shell.folder, name);
  const backup = (...args: string[]): Promise<Ended> => shell.run(['backup', ...args]);
  const restore = (...args: string[]): Promise<Ended> => shell.run(['restore', ...args]);
  const create = (email: string) =>
    shell.look(({ accounts }) => accounts.create({ email, emailVerified: true, status: 'active' }));
  const people = async () => (await shell.stored()).accounts.map(({ email }) => email).toSorted();

  beforeEach(async () => {
    shell = openShell(sqlite);
    store = sqlitePath(shell.url);
    await create('ada@example.com');
  });
  afterEach(() => shell.close());

  it('is made while the store is open and written to, and is of one moment', async () => {
    const done = await shell.look(async ({ accounts }) => {
      let isDone = false;
      const copied = backup('copy.db', '--json').finally(() => {
        isDone = true;
      });
      for (let n = 0; !isDone; n += 1)
        await accounts.create({ email: `p${n}@example.com`, emailVerified: true, status: 'active' });
      return copied;
    });
    expect([done.status, jsonOf(done)]).toEqual([0, { file: 'copy.db', bytes: statSync(at('copy.db')).size }]);
    expect(statSync(at('copy.db')).mode & 0o777).toBe(0o600);
    const copy = new DatabaseSync(at('copy.db'), { readOnly: true });
    const emails = copy
      .prepare("SELECT doc ->> '$.email' AS email FROM accounts")
      .all()
      .map(({ email }) => String(email));
    expect(copy.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    copy.close();
    // Whoever was there before anybody else was, up to one moment.
    const all = await people();
    const numbers = emails.filter((email) => email.startsWith('p')).map((email) => Number.parseInt(email.slice(1), 10));
    expect(numbers.toSorted((a, b) => a - b)).toEqual(numbers.map((_, n) => n));
    expect(all).toEqual(expect.arrayContaining(emails));
  });

  it('brings everything back as it was, keeps what was there, and is written down', async () => {
    expect((await backup('copy.db')).status).toBe(0);
    await create('bob@example.com');
    const done = await restore('copy.db', '--force', '--json');
    const { formerStorage = '' } = jsonOf<{ formerStorage?: string }>(done);
    expect([done.status, await people()]).toEqual([0, ['ada@example.com']]);
    const former = new DatabaseSync(formerStorage, { readOnly: true });
    expect(former.prepare('SELECT count(*) AS n FROM accounts').get()).toEqual({ n: 2 });
    former.close();
    const { events } = await shell.stored();
    expect(events.map(({ type, actor }) => [type, actor])).toEqual([
      ['storage.backed-up', 'cli'],
      ['storage.restored', 'cli'],
    ]);
    expect(statSync(store).mode & 0o777).toBe(0o600);
    expect(await shell.look(({ audit }) => audit.verify())).toMatchObject({ faults: [] });
  });

  it('can be restored where there is no store yet', async () => {
    await backup('copy.db');
    for (const name of readdirSync(dirname(store)))
      if (name.startsWith(basename(store))) rmSync(join(dirname(store), name));
    const done = await restore('copy.db', '--json');
    expect([done.status, jsonOf(done)]).toEqual([0, { file: 'copy.db', storage: store }]);
    expect(await people()).toEqual(['ada@example.com']);
  });

  it('is not restored over a store that is there, or that a process has open', async () => {
    await backup('copy.db');
    await create('bob@example.com');
    const unforced = await restore('copy.db');
    expect([unforced.status, unforced.stderr]).toEqual([1, expect.stringContaining('add --force')]);
    await shell.look(async () => {
      const open = await restore('copy.db', '--force');
      expect([open.status, open.stderr]).toEqual([75, expect.stringContaining('stop the server first')]);
    });
    expect(await people()).toEqual(['ada@example.com', 'bob@example.com']);
    expect(readdirSync(dirname(store)).filter((name) => /restored|part|before/.test(name))).toEqual([]);
  });

  it.each(['damaged', 'cut off', 'no database'])(
    'takes the place of a store that is %s, whose log does not come along',
    async (fate) => {
      await backup('copy.db');
      const bytes = readFileSync(store);
      if (fate === 'damaged') writeFileSync(store, bytes.fill(0xa5, 0, 8192));
      else if (fate === 'cut off') truncateSync(store, 5000);
      else writeFileSync(store, 'nothing of ours'.repeat(1000));
      writeFileSync(`${store}-wal`, 'a log that is left');
      expect(await restore('copy.db', '--force')).toMatchObject({ status: 0 });
      expect(await people()).toEqual(['ada@example.com']);
    },
  );

  it.each([
    [
      'that is damaged',
      75,
      /damaged/,
      () => writeFileSync(at('copy.db'), readFileSync(at('copy.db')).fill(0xa5, 9000, 40_000)),
    ],
    ['of another program', 75, /no store of Gatehouse/, () => foreign(at('copy.db'))],
    ['that is no database', 75, /no SQLite database/, () => writeFileSync(at('copy.db'), 'words'.repeat(2000))],
    ['of a newer version', 75, /newer Gatehouse/, () => newer(at('copy.db'))],
    ['that is not there', 2, /no such file/, () => rmSync(at('copy.db'))],
  ])('%s is refused, and the store left as it is', async (_, status, why, spoil) => {
    await backup('copy.db');
    spoil();
    const before = readFileSync(store);
    const refused = await restore('copy.db', '--force');
    expect([refused.status, refused.stderr]).toEqual([status, expect.stringMatching(why)]);
    expect(readFileSync(store).equals(before)).toBe(true);
  });

  it('takes no place of a file that is there, nor of the store itself, and has no name before it is whole', async () => {
    writeFileSync(at('copy.db'), 'mine');
    const refused = await backup('copy.db');
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('--force')]);
    expect(readFileSync(at('copy.db'), 'utf8')).toBe('mine');
    expect((await backup('copy.db', '--force')).status).toBe(0);
    for (const command of [backup, restore])
      expect(await command(store, '--force')).toMatchObject({
        status: 2,
        stderr: expect.stringContaining('the store itself'),
      });
    expect((await backup(shell.folder)).status).toBe(2);
    const { child, ended } = shell.start(['backup', 'killed.db']);
    child.kill('SIGKILL');
    await ended;
    expect(existsSync(at('killed.db'))).toBe(false);
  });
});

describe('a backup of MongoDB', () => {
  it.each([
    ['backup', 'mongodump'],
    ['restore', 'mongorestore'],
  ])('is left to its own tools: %s', async (command, tool) => {
    const shell = openShell(sqlite);
    const url = mongodb.available ? mongodb.freshUrl() : 'mongodb://127.0.0.1:1/gatehouse';
    const ended = await shell.run([command, 'copy.db'], { STORAGE_URL: url });
    expect([ended.status, ended.stderr]).toEqual([2, expect.stringContaining(tool)]);
    await shell.close();
  });
});

function foreign(path: string): void {
  rmSync(path);
  const db = new DatabaseSync(path);
  db.exec('CREATE TABLE customers (name TEXT)');
  db.close();
}

function newer(path: string): void {
  const db = new DatabaseSync(path);
  db.exec("UPDATE gatehouse_meta SET value = '999' WHERE key = 'format'");
  db.close();
}
