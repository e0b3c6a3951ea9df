// Lists that must stay fast whatever the number of records: declared by the owner, each with an index of its own in both engines.
import type { CollectionSpec, Stored } from './port.ts';

/** A declared list as the adapters need it. */
export interface DeclaredList {
  /** Of its index. */
  name: string;
  /** Fields asked by equality, in the order of the index. */
  where: readonly string[];
  /** The one among `where` that holds a list of texts. */
  each: string | undefined;
  /** The text field that gives the order; undefined for the id. */
  by: string | undefined;
}

/** @throws Error for a declaration that cannot be kept */
export function declaredLists<T extends Stored>(spec: CollectionSpec<T>): DeclaredList[] {
  const each = new Set<string>(spec.indexEach);
  const asked = new Set<string>([...(spec.unique ?? []), ...(spec.index ?? []), ...each]);
  const lists = (spec.lists ?? []).map(({ where = [], by }) => ({
    name: `list:${where.join('+')}:${by ?? 'id'}`,
    where,
    each: where.find((field) => each.has(field)),
    by,
  }));
  for (const { name, where, by } of lists) {
    const unfit =
      where.some((field) => !asked.has(field)) ||
      where.filter((field) => each.has(field)).length > 1 ||
      (by === undefined ? where.length < 2 : each.has(by));
    if (unfit) throw new Error(`${spec.name}: ${name} cannot be kept`);
  }
  return lists;
}

/** The list to answer from: for an order by a field the one that is declared for just these conditions, else the one that covers most.
 *  @param fields what is asked by equality */
export function listFor(
  lists: readonly DeclaredList[],
  { fields, by }: { fields: readonly string[]; by: string | undefined },
): DeclaredList | undefined {
  const fitting = lists.filter((list) => list.by === by && list.where.every((field) => fields.includes(field)));
  if (by !== undefined) return fitting.find(({ where }) => where.length === fields.length);
  return fitting.toSorted((a, b) => b.where.length - a.where.length)[0];
}
