// The one write behind each change of a person's names and roles: it tells what was and what is; the old firms hear of it as well as the
// new ones.
import type { Account } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { membershipKeys, organizationIds } from '../accounts/membership.ts';
import { withEvent } from '../accounts/pending-notices.ts';
import type { SecurityNotices } from '../accounts/security-notices.ts';
import type { Noted } from '../audit/audit.ts';
import { DomainError } from '../platform/errors.ts';
import type { Administrator } from './administrator.ts';

/** Declines where the record is no longer as the administrator saw it. */
export type IsStill<T> = (old: T) => boolean;

export interface PersonChangeDependencies {
  accounts: Accounts;
  securityNotices: SecurityNotices;
}

export function createPersonChange({ accounts, securityNotices }: PersonChangeDependencies) {
  /** @throws DomainError 'not_found'; 'conflict' when `isStill` declined */
  return async function changed(
    who: Administrator,
    { id }: Account,
    { change, isStill = () => true }: { change: (old: Account) => Account; isStill?: IsStill<Account> | undefined },
  ): Promise<Account> {
    let isThere = false;
    const after = await accounts.update(id, (old) => {
      isThere = true;
      if (!isStill(old)) return undefined;
      const next = change(old);
      const event = eventOf(old, next);
      return event ? withEvent(next, event, { origin: who.origin, now: Date.now() }) : next;
    });
    if (!isThere) throw new DomainError('not_found', `there is no account ${id}`);
    if (!after) throw new DomainError('conflict', 'the account was changed meanwhile');
    await securityNotices.flush(after);
    return after;
  };
}
export type PersonChange = ReturnType<typeof createPersonChange>;

/** @returns undefined where nothing is otherwise */
function eventOf(before: Account, after: Account): Noted | undefined {
  const detail = {
    ...differences('roles', before.roles, after.roles),
    ...differences('memberships', membershipKeys(before), membershipKeys(after)),
  };
  const personal = {
    ...differences('givenName', before.givenName, after.givenName),
    ...differences('familyName', before.familyName, after.familyName),
  };
  if (Object.keys(detail).length + Object.keys(personal).length === 0) return undefined;
  const organizations = [...organizationIds(before), ...organizationIds(after)];
  return { type: 'account.changed', organizations, detail, personal };
}

function differences(field: string, old: unknown, next: unknown): Record<string, string> {
  const text = (value: unknown) => (Array.isArray(value) ? value.join(', ') : String(value ?? ''));
  return text(old) === text(next) ? {} : { [`${field}.old`]: text(old), [`${field}.new`]: text(next) };
}
