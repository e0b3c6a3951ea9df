// What the port promises, said once more in the simplest way: a list of records in memory. The property test holds each engine to it.
import type { FieldValue, ListQuery, Place } from '../../src/storage/port.ts';
import type { Thing } from '../support/storage-things.ts';

export function createModel({ keepExpired }: { keepExpired: boolean }) {
  let records: Thing[] = [];

  function insert(record: Thing): 'done' | 'duplicate' {
    if (clashes(record, { withId: true })) dropLeftovers(record);
    if (clashes(record, { withId: true })) return 'duplicate';
    records.push(structuredClone(record));
    return 'done';
  }

  function put(record: Thing): 'done' | 'duplicate' {
    if (clashes(record, { withId: false })) dropLeftovers(record);
    if (clashes(record, { withId: false })) return 'duplicate';
    records = [...records.filter((r) => r.id !== record.id), structuredClone(record)];
    return 'done';
  }

  function update(id: string, change: (old: Thing) => Thing | undefined): Thing | undefined | 'duplicate' {
    const old = get(id);
    const record = old && change(old);
    if (!record) return undefined;
    return put(record) === 'done' ? record : 'duplicate';
  }

  function get(id: string): Thing | undefined {
    return living().find((r) => r.id === id);
  }

  function list({ where = {}, by, prefix = '', after, order, limit = 100 }: ListQuery<Thing>): Thing[] {
    const keyOf = (r: Thing) => (by === undefined ? r.id : r[by]);
    const beyond = typeof after === 'object' ? after : after === undefined ? undefined : { value: after, id: after };
    const placeOf = (r: Thing): Place => ({ value: String(keyOf(r)), id: r.id });
    const way = order === 'descending' ? -1 : 1;
    return living()
      .filter((r) => matches(r, where))
      .filter((r) => startsWith(keyOf(r), prefix))
      .filter((r) => beyond === undefined || byPlace(placeOf(r), beyond) * way > 0)
      .toSorted((a, b) => byPlace(placeOf(a), placeOf(b)) * way)
      .slice(0, limit);
  }

  function deleteMany(field: keyof Thing & string, value: FieldValue): number {
    const before = records.length;
    records = records.filter((r) => !matches(r, { [field]: value }));
    return before - records.length;
  }

  function due(before: number, limit: number): Thing[] {
    const ended = records.filter((r) => r.endsAt !== undefined && r.endsAt <= before);
    return ended.toSorted((a, b) => (a.endsAt ?? 0) - (b.endsAt ?? 0) || byId(a, b)).slice(0, limit);
  }

  function living(): Thing[] {
    return records.filter((r) => keepExpired || !isExpired(r));
  }

  function clashes(record: Thing, { withId }: { withId: boolean }): boolean {
    return records.some((r) => (r.id === record.id ? withId : sharesUnique(r, record)));
  }

  function dropLeftovers(record: Thing): void {
    if (keepExpired) return;
    records = records.filter((r) => !(isExpired(r) && (r.id === record.id || sharesUnique(r, record))));
  }

  return { insert, put, update, get, list, deleteMany, due };
}

function isExpired(record: Thing): boolean {
  return record.endsAt !== undefined && record.endsAt <= Date.now();
}

function sharesUnique(a: Thing, b: Thing): boolean {
  return (a.email !== undefined && a.email === b.email) || (a.handle !== undefined && a.handle === b.handle);
}

function matches(record: Thing, where: NonNullable<ListQuery<Thing>['where']>): boolean {
  return Object.entries(where).every(([field, value]) => {
    const held = record[field as keyof Thing];
    return Array.isArray(held) ? held.includes(value) : held === value;
  });
}

function startsWith(value: unknown, prefix: string): boolean {
  return typeof value === 'string' && value.startsWith(prefix);
}

function byPlace(a: Place, b: Place): number {
  return Buffer.compare(Buffer.from(a.value), Buffer.from(b.value)) || byId(a, b);
}

/** UTF-8 bytes stand in code point order. */
function byId(a: { id: string }, b: { id: string }): number {
  return Buffer.compare(Buffer.from(a.id), Buffer.from(b.id));
}
