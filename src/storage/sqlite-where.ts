// From checked conditions to SQL. Names come from declarations alone and values are always bound, so nothing can be injected.
import type { CheckedQuery, Condition, Question } from './rules.ts';
import { listTable } from './sqlite-list-table.ts';
import { textColumn, valueColumn } from './sqlite-schema.ts';
import { boundsOf } from './text-order.ts';

interface Selected extends Question, Partial<Pick<CheckedQuery, 'by' | 'prefix' | 'after' | 'order'>> {
  /** Only records whose time has not come. */
  alive?: { column: string; now: number } | undefined;
}

export function listStatement(collection: string, { limit, ...question }: Selected & Pick<CheckedQuery, 'limit'>) {
  const { from, where, order, values } = selection(collection, question);
  return { sql: `SELECT t.doc FROM ${from} WHERE ${where} ORDER BY ${order} LIMIT ?`, values: [...values, limit] };
}

/** The table stands as `t`, that of a list of texts as `l`. Which index leads is said, not left to the planner, who knows nothing of what is
 *  in the tables: a page costs no more than a page.
 *  @returns `counted` leaves the records out where the list alone can tell */
export function selection(collection: string, question: Selected) {
  const { conditions, list, by, after, order = 'ascending', alive } = question;
  const lead = list ? list.each : conditions.every(({ kind }) => kind === 'each') ? conditions[0]?.field : undefined;
  const source = lead === undefined ? 't' : 'l';
  const parts: string[] = [];
  const values: (string | number)[] = [];
  const ask = (part: string, ...bound: (string | number)[]) => {
    parts.push(part);
    values.push(...bound);
  };

  for (const [n, condition] of conditions.entries()) ask(...equality(condition, n));
  const id = `${source}.id`;
  const key = by === undefined ? id : `${source}.${textColumn(by)}`;
  if (by !== undefined || question.prefix !== undefined) {
    const { from, to } = boundsOf({ prefix: question.prefix, after, order });
    if (from !== undefined) ask(`${key} >= ?`, from);
    if (to !== undefined) ask(`${key} < ?`, to);
  }
  const [beyond, down] = order === 'descending' ? ['<', ' DESC'] : ['>', ''];
  if (after?.value !== undefined) ask(`(${key}, ${id}) ${beyond} (?, ?)`, after.value, after.id);
  else if (after) ask(`${id} ${beyond} ?`, after.id);
  if (alive) ask(`(t.${alive.column} IS NULL OR t.${alive.column} > ?)`, alive.now);

  function equality({ field, kind, value }: Condition, n: number): [string, string | number] {
    if (kind === 'id') return ['t.id = ?', value];
    if (kind === 'each') {
      if (field === lead) return ['l.value = ?', value];
      return [`EXISTS (SELECT 1 FROM ${listTable(collection, field)} WHERE value = ? AND id = t.id)`, value];
    }
    const text = JSON.stringify(value);
    if (list?.where.includes(field)) return [`${source}.${valueColumn(field)} = ?`, text];
    // With a plus sign it is asked of each record found, and no reason to take another index.
    return [`${list || n > 0 ? '+' : ''}t.${valueColumn(field)} = ?`, text];
  }

  const indexed = list ? ` INDEXED BY "${collection}:${list.name}"` : '';
  const table = `"${collection}" AS t`;
  const listed = lead === undefined ? undefined : `${listTable(collection, lead)} AS l${indexed}`;
  const from = listed === undefined ? `${table}${indexed}` : `${listed} CROSS JOIN ${table} ON t.id = l.id`;
  const where = parts.join(' AND ') || 'TRUE';
  return {
    from,
    counted: listed === undefined || parts.some((part) => part.includes('t.')) ? from : listed,
    where,
    order: by === undefined ? `${id}${down}` : `${key}${down}, ${id}${down}`,
    values,
  };
}
