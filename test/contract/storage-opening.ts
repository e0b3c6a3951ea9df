import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { CollectionSpec } from '../../src/storage/port.ts';
import { startWorker } from '../support/storage-process.ts';
import { type Thing, thingSchema, things } from '../support/storage-things.ts';
import type { Bench } from './storage-contract.ts';

export function openingContract(bench: Bench): void {
  /** Opens the same store with another declaration, as the next version of the program would. */
  async function upgraded(spec: CollectionSpec<Thing>) {
    const storage = await bench.store.connect();
    const collection = storage.collection(spec);
    await storage.open();
    return { storage, collection };
  }

  const early: CollectionSpec<Thing> = { name: 'early-things', schema: thingSchema };

  describe('open', () => {
    it('finds what was written before', async () => {
      await bench.things.insert({ id: 'a', email: 'a@example.com', tags: ['t'] });
      await bench.storage.close();
      const { storage, collection } = await upgraded(things);
      expect(await collection.find('tags', 't')).toEqual({ id: 'a', email: 'a@example.com', tags: ['t'] });
      await storage.close();
    });

    it('makes newly declared fields work for the records already there', async () => {
      const before = await upgraded(early);
      await before.collection.insert({ id: 'a', email: 'a@example.com', group: 5, tags: ['x', 'y'], endsAt: 5 });
      await before.collection.insert({ id: 'b', group: '5', tags: ['y'] });
      const after = await upgraded({ ...things, name: early.name });
      expect(await after.collection.find('tags', 'y')).toMatchObject({ id: 'b' });
      expect(await after.collection.find('group', '5')).toMatchObject({ id: 'b' });
      expect((await after.collection.due(5, 10)).map((r) => r.id)).toEqual(['a']);
      expect(await after.collection.get('a')).toBeUndefined();
      await after.collection.insert({ id: 'c', email: 'c@example.com' });
      await expect(after.collection.insert({ id: 'd', email: 'c@example.com' })).rejects.toMatchObject({
        code: 'duplicate',
      });
      await Promise.all([before.storage.close(), after.storage.close()]);
    });

    it('lets a node of the version before go on writing, and finds what it writes', async () => {
      const before = await upgraded(early);
      const after = await upgraded({
        ...early,
        unique: ['email'],
        index: ['group'],
        indexEach: ['tags'],
        expiresAt: 'endsAt',
      });
      await before.collection.insert({ id: 'a', email: 'a@example.com', group: 'g', tags: ['x'], endsAt: 1 });
      await before.collection.insert({ id: 'b', email: 'b@example.com', group: 'g', tags: ['x'] });
      await before.collection.update('b', (old) => ({ ...old, tags: ['z'] }));
      expect(await after.collection.find('tags', 'x')).toBeUndefined();
      expect(await after.collection.find('tags', 'z')).toMatchObject({ id: 'b' });
      expect(await after.collection.find('group', 'g')).toMatchObject({ id: 'b' });
      expect(await after.collection.due(1, 1)).toHaveLength(1);
      await Promise.all([before.storage.close(), after.storage.close()]);
    });

    it('lets go of uniqueness that is no longer declared', async () => {
      const before = await upgraded({ ...early, unique: ['email'] });
      await before.collection.insert({ id: 'a', email: 'same' });
      await before.storage.close();
      const after = await upgraded({ ...early, index: ['email'] });
      await after.collection.insert({ id: 'b', email: 'same' });
      expect(await after.collection.count({ email: 'same' })).toBe(2);
      await after.storage.close();
    });

    it('refuses a newly declared uniqueness that the records do not have, and says of which field', async () => {
      const before = await upgraded(early);
      await before.collection.insert({ id: 'a', email: 'same-value' });
      await before.collection.insert({ id: 'b', email: 'same-value' });
      const storage = await bench.store.connect();
      storage.collection({ ...early, unique: ['email'] });
      const error = await storage.open().catch((e: Error) => e);
      expect(error).toMatchObject({
        code: 'storage_unavailable',
        detail: expect.stringMatching(/two records of early-things .*email/),
      });
      expect(inspect(error, { depth: 20 })).not.toContain('same-value');
      expect(await before.collection.count()).toBe(2);
      await before.storage.close();
    });

    it('is done by several processes at the same moment on a store that does not exist', async () => {
      await bench.storage.close();
      await bench.store.drop();
      const workers = await Promise.all([1, 2, 3].map(() => startWorker({ url: bench.store.url, task: 'leave' })));
      for (const worker of workers) worker.tell('go');
      await Promise.all(workers.map((worker) => worker.end()));
      const { storage, collection } = await upgraded(things);
      await collection.insert({ id: 'a', tags: ['t'] });
      expect(await collection.find('tags', 't')).toEqual({ id: 'a', tags: ['t'] });
      await storage.close();
    });

    it('may be called twice', async () => {
      await bench.storage.open();
      await bench.storage.ping();
    });
  });

  describe('a storage that is not open', () => {
    it('answers storage_unavailable', async () => {
      const storage = await bench.store.connect();
      const collection = storage.collection(things);
      await expect(collection.get('a')).rejects.toMatchObject({ code: 'storage_unavailable' });
      await expect(collection.insert({ id: 'a' })).rejects.toMatchObject({ code: 'storage_unavailable' });
      await expect(storage.ping()).rejects.toMatchObject({ code: 'storage_unavailable' });
      await storage.close();
    });
  });

  describe('collection', () => {
    it('refuses a declaration that cannot be kept', async () => {
      const storage = await bench.store.connect();
      const schema = z.object({ id: z.string(), Email: z.string(), email: z.string() });
      expect(() => storage.collection({ ...early, name: 'Not Kebab' })).toThrow(/kebab-case/);
      expect(() => storage.collection({ ...early, name: 'a"; DROP TABLE x' })).toThrow(/kebab-case/);
      expect(() => storage.collection({ ...early, keepExpired: true })).toThrow(/expiresAt/);
      expect(() => storage.collection({ ...early, indexEach: ['tags'], index: ['tags'] })).toThrow(/tags/);
      expect(() => storage.collection({ name: 'x', schema, index: ['Email', 'email'] })).toThrow(/case/);
      storage.collection(early);
      expect(() => storage.collection(early)).toThrow(/twice/);
      expect(() => bench.storage.collection(early)).toThrow(/after open/);
    });
  });
}
