import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from '@jest/globals';
import { createRules } from '../../src/storage/rules.ts';
import { createSqliteStorage } from '../../src/storage/sqlite.ts';
import { timeColumn } from '../../src/storage/sqlite-schema.ts';
import { listStatement } from '../../src/storage/sqlite-where.ts';
import { sqlite, sqlitePath } from '../support/engines.ts';
import { startWorker } from '../support/storage-process.ts';
import { count, type Thing, things } from '../support/storage-things.ts';
import { openFresh, storageContract, useBench } from './storage-contract.ts';
import { planContract } from './storage-plans.ts';

storageContract('SQLite', sqlite);

describe('the plans of SQLite', () => {
  const bench = useBench(() => openFresh(sqlite));
  const { query: checked } = createRules(things);

  planContract(bench, async (query) => {
    const db = new DatabaseSync(sqlitePath(bench.store.url));
    const { sql, values } = listStatement(things.name, {
      ...checked(query),
      alive: { column: timeColumn('endsAt'), now: 0 },
    });
    const steps = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values);
    db.close();
    const told = steps.map(({ detail }) => detail).join('; ');
    // An index that is gone through from its one end to the other is what a list of all in its order asks for.
    const isWholeList = !query.where && !query.prefix && !query.after;
    return { isWalk: /SCAN/.test(told) && !isWholeList, isSorted: /TEMP B-TREE/.test(told), told };
  });
});

describe('SQLite in memory', () => {
  it('keeps the same promises until it is closed', async () => {
    const storage = createSqliteStorage({ path: ':memory:' });
    const collection = storage.collection(things);
    await storage.open();
    await collection.insert({ id: 'a', tags: ['t'] });
    await Promise.all(Array.from({ length: 20 }, () => collection.update('a', count)));
    expect(await collection.find('tags', 't')).toMatchObject({ size: 20 });
    await storage.close();
  });
});

describe('the SQLite file', () => {
  const bench = useBench(() => openFresh(sqlite));
  const path = () => sqlitePath(bench.store.url);

  /** What `open` says of the file as it stands. */
  async function refusal(): Promise<unknown> {
    const storage = createSqliteStorage({ path: path() });
    storage.collection(things);
    return storage.open().then(
      () => storage.close().then(() => 'opened'),
      (error) => error,
    );
  }

  async function fill(): Promise<Thing[]> {
    const records = Array.from({ length: 300 }, (_, i) => ({
      id: `t${i}`,
      email: `${i}@example.com`,
      payload: 'x'.repeat(400),
    }));
    await Promise.all(records.map((record) => bench.things.insert(record)));
    return records;
  }

  it('can be read by its owner alone, and so can the folder made for it', async () => {
    const deep = `${dirname(path())}/new/folder/gatehouse.sqlite`;
    const storage = createSqliteStorage({ path: deep });
    storage.collection(things);
    await storage.open();
    await storage.ping();
    for (const file of [deep, `${deep}-wal`, `${deep}-shm`]) expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(deep)).mode & 0o777).toBe(0o700);
    await storage.close();
  });

  it('is closed to others again when a restored copy was left open to them', async () => {
    await bench.storage.close();
    chmodSync(path(), 0o644);
    await refusal();
    expect(statSync(path()).mode & 0o777).toBe(0o600);
  });

  it('is in WAL mode, synced at each commit', async () => {
    const db = new DatabaseSync(path());
    expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    db.close();
  });

  it('holds everything by itself after close', async () => {
    const records = await fill();
    await bench.storage.close();
    expect(existsSync(`${path()}-wal`)).toBe(false);
    const copy = `${dirname(path())}/copy.sqlite`;
    copyFileSync(path(), copy);
    const storage = createSqliteStorage({ path: copy });
    const collection = storage.collection(things);
    await storage.open();
    expect(await collection.count()).toBe(records.length);
    await storage.close();
  });

  it('is refused with advice when it is no SQLite database', async () => {
    await bench.storage.close();
    writeFileSync(path(), 'not a database at all, but long enough to have a head of its own'.repeat(50));
    expect(await refusal()).toMatchObject({
      code: 'storage_unavailable',
      detail: expect.stringMatching(/gatehouse\.sqlite: .*restore the latest backup/),
    });
  });

  it('is refused with advice when pages are damaged, and left as it was', async () => {
    await fill();
    await bench.storage.close();
    const bytes = readFileSync(path());
    bytes.fill(0xa5, 4096 * 3, 4096 * 8);
    writeFileSync(path(), bytes);
    expect(await refusal()).toMatchObject({
      code: 'storage_unavailable',
      detail: expect.stringMatching(/damaged: .*restore/),
    });
    expect(readFileSync(path()).equals(bytes)).toBe(true);
  });

  it('is refused with advice when its end is missing', async () => {
    await fill();
    await bench.storage.close();
    truncateSync(path(), Math.floor(statSync(path()).size / 2));
    expect(await refusal()).toMatchObject({
      code: 'storage_unavailable',
      detail: expect.stringMatching(/damaged: .*restore/),
    });
  });

  it('is refused, and left as it was, when it belongs to another program', async () => {
    await bench.storage.close();
    await bench.store.drop();
    mkdirSync(dirname(path()));
    const db = new DatabaseSync(path());
    db.exec('CREATE TABLE customers (name TEXT)');
    db.close();
    const before = readFileSync(path());
    expect(await refusal()).toMatchObject({
      code: 'storage_unavailable',
      detail: expect.stringContaining('another program'),
    });
    expect(readFileSync(path()).equals(before)).toBe(true);
  });

  it('is refused, and left as it was, when a newer version wrote it', async () => {
    await bench.storage.close();
    const db = new DatabaseSync(path());
    db.exec("UPDATE gatehouse_meta SET value = '999' WHERE key = 'format'");
    db.close();
    const before = readFileSync(path());
    expect(await refusal()).toMatchObject({
      code: 'storage_unavailable',
      detail: expect.stringMatching(/newer Gatehouse \(format 999/),
    });
    expect(readFileSync(path()).equals(before)).toBe(true);
  });

  it.each(['folder', 'folder/below/a/file'])('is refused when the path is no place for a file (%s)', async (name) => {
    const base = dirname(path());
    if (name === 'folder') mkdirSync(`${base}/folder`);
    else writeFileSync(`${base}/folder`, '');
    const storage = createSqliteStorage({ path: `${base}/${name}` });
    await expect(storage.open()).rejects.toMatchObject({
      code: 'storage_unavailable',
      detail: expect.stringContaining(name),
    });
  });

  it.each(['missing', 'empty'])('is refused with advice when it is %s and its log is still there', async (fate) => {
    const worker = await startWorker({ url: bench.store.url, task: 'write', argument: 'w' });
    worker.tell('go');
    await worker.next();
    await worker.kill();
    const log = readFileSync(`${path()}-wal`);
    await bench.storage.close();
    if (fate === 'missing') rmSync(path());
    else truncateSync(path(), 0);
    writeFileSync(`${path()}-wal`, log);
    expect(await refusal()).toMatchObject({
      code: 'storage_unavailable',
      detail: expect.stringMatching(/-wal is there: restore/),
    });
    expect(readFileSync(`${path()}-wal`).equals(log)).toBe(true);
  });

  it('can be opened by the same adapter once the fault is mended', async () => {
    await fill();
    await bench.storage.close();
    const whole = readFileSync(path());
    const storage = createSqliteStorage({ path: path() });
    const collection = storage.collection(things);
    writeFileSync(path(), 'broken'.repeat(1000));
    await expect(storage.open()).rejects.toMatchObject({ code: 'storage_unavailable' });
    writeFileSync(path(), whole);
    await storage.open();
    expect(await collection.count()).toBe(300);
    await storage.close();
  });
});
