import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { Thing } from '../support/storage-things.ts';
import type { Bench } from './storage-contract.ts';

const nul = 'a\0b';
const half = 'a\ud800b';
const refused = { code: 'invalid_input' };

/** Texts that mean something to one engine or another. */
const meaningful = [
  ...'$gt {"$gt":""} $where a.b % _ ../../etc/passwd \\u0000 null undefined NaN __proto__ constructor'.split(' '),
  ...["'; DROP TABLE things; --", '" OR 1=1 --', '\u2028\u2029', '\u{1f600}', '\u0001\u001f\u007f', ' ', '\ufeff'],
];

/** Names that mean something to MongoDB, its driver, mongoose, SQLite or JavaScript. */
const meaningfulNames = Object.fromEntries(
  [
    ...'$gt $where $set $ $__ $ref $id $db $oid $date . a.b % %24gt %25 _bsontype _id __v 0 [0] __proto proto__'.split(
      ' ',
    ),
    ...'toBSON toJSON toObject toString valueOf then length hasOwnProperty isMongooseObject $isMongooseDocument'.split(
      ' ',
    ),
    ...['', 'é\u{1f600}', '"', "'", '\\', '\n'],
  ].map((name) => [name, { [name]: 'ObjectId', 'c.d': [name] }]),
);

export function hostileInputContract(bench: Bench): void {
  describe('hostile input', () => {
    it.each(meaningful)('keeps the text %j as it is, wherever it stands', async (text) => {
      const record = {
        id: text,
        email: text,
        group: text,
        tags: [text],
        payload: { [text === '__proto__' || text === 'constructor' ? 'k' : text]: text },
      };
      await bench.things.insert(record);
      await bench.things.insert({ id: `other ${text}`, email: 'other', group: 'other', tags: ['other'] });
      expect(await bench.things.get(text)).toEqual(record);
      for (const field of ['id', 'email', 'group', 'tags'] as const) {
        expect(await bench.things.find(field, text)).toEqual(record);
        expect(await bench.things.count({ [field]: text })).toBe(1);
      }
      expect(await bench.things.update(text, (old) => ({ ...old, size: 1 }))).toEqual({ ...record, size: 1 });
      expect(await bench.things.deleteMany('group', text)).toBe(1);
      expect(await bench.things.count()).toBe(1);
    });

    it('gives back names that mean something to an engine as they were', async () => {
      const record: Thing = { id: 'a', payload: { ...meaningfulNames, inside: [{ ...meaningfulNames }] } };
      await bench.things.insert(record);
      expect(await bench.things.get('a')).toStrictEqual(record);
      const changed = await bench.things.update('a', (old) => ({ ...old, payload: { again: old.payload } }));
      expect(changed).toStrictEqual({ id: 'a', payload: { again: record.payload } });
      await bench.things.put(record);
      expect(await bench.things.list()).toStrictEqual([record]);
    });

    it('gives back numbers, nothings and empty things as they were', async () => {
      const numbers = [0, -0, 1.5, -1, 2 ** 31, 2 ** 53, -(2 ** 53), 1e21, 5e-324, Number.MAX_VALUE];
      await bench.things.insert({
        id: 'a',
        payload: { numbers, none: null, list: [], object: {}, text: '', lists: [[], [[]], [null]] },
      });
      expect(await bench.things.get('a')).toStrictEqual({
        id: 'a',
        payload: {
          numbers: numbers.map((n) => n + 0),
          none: null,
          list: [],
          object: {},
          text: '',
          lists: [[], [[]], [null]],
        },
      });
    });

    it.each([{ $gt: '' }, { $ne: null }, ['a'], null, undefined, Number.NaN, new Date(), () => true])(
      'refuses to ask by %p',
      async (value) => {
        await bench.things.insert({ id: 'a', email: 'a@example.com', group: 'g', tags: ['t'] });
        const hostile = value as never;
        for (const field of ['id', 'email', 'group', 'tags'] as const) {
          await expect(bench.things.find(field, hostile)).rejects.toMatchObject(refused);
          await expect(bench.things.list({ where: { [field]: hostile } })).rejects.toMatchObject(refused);
          await expect(bench.things.count({ [field]: hostile })).rejects.toMatchObject(refused);
          await expect(bench.things.deleteMany(field, hostile)).rejects.toMatchObject(refused);
        }
        await expect(bench.things.get(hostile)).rejects.toMatchObject(refused);
        await expect(bench.things.delete(hostile)).rejects.toMatchObject(refused);
        await expect(bench.things.update(hostile, (old) => old)).rejects.toMatchObject(refused);
        if (value === undefined) return;
        await expect(bench.things.list({ prefix: hostile })).rejects.toMatchObject(refused);
        await expect(bench.things.list({ after: hostile })).rejects.toMatchObject(refused);
        for (const after of [hostile, { value: 'a', id: hostile }, { value: hostile, id: 'a' }])
          await expect(bench.things.list({ by: 'label', after })).rejects.toMatchObject(refused);
        expect(await bench.things.count()).toBe(1);
      },
    );

    it.each([nul, half])('refuses the text %j in a record and in a question', async (text) => {
      const records: Thing[] = [
        { id: text },
        { id: 'a', email: text },
        { id: 'a', tags: ['ok', text] },
        { id: 'a', payload: { deep: [{ x: text }] } },
        { id: 'a', payload: { [text]: 1 } },
      ];
      for (const record of records) await expectRefused(bench, record);
      await expect(bench.things.get(text)).rejects.toMatchObject(refused);
      await expect(bench.things.delete(text)).rejects.toMatchObject(refused);
      await expect(bench.things.find('group', text)).rejects.toMatchObject(refused);
      await expect(bench.things.list({ after: text })).rejects.toMatchObject(refused);
      await expect(bench.things.list({ prefix: text })).rejects.toMatchObject(refused);
    });

    it.each(['__proto__', 'constructor', 'prototype'])('refuses %s as a name at any depth', async (name) => {
      const hostile = JSON.parse(`{"${name}":{"admin":true}}`);
      await expectRefused(bench, { id: 'a', ...JSON.parse(`{"${name}":1}`) });
      await expectRefused(bench, Object.assign(JSON.parse(`{"${name}":1}`), { id: 'a' }));
      await expectRefused(bench, { id: 'a', payload: hostile });
      await expectRefused(bench, { id: 'a', payload: [{ x: hostile }] });
      expect(({} as Record<string, unknown>).admin).toBeUndefined();
    });

    it('refuses what is no plain data', async () => {
      const circle: Record<string, unknown> = {};
      circle.self = circle;
      let deep: unknown = 1;
      for (let i = 0; i < 20_000; i += 1) deep = [deep];
      const unfit = [
        Number.NaN,
        Number.POSITIVE_INFINITY,
        1n,
        new Date(),
        new Map(),
        Buffer.from('x'),
        () => 1,
        Symbol('x'),
        [undefined],
        new (class Secret {})(),
        circle,
        deep,
      ];
      for (const payload of unfit) await expectRefused(bench, { id: 'a', payload });
    });

    it('refuses a record that its schema does not know', async () => {
      await expectRefused(bench, { id: 5 as never });
      await expectRefused(bench, { email: 'a@example.com' } as never);
      await expectRefused(bench, { id: 'a', size: 'big' as never });
      await expectRefused(bench, { id: 'a', undeclared: 1 } as never);
      await expectRefused(bench, null as never);
      await expectRefused(bench, 'a' as never);
    });

    it('never tells a refused value in its error', async () => {
      const error = await bench.things
        .insert({ id: 'a', email: 'secret\0value', size: 'secret' as never })
        .catch((e: Error) => e);
      expect(inspect(error, { depth: 20 })).not.toContain('secret');
    });

    it('refuses a record too large for one of the engines, and takes one of 1 MB', async () => {
      await expectRefused(bench, { id: 'a', payload: 'x'.repeat(4_000_000) });
      await expectRefused(bench, { id: 'a', payload: Array.from({ length: 250_000 }, () => 0) });
      const large = { id: 'a', payload: '\u{1f600}'.repeat(250_000) };
      await bench.things.insert(large);
      expect(await bench.things.get('a')).toEqual(large);
    });
  });
}

async function expectRefused({ things }: Bench, record: Thing): Promise<void> {
  await expect(things.insert(record)).rejects.toMatchObject(refused);
  await expect(things.put(record)).rejects.toMatchObject(refused);
  await things.insert({ id: 'refused' });
  await expect(things.update('refused', () => ({ ...record }))).rejects.toMatchObject(refused);
  expect(await things.list()).toEqual([{ id: 'refused' }]);
  await things.delete('refused');
}
