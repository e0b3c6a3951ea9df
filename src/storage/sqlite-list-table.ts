// A field that holds a list of texts, as a table: a row for each text of each record, with the columns that lists by it are asked and ordered
// by. Triggers keep it, so that programs of an older version still running keep it too.
import type { DatabaseSync } from 'node:sqlite';

interface ListTable {
  collection: string;
  field: string;
  /** Columns of the collection's table, in double quotes. */
  columns: readonly string[];
}

export function listTable(collection: string, field: string): string {
  return `"${collection}:${field}"`;
}

/** Made, or made anew with a column that it lacks. A column that no list needs any more stays: an older program may still use it.
 *  Rows come sorted, and the second of two equal ones is ignored: to look for them first takes half an hour among ten millions. */
export function ensureListTable(db: DatabaseSync, { collection, field, columns }: ListTable): void {
  const list = listTable(collection, field);
  const own = ['"value"', '"id"'];
  const present = db.prepare(`PRAGMA table_info(${list})`).all();
  const known = present.map(({ name }) => `"${name}"`).filter((column) => !own.includes(column));
  if (present.length > 0 && columns.every((column) => known.includes(column))) return;
  const extra = [...new Set([...known, ...columns])];
  const from = (record: string) => extra.map((column) => `, ${record}.${column}`).join('');
  const texts = (doc: string) => `json_each(${doc}, '$.${field}')`;
  const remove = `DELETE FROM ${list} WHERE id = old.id AND value IN (SELECT value FROM ${texts('old.doc')});`;
  const add = `INSERT INTO ${list} SELECT DISTINCT value, new.id${from('new')} FROM ${texts('new.doc')};`;
  const kept = [`old.doc -> '$.${field}' IS NOT new.doc -> '$.${field}'`];
  const changed = [...kept, ...extra.map((column) => `old.${column} IS NOT new.${column}`)].join(' OR ');
  const trigger = (name: string) => `"${collection}:${field}:${name}"`;
  db.exec(`
    ${['insert', 'update', 'delete'].map((name) => `DROP TRIGGER IF EXISTS ${trigger(name)};`).join(' ')}
    DROP TABLE IF EXISTS ${list};
    CREATE TABLE ${list} (value TEXT NOT NULL, id TEXT NOT NULL${extra.map((column) => `, ${column} TEXT`).join('')},
      PRIMARY KEY (value, id)) WITHOUT ROWID;
    INSERT OR IGNORE INTO ${list} SELECT e.value, t.id${from('t')} FROM "${collection}" AS t, ${texts('t.doc')} AS e ORDER BY 1, 2;
    CREATE TRIGGER ${trigger('insert')} AFTER INSERT ON "${collection}" BEGIN ${add} END;
    CREATE TRIGGER ${trigger('update')} AFTER UPDATE ON "${collection}" WHEN ${changed} BEGIN ${remove} ${add} END;
    CREATE TRIGGER ${trigger('delete')} AFTER DELETE ON "${collection}" BEGIN ${remove} END;
  `);
}
