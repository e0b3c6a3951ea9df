// What both adapters hold a caller to, before anything reaches an engine: the rules of port.ts that do not depend on the engine.
// Every refusal is DomainError 'invalid_input' with a detail that names the collection and the field, never the value.
import { DomainError } from '../platform/errors.ts';
import { type DeclaredList, declaredLists, listFor } from './lists.ts';
import { toPlainData, unfitText } from './plain-data.ts';
import type { CollectionSpec, FieldValue, ListQuery, Order, Place, Stored } from './port.ts';

/** One equality to ask by. `id` is the key itself, `one` a declared field, `each` a list of which one value must match. */
export type Condition =
  | { kind: 'id' | 'each'; field: string; value: string }
  | { kind: 'one'; field: string; value: FieldValue };

/** What is asked by equality: the narrowest first, as the declaration has them, and the declared list that answers it. */
export interface Question {
  conditions: Condition[];
  list?: DeclaredList | undefined;
}

/** A ListQuery after all checks, defaults filled in. `value` is that of the field that gives the order. */
export interface CheckedQuery extends Question {
  by: string | undefined;
  prefix: string | undefined;
  after: { id: string; value?: string } | undefined;
  order: Order;
  limit: number;
}

const defaultLimit = 100;
const maxLimit = 1000;
const collectionName = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const fieldName = /^[A-Za-z][A-Za-z0-9_]*$/;

/** Reads a declaration once; throws a plain Error where it cannot be kept, since that is a fault of the program. */
export function createRules<T extends Stored>(spec: CollectionSpec<T>) {
  checkDeclaration(spec);
  const { name } = spec;
  const one = new Set<string>([...(spec.unique ?? []), ...(spec.index ?? [])]);
  const each = new Set<string>(spec.indexEach ?? []);
  const lists = declaredLists(spec);
  const ordering = new Set(lists.flatMap(({ by }) => by ?? []));
  const declared = ['id', ...one, ...each];
  const hidesExpired = spec.expiresAt !== undefined && !spec.keepExpired;

  function refuse(why: string): DomainError {
    return new DomainError('invalid_input', `${name}: ${why}`);
  }

  /** A plain copy of the record, safe to keep: what the schema makes of it, without undefined fields. */
  function record(given: T): T {
    const parsed = spec.schema.safeParse(given);
    if (!parsed.success) throw refuse(parsed.error.issues.map((i) => `${i.path.join('.')} ${i.message}`).join('; '));
    const data = toPlainData(parsed.data, given, refuse) as T & Record<string, unknown>;
    id(data.id);
    for (const field of one)
      if (!isAbsentOr(data[field], isFieldValue)) throw refuse(`${field} is not text, number or boolean`);
    for (const field of each) if (!isAbsentOr(data[field], isTextList)) throw refuse(`${field} is not a list of texts`);
    for (const field of spec.uniqueEach ?? [])
      if (!isAbsentOr(data[field], isNotEmpty)) throw refuse(`${field} is empty, and not left out`);
    for (const field of ordering)
      if (!isAbsentOr(data[field], (v) => typeof v === 'string')) throw refuse(`${field} is not text`);
    const expiry = spec.expiresAt;
    if (expiry && !isAbsentOr(data[expiry], (v) => typeof v === 'number')) throw refuse(`${expiry} is not a number`);
    return data;
  }

  /** What `change` made of a stored record; undefined when it declined. */
  function changed(id: string, made: T | undefined): T | undefined {
    if (made === undefined) return undefined;
    const data = record(made);
    if (data.id !== id) throw refuse('a change must keep the id');
    return data;
  }

  function id(value: string): string {
    return text(value, 'id');
  }

  function text(value: unknown, what: string): string {
    if (typeof value !== 'string') throw refuse(`${what} is not text`);
    const fault = unfitText(value);
    if (fault) throw refuse(`${what} contains ${fault}`);
    return value;
  }

  function condition(field: string, value: unknown): Condition {
    if (!isFieldValue(value)) throw refuse(`${field} can only be asked by text, number or boolean`);
    if (typeof value === 'string') text(value, field);
    if (field === 'id') return { field, kind: 'id', value: text(value, 'id') };
    if (one.has(field)) return { field, kind: 'one', value };
    if (each.has(field)) return { field, kind: 'each', value: text(value, field) };
    throw refuse(`${field} is not declared, so it cannot be asked by`);
  }

  function question(where: ListQuery<T>['where'] = {}, by?: string): Question {
    const fields = Object.keys(where).toSorted((a, b) => declared.indexOf(a) - declared.indexOf(b));
    const conditions = fields.map((field) => condition(field, where[field as keyof typeof where]));
    return { conditions, list: listFor(lists, { fields, by }) };
  }

  function query(given: ListQuery<T>): CheckedQuery {
    const { where, by, prefix, after, order = 'ascending', limit = defaultLimit } = given;
    const asked = question(where, by);
    if (by !== undefined && !asked.list) throw refuse(`no list by ${by} is declared for these conditions`);
    return {
      ...asked,
      by,
      prefix: prefix === undefined ? undefined : text(prefix, 'prefix'),
      after: after === undefined ? undefined : checkedPlace(after, by),
      order: order === 'descending' ? 'descending' : 'ascending',
      limit: pageSize(limit),
    };
  }

  function checkedPlace(after: string | Place, by: string | undefined): NonNullable<CheckedQuery['after']> {
    if (by === undefined) return { id: text(after, 'after') };
    const { id, value } = Object(after) as Partial<Place>;
    return { id: text(id, 'after'), value: text(value, 'after') };
  }

  function pageSize(limit: number): number {
    if (!Number.isInteger(limit) || limit < 1 || limit > maxLimit)
      throw refuse(`limit is not between 1 and ${maxLimit}`);
    return limit;
  }

  function bound(atMost: number): number {
    if (!Number.isSafeInteger(atMost) || atMost < 1) throw refuse('atMost is no positive whole number');
    return atMost;
  }

  /** @returns the declared field that `due` goes by */
  function expiryField(before: number): string {
    if (!spec.expiresAt) throw refuse('due needs a declared expiresAt');
    if (typeof before !== 'number' || Number.isNaN(before)) throw refuse('before is not a number');
    return spec.expiresAt;
  }

  /** Gone at the very moment, swept or not. */
  function isGone(stored: T, now: number): boolean {
    const at = hidesExpired && spec.expiresAt ? stored[spec.expiresAt] : undefined;
    return typeof at === 'number' && at <= now;
  }

  return { record, changed, id, condition, question, query, pageSize, bound, expiryField, isGone, hidesExpired };
}

export type Rules<T extends Stored> = ReturnType<typeof createRules<T>>;

function checkDeclaration<T extends Stored>(spec: CollectionSpec<T>): void {
  if (!collectionName.test(spec.name)) throw new Error(`collection name ${spec.name} is not kebab-case`);
  const orders = (spec.lists ?? []).flatMap(({ by }) => by ?? []);
  const lists = [spec.unique, spec.index, spec.indexEach, orders, spec.expiresAt ? [spec.expiresAt] : []];
  const fields = new Set<string>(lists.flatMap((list) => list ?? []));
  for (const field of fields)
    if (!fieldName.test(field)) throw new Error(`${spec.name}: field ${field} is no plain name`);
  // SQLite's column names know no upper and lower case.
  if (new Set([...fields].map((f) => f.toLowerCase())).size < fields.size)
    throw new Error(`${spec.name}: two fields differ in case only`);
  for (const field of spec.indexEach ?? []) {
    const twice = lists.filter((list) => list?.includes(field)).length > 1;
    if (twice) throw new Error(`${spec.name}: ${field} cannot be a list and a single value`);
  }
  for (const field of spec.uniqueEach ?? [])
    if (!spec.indexEach?.includes(field) || (spec.expiresAt && !spec.keepExpired))
      throw new Error(`${spec.name}: ${field} cannot be unique in each of its values`);
  if (spec.keepExpired && !spec.expiresAt) throw new Error(`${spec.name}: keepExpired needs expiresAt`);
}

function isAbsentOr(value: unknown, fits: (value: unknown) => boolean): boolean {
  return value === undefined || fits(value);
}

function isFieldValue(value: unknown): value is FieldValue {
  return (
    typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))
  );
}

function isNotEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
