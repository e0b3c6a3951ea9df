import { describe, expect, it } from '@jest/globals';
import type { Thing } from '../support/storage-things.ts';
import type { Bench } from './storage-contract.ts';

/** In code point order; JavaScript's own order would put the emoji before U+FFFD. */
export const inOrder = ['', '!', 'A', 'Z', 'a', 'aa', 'ab', 'b', 'é', '\u{fffd}', '\u{1f600}'];

export function queryContract(bench: Bench): void {
  async function fill(records: Thing[]): Promise<void> {
    for (const record of records.toReversed()) await bench.things.insert(record);
  }

  function ids(records: Thing[]): string[] {
    return records.map((record) => record.id);
  }

  describe('find', () => {
    it('finds by the id, a unique field, an indexed field and one value of a list', async () => {
      const record = { id: 'a', email: 'a@example.com', group: true, tags: ['x', 'y', 'y'] };
      await bench.things.insert(record);
      await bench.things.insert({ id: 'b' });
      expect(await bench.things.find('id', 'a')).toEqual(record);
      expect(await bench.things.find('email', 'a@example.com')).toEqual(record);
      expect(await bench.things.find('group', true)).toEqual(record);
      expect(await bench.things.find('tags', 'y')).toEqual(record);
      expect(await bench.things.find('email', 'A@example.com')).toBeUndefined();
    });

    it('gives the record with the lowest id', async () => {
      await fill([
        { id: 'a', group: 'g', tags: ['t'] },
        { id: 'b', group: 'g', tags: ['t'] },
      ]);
      expect(await bench.things.find('group', 'g')).toMatchObject({ id: 'a' });
      expect(await bench.things.find('tags', 't')).toMatchObject({ id: 'a' });
    });

    it('refuses a field that is not declared', async () => {
      for (const field of ['payload', 'endsAt', 'constructor', '__proto__', 'doc', 'email.x'] as never[]) {
        await expect(bench.things.find(field, 'x')).rejects.toMatchObject({ code: 'invalid_input' });
        await expect(bench.things.deleteMany(field, 'x')).rejects.toMatchObject({ code: 'invalid_input' });
        await expect(bench.things.list({ where: Object.fromEntries([[field, 'x']]) })).rejects.toMatchObject({
          code: 'invalid_input',
        });
        await expect(bench.things.count(Object.fromEntries([[field, 'x']]))).rejects.toMatchObject({
          code: 'invalid_input',
        });
      }
    });
  });

  describe('list', () => {
    it('orders by id in code point order and pages without gap or repetition', async () => {
      await fill(inOrder.map((id) => ({ id })));
      expect(ids(await bench.things.list())).toEqual(inOrder);
      const pages: string[] = [];
      for (let after: string | undefined; ; after = pages.at(-1)) {
        const page = ids(await bench.things.list({ limit: 3, ...(after !== undefined && { after }) }));
        pages.push(...page);
        if (page.length < 3) break;
      }
      expect(pages).toEqual(inOrder);
    });

    it('pages through those that match alone', async () => {
      await fill(
        Array.from({ length: 20 }, (_, i) => ({
          id: String(i + 10),
          group: i % 2,
          tags: i % 3 ? ['x'] : ['x', 'third'],
        })),
      );
      expect(ids(await bench.things.list({ where: { group: 1 }, after: '15', limit: 3 }))).toEqual(['17', '19', '21']);
      expect(ids(await bench.things.list({ where: { tags: 'third' }, after: '15', limit: 3 }))).toEqual([
        '16',
        '19',
        '22',
      ]);
      expect(ids(await bench.things.list({ where: { tags: 'third', group: 1 } }))).toEqual(['13', '19', '25']);
    });

    it('lists backwards, page by page, by a field and by one of a list', async () => {
      await fill(inOrder.map((id, i) => ({ id, group: i % 2, tags: i % 3 ? ['x'] : ['x', 'third'] })));
      const order = 'descending' as const;
      expect(ids(await bench.things.list({ order }))).toEqual([...inOrder].reverse());
      const all = ids(await bench.things.list({ where: { group: 1 } })).reverse();
      expect(ids(await bench.things.list({ where: { group: 1 }, order, limit: 2 }))).toEqual(all.slice(0, 2));
      const after = all[1] ?? '';
      expect(ids(await bench.things.list({ where: { group: 1 }, order, after }))).toEqual(all.slice(2));
      const third = ids(await bench.things.list({ where: { tags: 'third' } })).reverse();
      expect(ids(await bench.things.list({ where: { tags: 'third' }, order, limit: 2 }))).toEqual(third.slice(0, 2));
      const next = { after: third[0] ?? '', order };
      expect(ids(await bench.things.list({ where: { tags: 'third' }, ...next }))).toEqual(third.slice(1));
    });

    it('asks by several fields at once', async () => {
      await fill([
        { id: 'a', group: 'g', size: 1 },
        { id: 'b', group: 'g', size: 2 },
        { id: 'c', group: 'h', size: 1 },
      ]);
      expect(ids(await bench.things.list({ where: { group: 'g', size: 1 } }))).toEqual(['a']);
      expect(ids(await bench.things.list({ where: { id: 'c', size: 1 } }))).toEqual(['c']);
      expect(ids(await bench.things.list({ where: { id: 'c', size: 2 } }))).toEqual([]);
    });

    it.each([0, -1, 1001, 1.5, Number.NaN, '10' as never])('refuses the limit %p', async (limit) => {
      await expect(bench.things.list({ limit })).rejects.toMatchObject({ code: 'invalid_input' });
      await expect(bench.things.due(0, limit)).rejects.toMatchObject({ code: 'invalid_input' });
    });

    it('gives 100 where no limit is named, and up to 1,000', async () => {
      await Promise.all(Array.from({ length: 1001 }, (_, i) => bench.things.insert({ id: `t${i}` })));
      expect(await bench.things.list()).toHaveLength(100);
      expect(await bench.things.list({ limit: 1000 })).toHaveLength(1000);
    });
  });

  describe('count', () => {
    it('counts all, or those that match', async () => {
      await fill([
        { id: 'a', group: 'g', tags: ['x'] },
        { id: 'b', group: 'g' },
        { id: 'c', group: 'h', tags: ['x'] },
      ]);
      expect(await bench.things.count()).toBe(3);
      expect(await bench.things.count({ group: 'g' })).toBe(2);
      expect(await bench.things.count({ group: 'g', tags: 'x' })).toBe(1);
    });

    it('stops at a bound', async () => {
      await fill(['a', 'b', 'c'].map((id) => ({ id, tags: ['x'] })));
      expect(await bench.things.count({ tags: 'x' }, 2)).toBe(2);
      expect(await bench.things.count({ tags: 'x' }, 4)).toBe(3);
      expect(await bench.things.count({}, 1)).toBe(1);
      for (const atMost of [0, -1, 1.5, Number.NaN])
        await expect(bench.things.count({}, atMost)).rejects.toMatchObject({ code: 'invalid_input' });
    });
  });
}
