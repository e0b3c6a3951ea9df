// What happens when another process holds the SQLite file, or the disk has no room left.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { describe, expect, it } from '@jest/globals';
import { sqlite } from '../support/engines.ts';
import { startWorker } from '../support/storage-process.ts';
import { openFresh, useBench } from './storage-contract.ts';

describe("another process's lock on the SQLite file", () => {
  const bench = useBench(() => openFresh(sqlite));

  it('is waited for without stopping the event loop', async () => {
    const holder = await startWorker({ url: bench.store.url, task: 'lock' });
    holder.tell('go');
    await holder.until('locked');
    const expectFreeLoop = watchLoop();
    const written = [bench.things.insert({ id: 'a' }), bench.storage.ping()];
    const first = await Promise.race([...written, new Promise((resolve) => setTimeout(resolve, 700, 'still waiting'))]);
    expect(first).toBe('still waiting');
    expect(await bench.things.get('a')).toBeUndefined();
    holder.tell('let go');
    await Promise.all(written);
    expectFreeLoop();
    expect(await bench.things.get('a')).toEqual({ id: 'a' });
    await holder.kill();
  });

  it('ends a write with storage_unavailable after five seconds, and nothing of it is there', async () => {
    const holder = await startWorker({ url: bench.store.url, task: 'lock' });
    holder.tell('go');
    await holder.until('locked');
    const expectFreeLoop = watchLoop();
    const begun = performance.now();
    const writes = Array.from({ length: 200 }, (_, i) => bench.things.insert({ id: `t${i}` }));
    const settled = await Promise.allSettled(writes);
    const took = performance.now() - begun;
    expectFreeLoop();
    expect(took).toBeGreaterThan(4900);
    expect(took).toBeLessThan(5500);
    for (const s of settled) expect(s).toMatchObject({ status: 'rejected', reason: { code: 'storage_unavailable' } });
    holder.tell('let go');
    await holder.until('released');
    await bench.things.insert({ id: 'after' });
    expect(await bench.things.count()).toBe(1);
    await holder.kill();
  });

  it('holds up opening in the same way', async () => {
    const holder = await startWorker({ url: bench.store.url, task: 'lock' });
    holder.tell('go');
    await holder.until('locked');
    const other = await bench.store.connect();
    const opened = other.open();
    holder.tell('let go');
    await opened;
    await other.close();
    await holder.kill();
  });
});

describe('a disk without room', () => {
  const bench = useBench(() => openFresh(sqlite));

  // The smaller one stays in SQLite's cache until COMMIT and fails there, the larger one fails while it is being written.
  it.each([1_300_000, 3_000_000])(
    'ends a write of %d characters with storage_unavailable, leaves no half of it, and goes on',
    async (length) => {
      const worker = await startWorker({
        url: bench.store.url,
        task: 'overfill',
        argument: length,
        fileLimitKb: 1024,
      });
      worker.tell('go');
      await worker.end();
      expect(worker.said.slice(1, 5)).toEqual(['storage_unavailable', 'absent', 'written', 'there']);
      expect(await bench.things.get('small')).toMatchObject({ id: 'small' });
      expect(await bench.things.get('large')).toBeUndefined();
    },
  );
});

/** Starts to watch how long the event loop stands still. SQLite's own waiting would stop it for the whole time; a single long
 *  turn may also be the machine's doing, so only a very long one counts. */
function watchLoop(): () => void {
  const histogram = monitorEventLoopDelay({ resolution: 2 });
  histogram.enable();
  return () => {
    histogram.disable();
    expect(histogram.percentile(90) / 1e6).toBeLessThan(50);
    expect(histogram.max / 1e6).toBeLessThan(2000);
  };
}
