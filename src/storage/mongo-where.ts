// From checked conditions to a MongoDB filter. Each value stands behind an operator of ours, so none can be one.
import type { CheckedQuery, Question } from './rules.ts';
import { boundsOf } from './text-order.ts';

export type Filter = Record<string, unknown>;

interface Selected extends Question, Partial<Pick<CheckedQuery, 'by' | 'prefix' | 'after' | 'order'>> {
  and?: readonly Filter[];
}

export function filterOf({ conditions, by, prefix, after, order = 'ascending', and = [] }: Selected): Filter {
  const parts: Filter[] = conditions.map(({ field, value }) => ({ [path(field)]: { $eq: value } }));
  const key = path(by ?? 'id');
  if (by !== undefined || prefix !== undefined) {
    const { from, to } = boundsOf({ prefix, after, order });
    if (from !== undefined) parts.push({ [key]: { $gte: from } });
    // Texts alone: no number, nor a record without the field.
    parts.push({ [key]: to === undefined ? { $type: 'string' } : { $lt: to } });
  }
  if (after) parts.push(...beyond(after, key, order));
  parts.push(...and);
  return parts.length === 0 ? {} : { $and: parts };
}

export function sortOf({ by, order }: Pick<CheckedQuery, 'by' | 'order'>): Record<string, 1 | -1> {
  const way = order === 'descending' ? -1 : 1;
  return by === undefined ? { _id: way } : { [path(by)]: way, _id: way };
}

/** The index to use, where there is no doubt: the server's own choice is a guess from what it was asked before.
 *  Unique fields and ids need none. */
export function hintOf({ conditions, list }: Question, plain: ReadonlySet<string>): string | undefined {
  if (list) return list.name;
  const [first] = conditions;
  return first && plain.has(first.field) ? `index:${first.field}` : undefined;
}

export function expired(field: string, now: number): Filter {
  return { [`doc.${field}`]: { $lte: now } };
}

/** The first part gives the index where to begin. */
function beyond(
  { id, value }: NonNullable<CheckedQuery['after']>,
  key: string,
  order: CheckedQuery['order'],
): Filter[] {
  const [after, from] = order === 'descending' ? ['$lt', '$lte'] : ['$gt', '$gte'];
  if (value === undefined) return [{ _id: { [after]: id } }];
  return [
    { [key]: { [from]: value } },
    { $or: [{ [key]: { [after]: value } }, { [key]: value, _id: { [after]: id } }] },
  ];
}

function path(field: string): string {
  return field === 'id' ? '_id' : `doc.${field}`;
}
