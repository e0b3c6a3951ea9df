// Tables and indexes, made from the declarations. A record is one JSON document; each declared field is a virtual column over it,
// so a newly declared field needs no backfill of rows: only its index is built.
import type { DatabaseSync } from 'node:sqlite';
import { type DeclaredList, declaredLists } from './lists.ts';
import type { CollectionSpec, Stored } from './port.ts';
import { unavailable } from './sqlite-errors.ts';
import { applicationId } from './sqlite-file.ts';
import { ensureListTable, listTable } from './sqlite-list-table.ts';

/** Steps to each format version from the one before; never changed once released. */
const migrations: readonly ((db: DatabaseSync) => void)[] = [
  (db) => {
    db.exec(`PRAGMA application_id = ${applicationId}`);
    db.exec('CREATE TABLE gatehouse_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID');
  },
];

export const formatVersion = migrations.length;

/** Brings the file to today's format and makes what the declarations need. Runs inside a write transaction, so once.
 *  @throws DomainError 'storage_unavailable' when the file was written by a newer version, or a unique value is taken twice */
export function migrate(db: DatabaseSync, specs: readonly CollectionSpec<Stored>[], path: string): void {
  const found = readFormat(db);
  if (!(found <= formatVersion)) {
    throw unavailable(
      `${path} was written by a newer Gatehouse (format ${found}, this one knows ${formatVersion}): start that version, or restore a backup from before the upgrade`,
    );
  }
  for (const step of migrations.slice(found)) step(db);
  if (found < formatVersion) writeMeta(db, 'format', String(formatVersion));
  for (const spec of specs) ensureCollection(db, spec);
}

export function writeMeta(db: DatabaseSync, key: string, value: string): void {
  db.prepare('INSERT INTO gatehouse_meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value').run(
    key,
    value,
  );
}

function readFormat(db: DatabaseSync): number {
  const meta = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'gatehouse_meta'").get();
  if (!meta) return 0;
  return Number(db.prepare("SELECT value FROM gatehouse_meta WHERE key = 'format'").get()?.value);
}

/** The virtual column of a field that gives the order: the text itself, since that of JSON has its own signs in between. */
export function textColumn(field: string): string {
  return `"text_${field}"`;
}

/** The virtual column of a field that is asked by: its JSON text, so that 5, "5" and true stay apart. */
export function valueColumn(field: string): string {
  return `"by_${field}"`;
}

/** The virtual column of the field that says when a record expires: a number. */
export function timeColumn(field: string): string {
  return `"time_${field}"`;
}

function ensureCollection(db: DatabaseSync, spec: CollectionSpec<Stored>): void {
  const { name } = spec;
  db.exec(
    `CREATE TABLE IF NOT EXISTS "${name}" (id TEXT PRIMARY KEY, version INTEGER NOT NULL DEFAULT 1, doc TEXT NOT NULL)`,
  );
  const unique = new Set<string>(spec.unique);
  const plain = (spec.index ?? []).filter((field) => !unique.has(field));
  for (const field of [...unique, ...plain])
    ensureColumn(db, name, { column: valueColumn(field), value: `doc -> '$.${field}'` });
  dropStaleUnique(db, name, unique);
  for (const field of unique) ensureUnique(db, name, field);
  for (const field of plain) {
    db.exec(`CREATE INDEX IF NOT EXISTS "${name}:index:${field}" ON "${name}" (${valueColumn(field)}, id)`);
  }
  const lists = declaredLists(spec);
  for (const { by } of lists)
    if (by !== undefined) ensureColumn(db, name, { column: textColumn(by), value: `doc ->> '$.${by}'` });
  for (const field of spec.indexEach ?? []) {
    const columns = lists.filter(({ each }) => each === field).flatMap((list) => indexColumns(list));
    ensureListTable(db, { collection: name, field, columns });
  }
  for (const field of spec.uniqueEach ?? []) {
    const index = `"${name}:${field}:unique"`;
    db.exec(`CREATE UNIQUE INDEX IF NOT EXISTS ${index} ON ${listTable(name, field)} (value)`);
  }
  for (const list of lists) {
    const table = list.each === undefined ? `"${name}"` : listTable(name, list.each);
    const columns = list.each === undefined ? indexColumns(list) : ['value', ...indexColumns(list)];
    db.exec(`CREATE INDEX IF NOT EXISTS "${name}:${list.name}" ON ${table} (${[...columns, 'id'].join(', ')})`);
  }
  if (spec.expiresAt) ensureTime(db, name, spec.expiresAt);
}

/** Without that of the list of texts. */
function indexColumns({ where, each, by }: DeclaredList): string[] {
  return [...where.filter((field) => field !== each).map(valueColumn), ...(by === undefined ? [] : [textColumn(by)])];
}

function ensureColumn(db: DatabaseSync, table: string, { column, value }: { column: string; value: string }): void {
  const columns = db.prepare(`PRAGMA table_xinfo("${table}")`).all();
  if (columns.some((known) => `"${known.name}"` === column)) return;
  db.exec(`ALTER TABLE "${table}" ADD COLUMN ${column} GENERATED ALWAYS AS (${value}) VIRTUAL`);
}

function ensureUnique(db: DatabaseSync, table: string, field: string): void {
  try {
    db.exec(`CREATE UNIQUE INDEX IF NOT EXISTS "${table}:unique:${field}" ON "${table}" (${valueColumn(field)})`);
  } catch (error) {
    if (!String(error).includes('UNIQUE')) throw error;
    throw unavailable(
      `two records of ${table} have the same ${field}, which must be unique from this version on`,
      error,
    );
  }
}

/** A field no longer unique would otherwise go on refusing second values. */
function dropStaleUnique(db: DatabaseSync, table: string, unique: ReadonlySet<string>): void {
  const start = `${table}:unique:`;
  const rows = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = ?").all(table);
  for (const row of rows) {
    const index = String(row.name);
    if (index.startsWith(start) && !unique.has(index.slice(start.length))) db.exec(`DROP INDEX "${index}"`);
  }
}

function ensureTime(db: DatabaseSync, table: string, field: string): void {
  const column = timeColumn(field);
  ensureColumn(db, table, { column, value: `json_extract(doc, '$.${field}')` });
  db.exec(
    `CREATE INDEX IF NOT EXISTS "${table}:time:${field}" ON "${table}" (${column}, id) WHERE ${column} IS NOT NULL`,
  );
}
