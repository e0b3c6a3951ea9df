// The storage port: the ten verbs that domain code is written against, once. Two adapters keep the promises below, sqlite.ts and
// mongo.ts; test/contract runs one suite against both. No transactions across records: what must hold together lives in one record.
import type { z } from 'zod';

/** Every record is a plain JSON object with an `id`; undefined fields are left out, numbers are finite. */
export interface Stored {
  id: string;
}

/** Declared once, beside the code that owns the record. */
export interface CollectionSpec<T extends Stored> {
  /** kebab-case; the table or Mongo collection. */
  name: string;
  /** Checked at every write: what does not fit is refused with 'invalid_input'. */
  schema: z.ZodType<T>;
  /** Fields whose value no two records may share; records without the field do not count. */
  unique?: readonly Field<T>[];
  /** Fields that `find`, `list`, `deleteMany` and `count` may ask by, in addition to `id` and the unique ones. */
  index?: readonly Field<T>[];
  /** Fields that hold a list of texts, asked by each of its values in the same way. */
  indexEach?: readonly Field<T>[];
  /** Those of `indexEach` no value of which two records may share. Without a value the field is left out; nothing in them is freed by
   *  running out, so records that do are kept (`keepExpired`). */
  uniqueEach?: readonly Field<T>[];
  /** Lists in the order of a text field, and lists by several fields at once: each has an index of its own. */
  lists?: readonly ListSpec<T>[];
  /** The field (milliseconds UTC) past which the record is gone, swept or not. */
  expiresAt?: Field<T>;
  /** True where the owner must still act on expired records: they stay readable until the owner deletes them. */
  keepExpired?: boolean;
}

export type Field<T> = keyof T & string;
export type FieldValue = string | number | boolean;

export interface ListSpec<T> {
  /** Declared fields, all asked by equality; at most one of them of `indexEach`. */
  where?: readonly Field<T>[];
  /** The text field that gives the order; `id` when left out. */
  by?: Field<T>;
}

export type Order = 'ascending' | 'descending';

export interface ListQuery<T> {
  /** Equality on declared fields; a list declared in `indexEach` matches when it contains the value. */
  where?: Partial<Record<Field<T>, FieldValue>>;
  /** The text field that gives the order, by code points, the same ones by id: of a list that is declared for just these `where` fields.
   *  Records without it are left out. By `id` when left out. */
  by?: Field<T>;
  /** Only records whose `by` field (or id) starts so; case-sensitive. */
  prefix?: string;
  /** Where the page before ended: its last record's `id`, with its value where `by` is given. */
  after?: string | Place;
  /** Ascending when left out. */
  order?: Order;
  /** At most this many; 1 to 1,000, 100 when left out. */
  limit?: number;
}

/** Where a record stands in a list ordered by a field. */
export interface Place {
  value: string;
  id: string;
}

/** Verbs reject with DomainError: 'duplicate' (unique value taken), 'invalid_input' (schema, undeclared key, unfit text) or
 *  'storage_unavailable' (locked or unreachable for 5 s; nothing was acknowledged). A resolved write is durable. */
export interface Collection<T extends Stored> {
  /** @throws DomainError 'duplicate' when the id or a unique value is taken */
  insert(record: T): Promise<void>;
  /** Writes the record whatever was there. Last writer wins: use `update` where that matters. */
  put(record: T): Promise<void>;
  get(id: string): Promise<T | undefined>;
  /** The record (the one with the lowest id) whose declared field has this value. */
  find(key: Field<T>, value: FieldValue): Promise<T | undefined>;
  /** Ordered by id, or by the field asked for, in the direction asked for. */
  list(query?: ListQuery<T>): Promise<T[]>;
  /** Compare-and-set, retried until it holds. `change` is pure, may run several times and declines by returning undefined.
   *  @returns the record as written; undefined when it does not exist or `change` declined */
  update(id: string, change: (old: T) => T | undefined): Promise<T | undefined>;
  /** @returns whether there was such a record (expired or not) */
  delete(id: string): Promise<boolean>;
  /** @returns how many records were deleted (expired ones included) */
  deleteMany(key: Field<T>, value: FieldValue): Promise<number>;
  /** @param atMost stops there, so that it costs no more than that many records; all are counted when left out */
  count(where?: ListQuery<T>['where'], atMost?: number): Promise<number>;
  /** Records whose `expiresAt` field is at or before `before`, earliest first, expired ones included: for sweepers and queues.
   *  @param before milliseconds UTC   @param limit at most this many */
  due(before: number, limit: number): Promise<T[]>;
}

export interface Storage {
  /** Makes or opens the collection. Call before `open`, once for each declaration. */
  collection<T extends Stored>(spec: CollectionSpec<T>): Collection<T>;
  /** Connects, brings the schema up to date under a lock and builds the indexes, before anything is served.
   *  @throws DomainError 'storage_unavailable' with what to do, when the store cannot be used */
  open(): Promise<void>;
  /** Resolves when a write would be acknowledged now; rejects with 'storage_unavailable' otherwise. */
  ping(): Promise<void>;
  /** Finishes what was accepted, then closes. */
  close(): Promise<void>;
}
