// The ten verbs on one table. Writes go through the queue; reads are direct and trust what was checked when it was written.
import type { StatementSync } from 'node:sqlite';
import type { Collection, CollectionSpec, ListQuery, Stored } from './port.ts';
import { type CheckedQuery, createRules } from './rules.ts';
import { isClash } from './sqlite-errors.ts';
import { timeColumn, valueColumn } from './sqlite-schema.ts';
import { listStatement, selection } from './sqlite-where.ts';

/** What a collection needs of the open database. Both run `run` later or again while another process holds the lock. */
export interface Engine {
  statement(sql: string): StatementSync;
  read<R>(run: () => R): Promise<R>;
  write<R>(run: () => R): Promise<R>;
}

/** A long deletion is cut into transactions of this size, so that it holds up nobody. */
const deleteAtOnce = 500;

export function createSqliteCollection<T extends Stored>(spec: CollectionSpec<T>, engine: Engine): Collection<T> {
  const { statement, read, write } = engine;
  const rules = createRules(spec);
  const table = `"${spec.name}"`;
  const expiry = spec.expiresAt && timeColumn(spec.expiresAt);
  const selectById = `SELECT doc FROM ${table} WHERE id = ?`;
  const insertRow = `INSERT INTO ${table} (id, doc) VALUES (?, ?)`;
  const putRow = `${insertRow} ON CONFLICT (id) DO UPDATE SET doc = excluded.doc, version = version + 1`;
  const updateRow = `UPDATE ${table} SET doc = ?, version = version + 1 WHERE id = ?`;
  const deleteRow = `DELETE FROM ${table} WHERE id = ?`;

  async function insert(given: T): Promise<void> {
    const record = rules.record(given);
    const doc = JSON.stringify(record);
    await write(() => overLeftovers(record, () => statement(insertRow).run(record.id, doc)));
  }

  async function put(given: T): Promise<void> {
    const record = rules.record(given);
    const doc = JSON.stringify(record);
    await write(() => overLeftovers(record, () => statement(putRow).run(record.id, doc)));
  }

  async function get(given: string): Promise<T | undefined> {
    const id = rules.id(given);
    return read(() => live(id, Date.now()));
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
    return write(() => {
      const now = Date.now();
      const old = live(id, now);
      const record = old && rules.changed(id, change(old));
      if (record) overLeftovers(record, () => statement(updateRow).run(JSON.stringify(record), id), now);
      return record;
    });
  }

  async function remove(given: string): Promise<boolean> {
    const id = rules.id(given);
    return write(() => statement(deleteRow).run(id).changes === 1);
  }

  async function deleteMany(key: string, value: unknown): Promise<number> {
    const { from, where, values } = selection(spec.name, { conditions: [rules.condition(key, value)] });
    const sql = `DELETE FROM ${table} WHERE id IN (SELECT t.id FROM ${from} WHERE ${where} LIMIT ${deleteAtOnce})`;
    for (let total = 0; ; ) {
      const deleted = await write(() => Number(statement(sql).run(...values).changes));
      total += deleted;
      if (deleted < deleteAtOnce) return total;
    }
  }

  async function count(given?: ListQuery<T>['where'], atMost?: number): Promise<number> {
    const question = rules.question(given);
    const limit = atMost === undefined ? -1 : rules.bound(atMost);
    return read(() => {
      const { counted, where, values } = selection(spec.name, { ...question, alive: alive() });
      const sql = `SELECT count(*) AS n FROM (SELECT 1 FROM ${counted} WHERE ${where} LIMIT ?)`;
      return Number(statement(sql).get(...values, limit)?.n);
    });
  }

  async function due(before: number, limit: number): Promise<T[]> {
    const column = timeColumn(rules.expiryField(before));
    const size = rules.pageSize(limit);
    const sql = `SELECT doc FROM ${table} WHERE ${column} <= ? ORDER BY ${column}, id LIMIT ?`;
    return read(() => statement(sql).all(before, size).map(parse));
  }

  function select(query: CheckedQuery): Promise<T[]> {
    return read(() => {
      const { sql, values } = listStatement(spec.name, { ...query, alive: alive() });
      return statement(sql)
        .all(...values)
        .map(parse);
    });
  }

  function parse(row: Record<string, unknown>): T {
    return JSON.parse(row.doc as string) as T;
  }

  function live(id: string, now: number): T | undefined {
    const row = statement(selectById).get(id);
    const record = row && parse(row);
    return record && !rules.isGone(record, now) ? record : undefined;
  }

  /** The column and the moment to compare it with, where expired records are gone for readers. */
  function alive() {
    return expiry && rules.hidesExpired ? { column: expiry, now: Date.now() } : undefined;
  }

  /** An expired record is gone: what it holds of ids and unique values is free, swept or not. */
  function overLeftovers(record: T, run: () => unknown, now = Date.now()): void {
    try {
      run();
    } catch (error) {
      if (!isClash(error) || dropLeftovers(record, now) === 0) throw error;
      run();
    }
  }

  function dropLeftovers(record: T, now: number): number {
    if (!expiry || !rules.hidesExpired) return 0;
    const unique = (spec.unique ?? []).filter((field) => record[field] !== undefined);
    const holds = ['id = ?', ...unique.map((field) => `${valueColumn(field)} = ?`)].join(' OR ');
    const values = unique.map((field) => JSON.stringify(record[field]));
    const sql = `DELETE FROM ${table} WHERE ${expiry} <= ? AND (${holds})`;
    return Number(statement(sql).run(now, record.id, ...values).changes);
  }

  return { insert, put, get, find, list, update, delete: remove, deleteMany, count, due };
}
