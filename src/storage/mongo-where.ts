// From checked conditions to a MongoDB filter. Each value stands behind an operator of ours, so none can be one.
import { afterPrefix, type CheckedQuery, type Condition } from './rules.ts';

export type Filter = Record<string, unknown>;

interface Question {
  conditions: readonly Condition[];
  prefix?: CheckedQuery['prefix'];
  after?: string | undefined;
  order?: CheckedQuery['order'];
  and?: readonly Filter[];
}

export function filterOf({ conditions, prefix, after, order, and = [] }: Question): Filter {
  const parts: Filter[] = conditions.map(({ field, value }) => ({ [path(field)]: { $eq: value } }));
  if (prefix) {
    const to = afterPrefix(prefix.from);
    parts.push({ [path(prefix.field)]: to === undefined ? { $gte: prefix.from } : { $gte: prefix.from, $lt: to } });
  }
  if (after !== undefined) parts.push({ _id: order === 'descending' ? { $lt: after } : { $gt: after } });
  parts.push(...and);
  return parts.length === 0 ? {} : { $and: parts };
}

export function expired(field: string, now: number): Filter {
  return { [`doc.${field}`]: { $lte: now } };
}

function path(field: string): string {
  return field === 'id' ? '_id' : `doc.${field}`;
}
