import { describe, expect, it } from '@jest/globals';
import type { Thing } from '../support/storage-things.ts';
import { type Bench, setClock } from './storage-contract.ts';

const noon = Date.UTC(2030, 0, 1, 12);

export function expiryContract(bench: Bench): void {
  const ending: Thing = { id: 'a', email: 'a@example.com', group: 'g', tags: ['t'], endsAt: noon };

  describe('an expired record', () => {
    it('is there until the moment, and gone at the moment, for every reader', async () => {
      setClock(noon - 1);
      await bench.things.insert(ending);
      expect(await sight(bench)).toEqual({
        got: true,
        found: true,
        foundByTag: true,
        listed: 1,
        counted: 1,
        changed: true,
      });
      setClock(noon);
      expect(await sight(bench)).toEqual({
        got: false,
        found: false,
        foundByTag: false,
        listed: 0,
        counted: 0,
        changed: false,
      });
    });

    it('does not hide the living behind it', async () => {
      setClock(noon);
      await bench.things.insert(ending);
      await bench.things.insert({ id: 'b', group: 'g', tags: ['t'], endsAt: noon + 1 });
      await bench.things.insert({ id: 'c', group: 'g', tags: ['t'] });
      expect(await bench.things.find('group', 'g')).toMatchObject({ id: 'b' });
      expect((await bench.things.list({ where: { tags: 't' }, limit: 1 })).map((r) => r.id)).toEqual(['b']);
      expect(await bench.things.count()).toBe(2);
    });

    it('frees its id for insert', async () => {
      setClock(noon);
      await bench.things.insert(ending);
      await bench.things.insert({ id: 'a', size: 7 });
      expect(await bench.things.get('a')).toEqual({ id: 'a', size: 7 });
    });

    it.each(['insert', 'put'] as const)('frees its unique values for %s', async (verb) => {
      setClock(noon);
      await bench.things.insert({ ...ending, id: 'a', email: 'a@example.com' });
      await bench.things.insert({ ...ending, id: 'b', email: undefined, handle: 1 });
      await bench.things[verb]({ id: 'c', email: 'a@example.com', handle: 1 });
      expect(await bench.things.find('email', 'a@example.com')).toMatchObject({ id: 'c' });
      expect(await bench.things.find('handle', 1)).toMatchObject({ id: 'c' });
    });

    it('frees its unique values for update', async () => {
      setClock(noon);
      await bench.things.insert(ending);
      await bench.things.insert({ id: 'b' });
      await bench.things.update('b', (old) => ({ ...old, email: 'a@example.com' }));
      expect(await bench.things.find('email', 'a@example.com')).toMatchObject({ id: 'b' });
    });

    it('frees nothing that a living record holds as well', async () => {
      setClock(noon);
      await bench.things.insert(ending);
      await bench.things.insert({ id: 'b', handle: 1 });
      await expect(bench.things.insert({ id: 'c', email: 'a@example.com', handle: 1 })).rejects.toMatchObject({
        code: 'duplicate',
      });
    });

    it('is freed to exactly one of many', async () => {
      setClock(noon);
      await bench.things.insert(ending);
      const tries = Array.from({ length: 50 }, (_, i) => bench.things.insert({ id: `n${i}`, email: 'a@example.com' }));
      const settled = await Promise.allSettled(tries);
      expect(settled.filter((s) => s.status === 'fulfilled')).toHaveLength(1);
      for (const s of settled) if (s.status === 'rejected') expect(s.reason).toMatchObject({ code: 'duplicate' });
    });

    it('is freed even while a sweeper takes it away', async () => {
      setClock(noon);
      for (let round = 0; round < 40; round += 1) {
        await bench.things.put(ending);
        const next = { id: `n${round}`, email: 'a@example.com', endsAt: noon };
        await Promise.all([bench.things.insert(next), bench.things.delete('a')]);
        await Promise.all([bench.things.put({ ...next, id: `p${round}` }), bench.things.delete(next.id)]);
      }
    });

    it('can still be deleted, one or many, and is counted then', async () => {
      setClock(noon);
      await bench.things.insert(ending);
      await bench.things.insert({ id: 'b', group: 'g', endsAt: noon });
      expect(await bench.things.delete('a')).toBe(true);
      expect(await bench.things.deleteMany('group', 'g')).toBe(1);
    });

    it('comes to life by no change, but by put', async () => {
      setClock(noon);
      await bench.things.insert(ending);
      expect(await bench.things.update('a', (old) => ({ ...old, endsAt: noon + 1000 }))).toBeUndefined();
      await bench.things.put({ ...ending, endsAt: noon + 1000 });
      expect(await bench.things.get('a')).toMatchObject({ endsAt: noon + 1000 });
    });
  });

  describe('an expired record whose owner must still act on it', () => {
    it('stays readable, changeable and holds its unique values until deleted', async () => {
      setClock(noon);
      await bench.kept.insert(ending);
      expect(await bench.kept.get('a')).toEqual(ending);
      expect(await bench.kept.find('group', 'g')).toEqual(ending);
      expect(await bench.kept.list()).toEqual([ending]);
      expect(await bench.kept.count({ tags: 't' })).toBe(1);
      expect(await bench.kept.update('a', (old) => ({ ...old, size: 1 }))).toMatchObject({ size: 1 });
      await expect(bench.kept.insert({ id: 'b', email: 'a@example.com' })).rejects.toMatchObject({ code: 'duplicate' });
      await expect(bench.kept.insert({ id: 'a' })).rejects.toMatchObject({ code: 'duplicate' });
      await bench.kept.delete('a');
      await bench.kept.insert({ id: 'b', email: 'a@example.com' });
    });
  });

  describe('due', () => {
    it('gives what is at or before the moment, earliest first, expired or not', async () => {
      setClock(noon);
      const records = [
        { id: 'c', endsAt: noon - 1 },
        { id: 'b', endsAt: noon + 5 },
        { id: 'a', endsAt: noon + 5 },
        { id: 'd', endsAt: noon + 6 },
        { id: 'e' },
        { id: 'f', endsAt: -3.5 },
      ];
      for (const collection of [bench.things, bench.kept]) {
        for (const record of records) await collection.insert(record);
        expect((await collection.due(noon + 5, 10)).map((r) => r.id)).toEqual(['f', 'c', 'a', 'b']);
        expect((await collection.due(noon + 5, 2)).map((r) => r.id)).toEqual(['f', 'c']);
        expect(await collection.due(-4, 10)).toEqual([]);
        expect((await collection.due(Number.POSITIVE_INFINITY, 10)).map((r) => r.id)).not.toContain('e');
      }
    });

    it('follows a change of the time', async () => {
      setClock(noon);
      await bench.things.insert({ id: 'a', endsAt: noon + 1 });
      await bench.things.update('a', (old) => ({ ...old, endsAt: noon + 9 }));
      expect(await bench.things.due(noon + 8, 10)).toEqual([]);
      await bench.things.update('a', (old) => ({ ...old, endsAt: undefined }));
      expect(await bench.things.due(noon + 10, 10)).toEqual([]);
    });
  });
}

async function sight({ things }: Bench) {
  return {
    got: (await things.get('a')) !== undefined,
    found: (await things.find('email', 'a@example.com')) !== undefined,
    foundByTag: (await things.find('tags', 't')) !== undefined,
    listed: (await things.list({ where: { group: 'g' } })).length,
    counted: await things.count({ group: 'g' }),
    changed: (await things.update('a', (old) => ({ ...old, size: 1 }))) !== undefined,
  };
}
