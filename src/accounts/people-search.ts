// People as lists show them: of a firm or all, of a status, by name or by the beginning of what was typed, page by page.

import { DomainError } from '../platform/errors.ts';
import type { Collection, Place } from '../storage/port.ts';
import { compareText } from '../storage/text-order.ts';
import type { Account } from './account.ts';
import { foldedName, type ListedStatus, listOf } from './search-keys.ts';

export interface AccountQuery {
  organization?: string | undefined;
  status?: ListedStatus | undefined;
  /** The beginning of the address: by address. */
  email?: string | undefined;
  /** The beginning of the address or of either name: by what was found. */
  search?: string | undefined;
  /** `id` when left out, where nothing is searched. */
  by?: 'name' | 'id' | undefined;
  /** See `placeIn`. */
  after?: string | undefined;
  limit?: number | undefined;
}

type Key = 'emailCanonical' | 'nameKey' | 'familyNameKey';
type Search = readonly { by: Key; prefix: string }[];
type Found = Place & { account: Account };

/** @returns a page; one that is short is the last. @throws DomainError 'invalid_input' for an `after` of another list */
export async function searchPeople(accounts: Collection<Account>, query: AccountQuery): Promise<Account[]> {
  const where = { places: listOf(query.organization, query.status) };
  const { after, limit = 100 } = query;
  const searched = searchOf(query);
  if (!searched) return accounts.list({ where, limit, ...(after === undefined ? {} : { after }) });
  const found: Found[] = [];
  for (let from = after === undefined ? undefined : readPlace(after); found.length < limit; ) {
    const at = from === undefined ? {} : { after: from };
    const pages = await Promise.all(searched.map((one) => accounts.list({ where, ...one, ...at, limit })));
    const lists = pages.map((page, n) => page.map((account) => foundBy(account, searched[n]?.by ?? 'nameKey')));
    // What stands behind the end of a full page of one list may not be complete yet.
    const end = lists.flatMap((list) => (list.length === limit ? list.slice(-1) : [])).toSorted(byPlace)[0];
    const known = lists.flat().toSorted(byPlace);
    for (const one of known) if ((!end || byPlace(one, end) <= 0) && isFirst(one, searched)) found.push(one);
    if (!end) break;
    from = { value: end.value, id: end.id };
  }
  return found.slice(0, limit).map(({ account }) => account);
}

/** Where the person stands in such a list: the `after` of the page that follows them. */
export function placeIn(query: AccountQuery, account: Account): string {
  const place = searchOf(query) && placesFoundAt(account, searchOf(query) ?? [])[0];
  return place ? Buffer.from(JSON.stringify([place.value, account.id])).toString('base64url') : account.id;
}

function searchOf({ email, search, by }: AccountQuery): Search | undefined {
  if (email) return [{ by: 'emailCanonical', prefix: foldedEmail(email) }];
  if (search) {
    const prefix = foldedName(search);
    return [
      { by: 'emailCanonical', prefix: foldedEmail(search) },
      { by: 'nameKey', prefix },
      { by: 'familyNameKey', prefix },
    ];
  }
  return by === 'name' ? [{ by: 'nameKey', prefix: '' }] : undefined;
}

function foldedEmail(typed: string): string {
  return typed.normalize('NFKC').toLowerCase();
}

/** Who is found by several keys stands where the first of them does, and once. */
function isFirst({ account, value, by }: Found & { by: Key }, searched: Search): boolean {
  const [first] = placesFoundAt(account, searched);
  return first?.value === value && first.by === by;
}

function placesFoundAt(account: Account, searched: Search) {
  return searched
    .filter(({ by, prefix }) => account[by]?.startsWith(prefix))
    .map(({ by }) => foundBy(account, by))
    .toSorted(byPlace);
}

function foundBy(account: Account, by: Key) {
  return { by, value: account[by] ?? '', id: account.id, account };
}

function byPlace(a: Place, b: Place): number {
  return compareText(a.value, b.value) || compareText(a.id, b.id);
}

function readPlace(after: string): Place {
  try {
    const [value, id] = JSON.parse(Buffer.from(after, 'base64url').toString()) as unknown[];
    if (typeof value === 'string' && typeof id === 'string') return { value, id };
  } catch {
    // The same answer as for what is no pair.
  }
  throw new DomainError('invalid_input', 'after: must be the `next` of a page of this very list');
}
