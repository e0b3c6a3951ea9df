// The ten verbs on one MongoDB collection. What the port promises of several steps is kept by conditions inside single commands.
import { setTimeout as pause } from 'node:timers/promises';
import { newId } from '../platform/ids.ts';
import { isClash, unavailable } from './mongo-errors.ts';
import { fromKept, toKept } from './mongo-keys.ts';
import { createLine } from './mongo-line.ts';
import { cleanAt, type Row, type RowModel } from './mongo-schema.ts';
import { expired, type Filter, filterOf, hintOf, sortOf } from './mongo-where.ts';
import type { Collection, CollectionSpec, ListQuery, Stored } from './port.ts';
import { type CheckedQuery, createRules, type Question } from './rules.ts';

/** What a collection needs of the open connection. */
export interface Engine {
  /** Runs `use` with the model: tells its errors in the port's words, and gives up at `until` (monotonic). */
  ask<R>(use: (model: RowModel, until: number) => Promise<R>): Promise<R>;
}

/** The server itself ends a search that would come too late. */
const searching = { maxTimeMS: 4500 };

/** A long deletion is cut into commands of this size, so that each ends in time. */
const deleteAtOnce = 500;

export function createMongoCollection<T extends Stored>(spec: CollectionSpec<T>, { ask }: Engine): Collection<T> {
  const rules = createRules(spec);
  const line = createLine();
  const expiry = rules.hidesExpired ? spec.expiresAt : undefined;
  const unique = new Set<string>([...(spec.unique ?? []), ...(spec.uniqueEach ?? [])]);
  const plain = new Set<string>(
    [...(spec.index ?? []), ...(spec.indexEach ?? [])].filter((field) => !unique.has(field)),
  );

  async function insert(given: T): Promise<void> {
    const record = rules.record(given);
    await ask((model) => overLeftovers(model, record, () => model.insertMany([rowOf(record)], { lean: true })));
  }

  async function put(given: T): Promise<void> {
    const record = rules.record(given);
    const byId = { _id: { $eq: record.id } };
    // Two such upserts of one new id at the same moment: the server itself tries the later one again.
    await ask((model) => overLeftovers(model, record, () => model.replaceOne(byId, rowOf(record), { upsert: true })));
  }

  async function get(given: string): Promise<T | undefined> {
    const id = rules.id(given);
    return ask(async (model) => (await live(model, id))?.record);
  }

  async function find(key: string, value: unknown): Promise<T | undefined> {
    const [record] = await list({ where: { [key]: value } as NonNullable<ListQuery<T>['where']>, limit: 1 });
    return record;
  }

  async function list(given: ListQuery<T> = {}): Promise<T[]> {
    return select(rules.query(given));
  }

  async function update(given: string, change: (old: T) => T | undefined): Promise<T | undefined> {
    const id = rules.id(given);
    return ask((model, until) => line(id, () => exchange(model, { id, change, until })));
  }

  /** Reads, changes, and writes if nobody else has written in between. */
  async function exchange(model: RowModel, { id, change, until }: Exchange<T>): Promise<T | undefined> {
    while (performance.now() < until) {
      const old = await live(model, id);
      const record = old && rules.changed(id, change(old.record));
      if (!record) return undefined;
      const unchanged = { $and: [{ _id: { $eq: id }, revision: { $eq: old.revision } }, ...alive()] };
      const written = await overLeftovers(model, record, () => model.replaceOne(unchanged, rowOf(record)));
      if (written.matchedCount === 1) return record;
      await pause(Math.random() * 10);
    }
    throw unavailable(`${spec.name}: ${id} is changed by too many at once`);
  }

  async function remove(given: string): Promise<boolean> {
    const id = rules.id(given);
    return ask(async (model) => (await model.deleteOne({ _id: { $eq: id } })).deletedCount === 1);
  }

  async function deleteMany(key: string, value: unknown): Promise<number> {
    const filter = filterOf({ conditions: [rules.condition(key, value)] });
    for (let total = 0; ; ) {
      const [found, deleted] = await ask((model) => deleteSome(model, filter));
      total += deleted;
      if (found < deleteAtOnce) return total;
    }
  }

  async function count(given?: ListQuery<T>['where'], atMost?: number): Promise<number> {
    const question = rules.question(given);
    const limit = atMost === undefined ? {} : { limit: rules.bound(atMost) };
    const filter = filterOf({ ...question, and: alive() });
    return ask((model) => model.countDocuments(filter, { ...searching, ...limit, ...hint(question) }));
  }

  async function due(before: number, limit: number): Promise<T[]> {
    const path = `doc.${rules.expiryField(before)}`;
    const size = rules.pageSize(limit);
    return ask(async (model) => {
      const rows = await model
        .find({ [path]: { $lte: before } })
        .sort({ [path]: 1, _id: 1 })
        .limit(size)
        .lean();
      return rows.map(recordOf);
    });
  }

  function select({ limit, ...query }: CheckedQuery): Promise<T[]> {
    return ask(async (model) => {
      const rows = await model
        .find(filterOf({ ...query, and: alive() }), undefined, hint(query))
        .sort(sortOf(query))
        .limit(limit)
        .lean();
      return rows.map(recordOf);
    });
  }

  function hint(question: Question): { hint?: string } {
    const name = hintOf(question, plain);
    return name === undefined ? {} : { hint: name };
  }

  async function live(model: RowModel, id: string) {
    const row = await model.findOne({ _id: { $eq: id } }).lean();
    const record = row && recordOf(row);
    return record && !rules.isGone(record, Date.now()) ? { record, revision: row.revision } : undefined;
  }

  function alive(): Filter[] {
    return expiry ? [{ $nor: [expired(expiry, Date.now())] }] : [];
  }

  /** An expired record is gone: what it holds of ids and unique values is free, swept or not. The indexes decide a race for it. */
  async function overLeftovers<R>(model: RowModel, record: T, write: () => Promise<R>): Promise<R> {
    for (let clashes = 1; ; clashes += 1) {
      try {
        return await write();
      } catch (error) {
        if (!expiry || !isClash(error)) throw error;
        // After the first clash the leftover may have been swept by another: only a second one proves a living holder.
        if ((await dropLeftovers(model, record, expiry)) === 0 && clashes > 1) throw error;
      }
    }
  }

  async function dropLeftovers(model: RowModel, record: T, field: string): Promise<number> {
    const unique = (spec.unique ?? []).filter((name) => record[name] !== undefined);
    const holds = unique.map((name) => ({ [`doc.${name}`]: { $eq: record[name] } }));
    const held = { $or: [{ _id: { $eq: record.id } }, ...holds] };
    return (await model.deleteMany({ $and: [held, expired(field, Date.now())] })).deletedCount;
  }

  function rowOf(record: T): Row {
    return { _id: record.id, revision: newId(), ...cleanAt(spec, record), doc: toKept(record) as Row['doc'] };
  }

  function recordOf(row: Pick<Row, 'doc'>): T {
    return fromKept(row.doc) as T;
  }

  return { insert, put, get, find, list, update, delete: remove, deleteMany, count, due };
}

interface Exchange<T> {
  id: string;
  change: (old: T) => T | undefined;
  until: number;
}

async function deleteSome(model: RowModel, filter: Filter): Promise<[found: number, deleted: number]> {
  const rows = await model.find(filter, { _id: 1 }, searching).limit(deleteAtOnce).lean();
  const ids = { _id: { $in: rows.map((row) => row._id) } };
  const { deletedCount } = await model.deleteMany({ $and: [ids, filter] });
  return [rows.length, deletedCount];
}
