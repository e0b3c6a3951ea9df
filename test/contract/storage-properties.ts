import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isDomainError } from '../../src/platform/errors.ts';
import type { Collection, FieldValue } from '../../src/storage/port.ts';
import type { Thing } from '../support/storage-things.ts';
import { type Bench, setClock } from './storage-contract.ts';
import { createModel } from './storage-model.ts';

const start = Date.UTC(2030, 0, 1);

const anyText = fc.oneof(
  fc.constantFrom('', 'a', 'A', 'aa', 'b', 'é', '\u{fffd}', '\u{1f600}', '"', '\\', '\n', '$gt'),
  fc.string({ unit: 'binary', maxLength: 4 }),
);
const text = anyText.filter((t) => !t.includes('\0') && t.isWellFormed());
const value: fc.Arbitrary<FieldValue> = fc.constantFrom('a', 'aa', '5', 'true', 5, 1, 0, -1.5, true, false);
const id = fc.constantFrom('a', 'B', 'é', '\u{fffd}', '\u{1f600}', '$x');
const moment = fc.integer({ min: 0, max: 12 }).map((n) => start + n);
const forbidden = /"(__proto__|constructor|prototype)":|\\u0000|\\ud[89a-f]/;
const json = fc
  .jsonValue({ maxDepth: 3, stringUnit: 'binary' })
  .map((made) => JSON.stringify(made))
  .filter((made) => !forbidden.test(made))
  .map((made) => JSON.parse(made));

const label = fc.oneof(fc.constantFrom('a', 'a b', 'aa', 'b'), text);
const fields = {
  label,
  email: fc.constantFrom('x', 'y', 'z'),
  handle: value,
  group: fc.oneof(value, text),
  tags: fc.array(fc.constantFrom('s', 't', 'u'), { maxLength: 4 }),
  size: fc.integer({ min: 0, max: 3 }),
  endsAt: moment,
  payload: json,
};
const thing: fc.Arbitrary<Thing> = fc.record({ id, ...fields }, { requiredKeys: ['id'], noNullPrototype: true });

const where = fc.record(
  { group: value, handle: value, size: fields.size, email: fields.email, tags: fc.constantFrom('s', 't'), id },
  { requiredKeys: [], noNullPrototype: true },
);
const order = fc.constantFrom('ascending', 'descending');
const page = { prefix: text, order, limit: fc.integer({ min: 1, max: 5 }) };
const byId = fc.record({ where, after: fc.oneof(id, text), ...page }, { requiredKeys: [], noNullPrototype: true });
const byLabel = fc.record(
  {
    by: fc.constant('label'),
    where: fc.record({ group: value, tags: fc.constantFrom('s', 't') }, { requiredKeys: [], noNullPrototype: true }),
    after: fc.record({ value: label, id }, { noNullPrototype: true }),
    ...page,
  },
  { requiredKeys: ['by'], noNullPrototype: true },
);
const query = fc.oneof(byId, byLabel);
const equality = fc.oneof(
  fc.tuple(fc.constantFrom('group', 'handle'), value),
  fc.tuple(fc.constant('tags'), fc.constantFrom('s', 't')),
  fc.tuple(fc.constant('id'), id),
);

type Model = ReturnType<typeof createModel>;
type Answer = [expected: unknown, found: unknown];
type Step = (model: Model, real: Collection<Thing>) => Promise<Answer> | Answer;

/** Each verb with arguments to draw, done to the model and to the engine. */
const steps = fc.oneof(
  { weight: 5, arbitrary: verb('insert', thing, async (t, m, r) => [m.insert(t), await outcome(r.insert(t))]) },
  { weight: 3, arbitrary: verb('put', thing, async (t, m, r) => [m.put(t), await outcome(r.put(t))]) },
  {
    weight: 4,
    arbitrary: verb('update', thing, async (t, m, r) => {
      const change = (old: Thing) => (old.size === 3 ? undefined : { ...old, ...t });
      return [m.update(t.id, change) ?? 'done', await outcome(r.update(t.id, change))];
    }),
  },
  { weight: 3, arbitrary: verb('clock', moment, (at) => [setClock(at), undefined]) },
  { weight: 4, arbitrary: verb('list', query, async (q, m, r) => [m.list(q as object), await r.list(q as object)]) },
  { weight: 1, arbitrary: verb('get', id, async (i, m, r) => [m.get(i), await r.get(i)]) },
  { weight: 1, arbitrary: verb('delete', id, async (i, m, r) => [m.deleteMany('id', i) === 1, await r.delete(i)]) },
  {
    weight: 1,
    arbitrary: verb('deleteMany', equality, async ([f, v], m, r) => [
      m.deleteMany(f as 'group', v),
      await r.deleteMany(f as 'group', v),
    ]),
  },
  {
    weight: 2,
    arbitrary: verb('find', equality, async ([f, v], m, r) => [
      m.list({ where: { [f]: v } })[0],
      await r.find(f as 'group', v),
    ]),
  },
  { weight: 1, arbitrary: verb('count', where, async (w, m, r) => [m.list({ where: w }).length, await r.count(w)]) },
  { weight: 1, arbitrary: verb('due', moment, async (at, m, r) => [m.due(at, 3), await r.due(at, 3)]) },
);

export function propertyContract(bench: Bench): void {
  describe('any sequence of verbs', () => {
    it.each([false, true])('has the same outcome as in a simple model (keepExpired: %p)', async (keepExpired) => {
      const property = fc.asyncProperty(fc.array(steps, { minLength: 5, maxLength: 40 }), async (sequence) => {
        setClock(start);
        const real = keepExpired ? bench.kept : bench.things;
        for (const known of ['a', 'B', 'é', '\u{fffd}', '\u{1f600}', '$x']) await real.delete(known);
        const model = createModel({ keepExpired });
        for (const { run } of sequence) {
          const [expected, found] = await run(model, real);
          expect(found).toEqual(expected);
        }
        expect(await real.list()).toEqual(model.list({}));
      });
      await fc.assert(property, { numRuns: 120 });
    });
  });
}

function verb<A>(
  name: string,
  arguments_: fc.Arbitrary<A>,
  run: (drawn: A, ...on: Parameters<Step>) => ReturnType<Step>,
) {
  return arguments_.map((drawn) => ({
    run: ((model, real) => run(drawn, model, real)) satisfies Step as Step,
    toString: () => `${name} ${JSON.stringify(drawn)}`,
  }));
}

/** What was written, 'done' where the verb says nothing, or the refusal. */
async function outcome(written: Promise<unknown>): Promise<unknown> {
  try {
    const record = await written;
    return record ?? 'done';
  } catch (error) {
    if (isDomainError(error)) return error.code;
    throw error;
  }
}
