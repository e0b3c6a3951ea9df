import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { Bench } from './storage-contract.ts';

export function verbContract(bench: Bench): void {
  describe('insert', () => {
    it('keeps a record that get gives back as it was', async () => {
      const record = {
        id: 'a',
        email: 'a@example.com',
        tags: ['x', 'y'],
        size: 1.5,
        payload: { deep: [1, null, { ok: true }], empty: {} },
      };
      await bench.things.insert(record);
      expect(await bench.things.get('a')).toEqual(record);
    });

    it('refuses an id that is taken', async () => {
      await bench.things.insert({ id: 'a', size: 1 });
      await expect(bench.things.insert({ id: 'a', size: 2 })).rejects.toMatchObject({ code: 'duplicate' });
      expect(await bench.things.get('a')).toEqual({ id: 'a', size: 1 });
    });

    it('refuses a unique value that is taken', async () => {
      await bench.things.insert({ id: 'a', email: 'same@example.com' });
      await expect(bench.things.insert({ id: 'b', email: 'same@example.com' })).rejects.toMatchObject({
        code: 'duplicate',
      });
      expect(await bench.things.get('b')).toBeUndefined();
    });

    it('never tells a clashing value in its error', async () => {
      await bench.things.insert({ id: 'a', email: 'secret@example.com' });
      const error = await bench.things.insert({ id: 'b', email: 'secret@example.com' }).catch((e: Error) => e);
      expect(inspect(error, { depth: 20 })).not.toContain('secret@example.com');
    });

    it('refuses a record that shares one value of a unique list, by whatever verb', async () => {
      await bench.kept.insert({ id: 'a', keys: ['one', 'two'] });
      await bench.kept.insert({ id: 'b', keys: ['three'] });
      const clash = { code: 'duplicate' };
      await expect(bench.kept.insert({ id: 'c', keys: ['four', 'two'] })).rejects.toMatchObject(clash);
      await expect(bench.kept.put({ id: 'c', keys: ['one'] })).rejects.toMatchObject(clash);
      await expect(bench.kept.update('b', (old) => ({ ...old, keys: ['three', 'one'] }))).rejects.toMatchObject(clash);
      expect(await bench.kept.get('c')).toBeUndefined();
      expect((await bench.kept.get('b'))?.keys).toEqual(['three']);
      expect((await bench.kept.find('keys', 'two'))?.id).toBe('a');
    });

    it('frees a value of a unique list with the change or the end of its record, and keeps its own', async () => {
      await bench.kept.insert({ id: 'a', keys: ['one', 'two'] });
      await bench.kept.update('a', (old) => ({ ...old, keys: ['two', 'three'] }));
      await bench.kept.insert({ id: 'b', keys: ['one'] });
      await bench.kept.delete('a');
      await bench.kept.insert({ id: 'c', keys: ['two', 'three'] });
      expect((await bench.kept.find('keys', 'three'))?.id).toBe('c');
    });

    it('takes any number of records without the unique list, and none with an empty one', async () => {
      await bench.kept.insert({ id: 'a' });
      await bench.kept.insert({ id: 'b' });
      await expect(bench.kept.insert({ id: 'c', keys: [] })).rejects.toMatchObject({ code: 'invalid_input' });
    });

    it('counts records without a unique field as different', async () => {
      await bench.things.insert({ id: 'a' });
      await bench.things.insert({ id: 'b' });
      expect(await bench.things.count()).toBe(2);
    });

    it('takes 5, "5", true and "true" for four different unique values', async () => {
      const handles = [5, '5', true, 'true', 1];
      for (const [i, handle] of handles.entries()) await bench.things.insert({ id: `t${i}`, handle });
      for (const [i, handle] of handles.entries())
        expect(await bench.things.find('handle', handle)).toEqual({ id: `t${i}`, handle });
    });

    it('leaves undefined fields out', async () => {
      await bench.things.insert({ id: 'a', email: undefined, payload: { there: 1, not: undefined } });
      expect(Object.keys((await bench.things.get('a')) ?? {})).toEqual(['id', 'payload']);
      expect(await bench.things.get('a')).toStrictEqual({ id: 'a', payload: { there: 1 } });
    });

    it('is not moved by what the caller does to the object afterwards', async () => {
      const record = { id: 'a', payload: { list: [1] } };
      const inserted = bench.things.insert(record);
      record.payload.list.push(2);
      await inserted;
      expect(await bench.things.get('a')).toEqual({ id: 'a', payload: { list: [1] } });
    });
  });

  describe('put', () => {
    it('writes a record whether or not one was there', async () => {
      await bench.things.put({ id: 'a', email: 'a@example.com', tags: ['old'] });
      await bench.things.put({ id: 'a', tags: ['new'] });
      expect(await bench.things.get('a')).toEqual({ id: 'a', tags: ['new'] });
      expect(await bench.things.find('email', 'a@example.com')).toBeUndefined();
      expect(await bench.things.find('tags', 'old')).toBeUndefined();
      expect(await bench.things.find('tags', 'new')).toEqual({ id: 'a', tags: ['new'] });
    });

    it('may keep its own unique value', async () => {
      await bench.things.put({ id: 'a', email: 'a@example.com', size: 1 });
      await bench.things.put({ id: 'a', email: 'a@example.com', size: 2 });
      expect(await bench.things.find('email', 'a@example.com')).toMatchObject({ size: 2 });
    });

    it('refuses a unique value that another record has', async () => {
      await bench.things.put({ id: 'a', email: 'a@example.com' });
      await expect(bench.things.put({ id: 'b', email: 'a@example.com' })).rejects.toMatchObject({ code: 'duplicate' });
      expect(await bench.things.get('b')).toBeUndefined();
    });
  });

  describe('update', () => {
    it('gives back the record as written', async () => {
      await bench.things.insert({ id: 'a', size: 1 });
      expect(await bench.things.update('a', (old) => ({ ...old, size: 2, email: undefined }))).toStrictEqual({
        id: 'a',
        size: 2,
      });
      expect(await bench.things.get('a')).toStrictEqual({ id: 'a', size: 2 });
    });

    it('gives undefined for a record that does not exist, without asking', async () => {
      let asked = 0;
      expect(await bench.things.update('a', (old) => ({ ...old, size: ++asked }))).toBeUndefined();
      expect(asked).toBe(0);
      expect(await bench.things.get('a')).toBeUndefined();
    });

    it('leaves the record alone when the change declines', async () => {
      await bench.things.insert({ id: 'a', size: 1 });
      expect(await bench.things.update('a', () => undefined)).toBeUndefined();
      expect(await bench.things.get('a')).toEqual({ id: 'a', size: 1 });
    });

    it('leaves the record alone when the change throws, and throws the same', async () => {
      await bench.things.insert({ id: 'a', size: 1 });
      const fault = new Error('not today');
      await expect(
        bench.things.update('a', () => {
          throw fault;
        }),
      ).rejects.toBe(fault);
      expect(await bench.things.get('a')).toEqual({ id: 'a', size: 1 });
    });

    it('refuses another id, an unfit record and a taken unique value', async () => {
      await bench.things.insert({ id: 'a', email: 'a@example.com' });
      await bench.things.insert({ id: 'b' });
      await expect(bench.things.update('b', (old) => ({ ...old, id: 'c' }))).rejects.toMatchObject({
        code: 'invalid_input',
      });
      await expect(bench.things.update('b', (old) => ({ ...old, size: 'big' as never }))).rejects.toMatchObject({
        code: 'invalid_input',
      });
      await expect(bench.things.update('b', (old) => ({ ...old, email: 'a@example.com' }))).rejects.toMatchObject({
        code: 'duplicate',
      });
      expect(await bench.things.get('b')).toEqual({ id: 'b' });
    });

    it('moves what the record is found by', async () => {
      await bench.things.insert({ id: 'a', email: 'old@example.com', group: 'old', tags: ['old', 'both'] });
      await bench.things.update('a', (old) => ({
        ...old,
        email: 'new@example.com',
        group: 'new',
        tags: ['both', 'new'],
      }));
      for (const [field, value] of [
        ['email', 'old@example.com'],
        ['group', 'old'],
        ['tags', 'old'],
      ] as const) {
        expect(await bench.things.find(field, value)).toBeUndefined();
      }
      for (const [field, value] of [
        ['email', 'new@example.com'],
        ['group', 'new'],
        ['tags', 'new'],
        ['tags', 'both'],
      ] as const) {
        expect(await bench.things.find(field, value)).toMatchObject({ id: 'a' });
      }
    });
  });

  describe('delete', () => {
    it('says whether there was such a record, and frees its unique value', async () => {
      await bench.things.insert({ id: 'a', email: 'a@example.com', tags: ['x'] });
      expect(await bench.things.delete('a')).toBe(true);
      expect(await bench.things.delete('a')).toBe(false);
      expect(await bench.things.find('tags', 'x')).toBeUndefined();
      await bench.things.insert({ id: 'b', email: 'a@example.com' });
    });
  });

  describe('deleteMany', () => {
    it('deletes by a field, a list value or the id, and says how many', async () => {
      await bench.things.insert({ id: 'a', group: 1, tags: ['x', 'y'] });
      await bench.things.insert({ id: 'b', group: 1, tags: ['y'] });
      await bench.things.insert({ id: 'c', group: '1', tags: ['y', 'z'] });
      expect(await bench.things.deleteMany('tags', 'x')).toBe(1);
      expect(await bench.things.deleteMany('group', 1)).toBe(1);
      expect(await bench.things.deleteMany('id', 'c')).toBe(1);
      expect(await bench.things.deleteMany('id', 'c')).toBe(0);
      expect(await bench.things.count()).toBe(0);
    });

    it('deletes more than it takes at once', async () => {
      await Promise.all(
        Array.from({ length: 1203 }, (_, i) => bench.things.insert({ id: `t${i}`, group: i < 1201 ? 'go' : 'stay' })),
      );
      expect(await bench.things.deleteMany('group', 'go')).toBe(1201);
      expect(await bench.things.count()).toBe(2);
    });
  });
}
