// From checked conditions to SQL. Names come from declarations alone and values are always bound, so nothing can be injected.
import { afterPrefix, type CheckedQuery, type Condition } from './rules.ts';
import { listTable, valueColumn } from './sqlite-schema.ts';

interface Question {
  conditions: readonly Condition[];
  prefix?: CheckedQuery['prefix'];
  after?: string | undefined;
  order?: CheckedQuery['order'];
  /** Only records whose time has not come. */
  alive?: { column: string; now: number } | undefined;
}

/** The table stands as `t`. Where a list is all that is asked by, its table leads, so that a page costs no more than a page. */
export function selection(collection: string, { conditions, prefix, after, order, alive }: Question) {
  const lead = conditions.every((c) => c.kind === 'each') ? conditions[0] : undefined;
  const id = lead ? 'l.id' : 't.id';
  const parts: string[] = [];
  const values: (string | number)[] = [];
  const ask = (part: string, ...bound: (string | number)[]) => {
    parts.push(part);
    values.push(...bound);
  };

  for (const condition of conditions) {
    const { field, kind, value } = condition;
    if (kind === 'one') ask(`t.${valueColumn(field)} = ?`, JSON.stringify(value));
    else if (kind === 'id') ask('t.id = ?', value);
    else if (condition === lead) ask('l.value = ?', value);
    else ask(`EXISTS (SELECT 1 FROM ${listTable(collection, field)} WHERE value = ? AND id = t.id)`, value);
  }
  if (prefix) {
    // A JSON text starts as its value does, but for the closing quote.
    const from = prefix.isId ? prefix.from : JSON.stringify(prefix.from).slice(0, -1);
    const column = prefix.isId ? id : `t.${valueColumn(prefix.field)}`;
    const to = afterPrefix(from);
    ask(`${column} >= ?`, from);
    if (to !== undefined) ask(`${column} < ?`, to);
  }
  if (after !== undefined) ask(`${id} ${order === 'descending' ? '<' : '>'} ?`, after);
  if (alive) ask(`(t.${alive.column} IS NULL OR t.${alive.column} > ?)`, alive.now);
  const table = `"${collection}" AS t`;
  return {
    from: lead ? `${listTable(collection, lead.field)} AS l CROSS JOIN ${table} ON t.id = l.id` : table,
    where: parts.join(' AND ') || 'TRUE',
    order: order === 'descending' ? `${id} DESC` : id,
    values,
  };
}
