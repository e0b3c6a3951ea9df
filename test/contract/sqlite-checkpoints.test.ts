// The write-ahead log is copied back by a thread of its own: the event loop neither copies nor waits for it, and the log stays small
// though it never rests.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { Collection, Storage } from '../../src/storage/port.ts';
import { createSqliteStorage } from '../../src/storage/sqlite.ts';
import { eventually } from '../support/eventually.ts';

const schema = z.object({ id: z.string(), text: z.string() });
type Thing = z.output<typeof schema>;

/** `wal_autocheckpoint`: what is copied before is copied by the thread. */
const ownWayAtPages = 16_000;

describe('the log of the SQLite file', () => {
  let folder: string;
  let path: string;
  let storage: Storage;
  let things: Collection<Thing>;
  let onlooker: DatabaseSync;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-checkpoints-'));
    path = join(folder, 'things.db');
    storage = createSqliteStorage({ path });
    things = storage.collection<Thing>({ name: 'things', schema });
    await storage.open();
    onlooker = new DatabaseSync(path, { readOnly: false });
  });

  afterEach(async () => {
    onlooker.close();
    await storage.close();
    rmSync(folder, { recursive: true });
  });

  /** Looks only (sqlite.org/pragma.html#pragma_wal_checkpoint). */
  function log(): { log: number; checkpointed: number } {
    return onlooker.prepare('PRAGMA wal_checkpoint(NOOP)').get() as { log: number; checkpointed: number };
  }

  async function write(count: number, from = 0): Promise<void> {
    const text = 'x'.repeat(2000);
    const ids = Array.from({ length: count }, (_, n) => String(from + n));
    await Promise.all(ids.map((id) => things.put({ id, text })));
  }

  it('is left alone while little is written', async () => {
    await write(900);
    expect(log()).toEqual(expect.objectContaining({ checkpointed: 0 }));
  });

  it('is copied back after a thousand writes, long before SQLite would do it in the event loop', async () => {
    await write(1100);
    const copied = await eventually(log, ({ checkpointed }) => checkpointed > 500);
    expect(copied.log).toBeLessThan(ownWayAtPages);
  });

  it('begins anew while writing goes on', async () => {
    let most = 0;
    for (let round = 0; round < 40; round += 1) {
      await write(1000, (round % 4) * 1000);
      most = Math.max(most, log().log);
    }
    // Forty thousand pages at the least were written.
    expect(most).toBeLessThan(ownWayAtPages);
    await expect(things.get('3999')).resolves.toEqual(expect.objectContaining({ id: '3999' }));
  });

  it('leaves one whole file behind, also when it is closed in the middle', async () => {
    await write(3000);
    await storage.close();
    const copy = new DatabaseSync(path);
    expect(copy.prepare('SELECT count(*) AS n FROM things').get()?.n).toBe(3000);
    expect(copy.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    copy.close();
  });
});
