// What a record is made of when it begins and when it ends, and what is derived in it at each write. Pure.
import { newId } from '../platform/ids.ts';
import { type Account, canonicalEmail } from './account.ts';
import { identityKeysOf } from './identity.ts';
import { memberKeysOf, organizationIds } from './membership.ts';
import { nameKeysOf, placesOf } from './search-keys.ts';

/** `id` only where a sealed value had to name it beforehand. */
export type NewAccount = Pick<Account, 'email' | 'emailVerified' | 'status'> & { id?: string } & Partial<
    Pick<
      Account,
      | 'givenName'
      | 'familyName'
      | 'roles'
      | 'memberships'
      | 'passwordHash'
      | 'temporaryPassword'
      | 'invitation'
      | 'totp'
      | 'identities'
    >
  >;

/** Nobody can type the canonical form: it has no `@`, and a blank. Mails that wait are still sent. */
export function deletedRecord(account: Account, now: number): Account {
  const { id, email, language, sessionEpoch, createdAt, pendingNotices, pendingEvents } = account;
  return {
    id,
    email,
    emailCanonical: `deleted ${id}`,
    emailVerified: false,
    ...(language ? { language } : {}),
    ...(pendingNotices ? { pendingNotices } : {}),
    ...(pendingEvents ? { pendingEvents: pendingEvents.map(({ personal: _forgotten, ...event }) => event) } : {}),
    status: 'deleted',
    wasIn: organizationIds(account),
    roles: [],
    sessionEpoch: sessionEpoch + 1,
    hasDeadSessions: true,
    createdAt,
    updatedAt: now,
  };
}

/** What people are listed, searched, counted and known by, kept up with the rest. */
export function withSearchKeys({ familyNameKey: _name, identityKeys: _keys, ...account }: Account): Account {
  const keys = { memberKeys: memberKeysOf(account), places: placesOf(account), ...nameKeysOf(account) };
  return { ...account, ...keys, ...identityKeysOf(account) };
}

/** A record with a fresh subject identifier. */
export function newRecord(account: NewAccount): Account {
  const now = Date.now();
  const defined = Object.fromEntries(Object.entries(account).filter(([, value]) => value !== undefined)) as NewAccount;
  return withSearchKeys({
    roles: [],
    ...defined,
    id: account.id ?? newId(),
    email: account.email.trim(),
    emailCanonical: canonicalEmail(account.email),
    sessionEpoch: 0,
    createdAt: now,
    updatedAt: now,
  });
}
