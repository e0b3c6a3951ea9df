// REL-10: what a power cut may take. SQLite writes the log, we put it on disk and only then answer; what the disk has not taken is not
// acknowledged. Here the disk is told when to answer, and a power cut is the file as it stood at the last answer.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connect, createLogSync, setModes } from '../../src/storage/sqlite-file.ts';
import { createWriteQueue, type WriteQueue } from '../../src/storage/sqlite-queue.ts';

describe('REL-10: a write to the SQLite file', () => {
  let folder: string;
  let db: DatabaseSync;
  let queue: WriteQueue;
  let disk: { answer(): void; refuse(): void }[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-sync-'));
    db = connect(file('live.db'));
    setModes(db, 'live.db');
    db.exec('CREATE TABLE things (id TEXT PRIMARY KEY)');
    disk = [];
    queue = createWriteQueue(db, { where: 'live.db', sync: heldSync });
  });

  afterEach(() => {
    if (db.isOpen) db.close();
    rmSync(folder, { recursive: true });
  });

  function heldSync(): Promise<void> {
    return new Promise((resolve, reject) => {
      disk.push({ answer: resolve, refuse: () => reject(Object.assign(new Error('EIO'), { code: 'EIO' })) });
    });
  }

  function file(name: string): string {
    return join(folder, name);
  }

  function insert(id: string): Promise<string> {
    return queue.write(() => {
      db.prepare('INSERT INTO things VALUES (?)').run(id);
      return id;
    });
  }

  /** Lets every turn pass that needs no answer of the disk. */
  async function settled(): Promise<void> {
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  it('is acknowledged once the disk has it, and not before', async () => {
    const told: string[] = [];
    const write = insert('a').then((id) => told.push(id));
    await settled();
    expect(disk).toHaveLength(1);
    expect(told).toEqual([]);
    disk[0]?.answer();
    await write;
    expect(told).toEqual(['a']);
  });

  it('shares the next round with all that came while the disk worked', async () => {
    const first = insert('a');
    await settled();
    const later = ['b', 'c', 'd'].map(insert);
    await settled();
    expect(disk).toHaveLength(1);
    disk[0]?.answer();
    await first;
    await settled();
    expect(disk).toHaveLength(2);
    disk[1]?.answer();
    expect(await Promise.all(later)).toEqual(['b', 'c', 'd']);
  });

  it('is refused where the disk refused it, and so is every later one', async () => {
    const [first, waiting] = [insert('a'), settled().then(() => insert('b'))];
    await settled();
    await settled();
    disk[0]?.refuse();
    const unavailable = { code: 'storage_unavailable', detail: expect.stringContaining('disk') };
    await expect(first).rejects.toMatchObject(unavailable);
    await expect(waiting).rejects.toMatchObject(unavailable);
    await expect(insert('c')).rejects.toMatchObject(unavailable);
    expect(disk).toHaveLength(1);
  });

  it('survives a power cut once it was acknowledged', async () => {
    const real = createLogSync(db);
    const acknowledged: string[] = [];
    const cuts: { files: string; acknowledged: readonly string[] }[] = [];
    queue = createWriteQueue(db, {
      where: 'live.db',
      sync: async () => {
        await real.sync();
        // Nothing is committed before this answer: the files are what the disk holds.
        const files = `cut-${cuts.length}.db`;
        copyFileSync(file('live.db'), file(files));
        copyFileSync(file('live.db-wal'), file(`${files}-wal`));
        cuts.push({ files, acknowledged: [] });
      },
    });
    await Promise.all(
      Array.from({ length: 40 }, async (_, writer) => {
        for (let n = 0; n < 5; n += 1) {
          acknowledged.push(await insert(`${writer}-${n}`));
          Object.assign(cuts.at(-1) ?? {}, { acknowledged: [...acknowledged] });
        }
      }),
    );
    expect(acknowledged).toHaveLength(200);
    expect(cuts.length).toBeGreaterThan(1);
    for (const cut of cuts) expect(idsIn(file(cut.files))).toEqual(expect.arrayContaining([...cut.acknowledged]));
    real.close();
  });
});

function idsIn(path: string): string[] {
  const db = new DatabaseSync(path);
  const rows = db.prepare('SELECT id FROM things').all();
  db.close();
  return rows.map(({ id }) => String(id));
}
