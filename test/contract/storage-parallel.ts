import { describe, expect, it } from '@jest/globals';
import { count, keptThings, things } from '../support/storage-things.ts';
import type { Bench } from './storage-contract.ts';

export function parallelContract(bench: Bench): void {
  describe('parallel callers', () => {
    it('lose none of 50 updates of one record', async () => {
      await bench.things.insert({ id: 'a' });
      await Promise.all(Array.from({ length: 50 }, () => bench.things.update('a', count)));
      expect(await bench.things.get('a')).toEqual({ id: 'a', size: 50 });
    });

    it('lose none of 60 updates of one record through three adapters', async () => {
      const others = [await bench.store.connect(), await bench.store.connect()];
      const collections = [bench.things, ...others.map((storage) => storage.collection(things))];
      await Promise.all(others.map((storage) => storage.open()));
      await bench.things.insert({ id: 'a' });
      await Promise.all(Array.from({ length: 60 }, (_, i) => collections[i % 3]?.update('a', count)));
      expect(await bench.things.get('a')).toEqual({ id: 'a', size: 60 });
      await Promise.all(others.map((storage) => storage.close()));
    });

    it('use a single-use record once, out of 200', async () => {
      await bench.things.insert({ id: 'a' });
      const uses = Array.from({ length: 200 }, (_, i) =>
        bench.things.update('a', (old) => (old.size === undefined ? { ...old, size: i } : undefined)),
      );
      const won = (await Promise.all(uses)).filter((used) => used !== undefined);
      expect(won).toHaveLength(1);
      expect(await bench.things.get('a')).toEqual(won[0]);
    });

    it('insert one id once, out of 50', async () => {
      const settled = await Promise.allSettled(
        Array.from({ length: 50 }, (_, size) => bench.things.insert({ id: 'a', size })),
      );
      expect(settled.filter((s) => s.status === 'fulfilled')).toHaveLength(1);
      for (const s of settled) if (s.status === 'rejected') expect(s.reason).toMatchObject({ code: 'duplicate' });
    });

    it('insert one unique value once, out of 50, and nobody else suffers', async () => {
      const writes = Array.from({ length: 50 }, (_, i) => [
        bench.things.insert({ id: `clash${i}`, email: 'same@example.com' }),
        bench.things.insert({ id: `fine${i}`, email: `${i}@example.com` }),
      ]);
      const settled = await Promise.allSettled(writes.flat());
      expect(settled.filter((s) => s.status === 'fulfilled')).toHaveLength(51);
      expect(await bench.things.count()).toBe(51);
    });

    it('insert one value of a unique list once, out of 30', async () => {
      const settled = await Promise.allSettled(
        Array.from({ length: 30 }, (_, i) => bench.kept.insert({ id: `k${i}`, keys: ['same', `own${i}`] })),
      );
      expect(settled.filter((s) => s.status === 'fulfilled')).toHaveLength(1);
      expect(await bench.kept.count({ keys: 'same' })).toBe(1);
    });

    it('put one record 50 times without an error, and one of them is what stays', async () => {
      await Promise.all(Array.from({ length: 50 }, (_, size) => bench.things.put({ id: 'a', size })));
      expect((await bench.things.get('a'))?.size).toBeGreaterThanOrEqual(0);
      expect(await bench.things.count()).toBe(1);
    });

    it('delete one record once, out of 50', async () => {
      await bench.things.insert({ id: 'a' });
      const deleted = await Promise.all(Array.from({ length: 50 }, () => bench.things.delete('a')));
      expect(deleted.filter(Boolean)).toHaveLength(1);
    });

    it('do not take a record deleted and made again for the old one', async () => {
      await bench.things.insert({ id: 'a', group: 'old' });
      const [other] = [await bench.store.connect()];
      const same = other.collection(things);
      await other.open();
      const replacing = (async () => {
        await same.delete('a');
        await same.insert({ id: 'a', group: 'new' });
      })();
      const changes = Array.from({ length: 20 }, () => bench.things.update('a', count));
      await Promise.all([replacing, ...changes]);
      expect(await bench.things.get('a')).toMatchObject({ group: 'new' });
      await other.close();
    });
  });

  describe('close', () => {
    it('finishes what was accepted and refuses what comes later', async () => {
      const storage = await bench.store.connect();
      const collection = storage.collection(things);
      storage.collection(keptThings);
      await storage.open();
      const accepted = Array.from({ length: 300 }, (_, i) => collection.insert({ id: `t${i}` }));
      const closed = storage.close();
      await expect(collection.insert({ id: 'late' })).rejects.toMatchObject({ code: 'storage_unavailable' });
      await expect(collection.get('t1')).rejects.toMatchObject({ code: 'storage_unavailable' });
      await expect(storage.ping()).rejects.toMatchObject({ code: 'storage_unavailable' });
      await Promise.all([...accepted, closed]);
      await storage.close();
      expect(await bench.things.count()).toBe(300);
    });
  });
}
