// That no question of the port walks through all records or sorts them, whatever their number: each engine is asked how it answers.
import { describe, expect, it } from '@jest/globals';
import type { ListQuery } from '../../src/storage/port.ts';
import type { Thing } from '../support/storage-things.ts';
import type { Bench } from './storage-contract.ts';

export interface Plan {
  /** Whether every record is looked at. */
  isWalk: boolean;
  /** Whether what was found is sorted before the first can be given. */
  isSorted: boolean;
  /** The engine's own words, for who reads a failure. */
  told: string;
}

const place = { value: 'b', id: 'm' };
const questions: ListQuery<Thing>[] = [
  { where: { email: 'x' } },
  { where: { group: 'g' } },
  { where: { tags: 't' }, order: 'descending', after: 'm' },
  { where: { group: 'g', size: 1 }, after: 'm' },
  { where: { tags: 't', group: 'g' } },
  { where: { tags: 't', size: 1 }, order: 'descending' },
  { prefix: 'a' },
  { by: 'label' },
  { by: 'label', after: place },
  { by: 'label', order: 'descending', after: place },
  { by: 'label', prefix: 'a', after: place },
  { by: 'label', where: { group: 'g' }, prefix: 'a' },
  { by: 'label', where: { tags: 't' }, after: place, order: 'descending' },
  { by: 'label', where: { tags: 't', group: 'g' }, prefix: 'a', after: place },
];

export function planContract(bench: Bench, planOf: (query: ListQuery<Thing>) => Promise<Plan>): void {
  describe('a question of the port', () => {
    it('is answered from an index that has the order', async () => {
      const fresh = (i: number) => ({
        id: `t${i}`,
        label: `a${i}`,
        group: i % 2 ? 'g' : 'h',
        size: i % 3,
        tags: ['t', `u${i}`],
      });
      await Promise.all(Array.from({ length: 60 }, (_, i) => bench.things.insert(fresh(i))));
      for (const query of questions)
        expect({ query, plan: await planOf(query) }).toMatchObject({ query, plan: { isWalk: false, isSorted: false } });
    });
  });
}
