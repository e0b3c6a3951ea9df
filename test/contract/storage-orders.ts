import { describe, expect, it } from '@jest/globals';
import type { ListQuery } from '../../src/storage/port.ts';
import type { Thing } from '../support/storage-things.ts';
import type { Bench } from './storage-contract.ts';
import { inOrder } from './storage-queries.ts';

export function orderContract(bench: Bench): void {
  async function fill(records: Thing[]): Promise<void> {
    await Promise.all(records.toReversed().map((record) => bench.things.insert(record)));
  }

  /** Page by page to the end. */
  async function idsOf(query: ListQuery<Thing>): Promise<string[]> {
    const found: string[] = [];
    for (let after = query.after; ; ) {
      const page = await bench.things.list({ ...query, ...(after === undefined ? {} : { after }) });
      found.push(...page.map(({ id }) => id));
      const last = page.at(-1);
      if (!last || page.length < (query.limit ?? 100)) return found;
      after = query.by === undefined ? last.id : { value: last.label ?? '', id: last.id };
    }
  }

  describe('a list by a field', () => {
    it('stands in code point order of the field, the same ones by id, without those that lack it', async () => {
      await fill([...inOrder.map((label, i) => ({ id: `${9 - (i % 10)}-${i}`, label })), { id: 'none' }]);
      await fill(['z', 'x', 'y'].map((id) => ({ id, label: 'a' })));
      const found = await bench.things.list({ by: 'label' });
      expect(found.map(({ label }) => label)).toEqual(
        inOrder.flatMap((label) => (label === 'a' ? Array(4).fill('a') : [label])),
      );
      expect(found.filter(({ label }) => label === 'a').map(({ id }) => id)).toEqual(['5-4', 'x', 'y', 'z']);
    });

    it.each(['ascending', 'descending'] as const)('pages without gap or repetition, %s', async (order) => {
      await fill(
        Array.from({ length: 23 }, (_, i) => ({
          id: String(i + 10),
          label: 'aab'[i % 3] ?? '',
          group: i % 2,
          tags: ['t'],
        })),
      );
      const whole = await idsOf({ by: 'label', order });
      expect(whole).toHaveLength(23);
      for (const limit of [1, 4, 23]) expect(await idsOf({ by: 'label', order, limit })).toEqual(whole);
      const odd = await idsOf({ by: 'label', where: { group: 1 }, order });
      expect(odd).toEqual(whole.filter((id) => Number(id) % 2 === 1));
      for (const where of [{ group: 1 }, { tags: 't', group: 1 }])
        expect(await idsOf({ by: 'label', where, order, limit: 3 })).toEqual(odd);
      expect(await idsOf({ by: 'label', where: { tags: 't' }, order, limit: 5 })).toEqual(whole);
    });

    it('goes on where it was when the last one of a page is gone or moved', async () => {
      await fill(['a', 'b', 'c', 'd'].map((label) => ({ id: label, label })));
      const after = { value: 'b', id: 'b' };
      await bench.things.update('b', (old) => ({ ...old, label: 'x' }));
      expect(await idsOf({ by: 'label', after })).toEqual(['c', 'd', 'b']);
      await bench.things.delete('b');
      expect(await idsOf({ by: 'label', after })).toEqual(['c', 'd']);
    });

    it('follows what is written: changed, put anew, without the field, deleted', async () => {
      await fill(['a', 'b', 'c', 'd'].map((label) => ({ id: label, label, tags: ['t'], group: 'g' })));
      await bench.things.update('a', (old) => ({ ...old, label: 'e' }));
      await bench.things.put({ id: 'b', label: 'f', tags: ['t'] });
      await bench.things.update('c', ({ label: _none, ...old }) => old);
      await bench.things.delete('d');
      expect(await idsOf({ by: 'label', where: { tags: 't' } })).toEqual(['a', 'b']);
      expect(await idsOf({ by: 'label', where: { tags: 't', group: 'g' } })).toEqual(['a']);
      expect(await idsOf({ where: { tags: 't' } })).toEqual(['a', 'b', 'c']);
    });

    it('is refused where it is not declared for just these conditions, or the place does not fit it', async () => {
      const refused: ListQuery<Thing>[] = [
        { by: 'email' },
        { by: 'payload' },
        { by: '__proto__' as never },
        { by: 'label', where: { size: 1 } },
        { by: 'label', where: { tags: 't', size: 1 } },
        { by: 'label', after: 'a' },
        { after: { value: 'a', id: 'a' } },
      ];
      for (const query of refused)
        await expect(bench.things.list(query)).rejects.toMatchObject({ code: 'invalid_input' });
      await expect(bench.things.insert({ id: 'a', label: 5 as never })).rejects.toMatchObject({
        code: 'invalid_input',
      });
    });
  });

  describe('a prefix', () => {
    it('finds in code point order, case-sensitive', async () => {
      await fill(inOrder.map((label, i) => ({ id: String(i + 10), label })));
      const labels = async (prefix: string) => (await bench.things.list({ by: 'label', prefix })).map((r) => r.label);
      expect(await labels('a')).toEqual(['a', 'aa', 'ab']);
      expect(await labels('A')).toEqual(['A']);
      expect(await labels('\u{fffd}')).toEqual(['\u{fffd}']);
      expect(await labels('')).toEqual(inOrder);
    });

    it.each(['%', '_', '*', '"', '\\', '\n', 'a\u{d7ff}', 'a\u{10ffff}', '.', '$', '^'])(
      'takes %j for itself',
      async (sign) => {
        const labels = [`${sign}x`, 'x', `x${sign}`, sign, 'a\u{e000}'];
        await fill(labels.map((label, i) => ({ id: String(i + 1), label })));
        expect(await idsOf({ by: 'label', prefix: sign })).toEqual(['4', '1']);
      },
    );

    it('goes with equality and pages, both ways, and with the id', async () => {
      await fill(
        ['a1', 'a2', 'a3', 'b1'].map((id) => ({ id, label: id, group: id === 'a2' ? 'other' : 'g', tags: ['t'] })),
      );
      for (const by of [undefined, 'label'] as const) {
        const query = { prefix: 'a', ...(by && { by }) };
        const after = by ? { value: 'a1', id: 'a1' } : 'a1';
        expect(await idsOf({ ...query, where: { group: 'g' }, limit: 1, after })).toEqual(['a3']);
        expect(await idsOf({ ...query, where: { tags: 't' }, after })).toEqual(['a2', 'a3']);
        expect(await idsOf({ ...query, order: 'descending', limit: 2 })).toEqual(['a3', 'a2', 'a1']);
        expect(await idsOf({ ...query, after: by ? { value: '', id: '' } : '' })).toEqual(['a1', 'a2', 'a3']);
        expect(await idsOf({ ...query, after: by ? { value: 'b1', id: '' } : 'b1' })).toEqual([]);
      }
    });
  });
}
