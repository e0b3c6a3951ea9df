// What people are listed and searched by: derived from the record at each write, so that a list of a million is read from an index.
import { type Account, displayName } from './account.ts';
import { everywhere, organizationIds } from './membership.ts';

export type ListedStatus = Exclude<Account['status'], 'deleted'>;
type Named = Pick<Account, 'email' | 'givenName' | 'familyName'>;

/** Lists that the person stands in: of each of their firms, of everywhere, and of those of their status there. */
export function placesOf(account: Pick<Account, 'memberships' | 'status'>): string[] {
  return [...organizationIds(account), everywhere].flatMap((place) => [
    place,
    listOf(place, account.status as ListedStatus),
  ]);
}

/** The list of a firm, or of everywhere; `acme::active` is the part of a status. */
export function listOf(place: string = everywhere, status?: ListedStatus): string {
  return status === undefined ? place : `${place}::${status}`;
}

/** `ada lovelace`, or the address of somebody without a name; and `lovelace ada` where there are two names to begin with. */
export function nameKeysOf(account: Named): Pick<Account, 'nameKey' | 'familyNameKey'> {
  const { givenName, familyName } = account;
  const nameKey = foldedName(displayName(account));
  return givenName && familyName ? { nameKey, familyNameKey: foldedName(`${familyName} ${givenName}`) } : { nameKey };
}

/** Without case, accents and doubled blanks, so that `jose` finds José; a beginning of it is the beginning of more than one name. */
export function foldedName(name: string): string {
  return name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/\s+/g, ' ').trimStart();
}
