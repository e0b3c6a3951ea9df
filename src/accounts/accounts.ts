// Keeps account records: finding, creating and changing them. Authenticators change through credentials/.
import { newId } from '../platform/ids.ts';
import type { Storage } from '../storage/port.ts';
import { type Account, accountsSpec, canonicalEmail, killsSessions } from './account.ts';
import { memberKeysOf } from './membership.ts';

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
    >
  >;

const pageSize = 500;

export function createAccounts({ storage }: { storage: Storage }) {
  const accounts = storage.collection(accountsSpec);

  function get(id: string): Promise<Account | undefined> {
    return accounts.get(id).then(unlessDeleted);
  }

  function findByEmail(email: string): Promise<Account | undefined> {
    return accounts.find('emailCanonical', canonicalEmail(email)).then(unlessDeleted);
  }

  /** @throws DomainError 'duplicate' when the address is taken */
  async function create(account: NewAccount): Promise<Account> {
    const record = newRecord(account);
    await accounts.insert(record);
    return record;
  }

  /** Compare-and-set: `change` is pure and declines by returning undefined. Sets `updatedAt`, and `hasDeadSessions` where it killed some. */
  function update(id: string, change: (old: Account) => Account | undefined): Promise<Account | undefined> {
    return accounts.update(id, (old) => {
      const changed = unlessDeleted(old) && change(old);
      const mark = changed && killsSessions(old, changed) ? { hasDeadSessions: true } : {};
      return changed && withMemberKeys({ ...changed, ...mark, updatedAt: Date.now() });
    });
  }

  /** Accounts whose sessions died by a change that was made before `before`, milliseconds UTC. */
  async function withDeadSessions(before: number): Promise<Account[]> {
    const marked = await accounts.list({ where: { hasDeadSessions: true }, limit: 1000 });
    return marked.filter(({ updatedAt }) => updatedAt <= before);
  }

  /** Notes that the dead sessions of the account, as it was seen, are ended. */
  async function clearDeadSessions({ id, sessionEpoch, status }: Account): Promise<void> {
    await accounts.update(id, ({ hasDeadSessions: _ended, ...account }) =>
      account.sessionEpoch === sessionEpoch && account.status === status ? account : undefined,
    );
  }

  /** On the instance. At most a thousand. */
  function withRole(role: string): Promise<Account[]> {
    return accounts.list({ where: { roles: role }, limit: 1000 });
  }

  /** In one organization. At most a thousand. */
  function withRoleIn(organization: string, role: string): Promise<Account[]> {
    return accounts.list({ where: { memberKeys: `${organization}:${role}` }, limit: 1000 });
  }

  /** Takes every way in away, frees the address and ends the sessions in one write. The address stays for the last mail alone.
   *  @returns what is left of the record; undefined when `isStill` declined, or it was marked already */
  function markDeleted(id: string, isStill: (old: Account) => boolean): Promise<Account | undefined> {
    return accounts.update(id, (old) =>
      unlessDeleted(old) && isStill(old) ? deletedRecord(old, Date.now()) : undefined,
    );
  }

  /** Accounts that were marked before `before`, milliseconds UTC. */
  async function markedDeleted(before: number): Promise<Account[]> {
    const marked = await accounts.list({ where: { status: 'deleted' }, limit: 1000 });
    return marked.filter(({ updatedAt }) => updatedAt <= before);
  }

  async function removeDeleted(id: string): Promise<void> {
    if ((await accounts.get(id))?.status === 'deleted') await accounts.delete(id);
  }

  async function isEmpty(): Promise<boolean> {
    return (await accounts.list({ limit: 1 })).length === 0;
  }

  /** Every account, ordered by id, read page by page. */
  async function* all(): AsyncGenerator<Account> {
    let page = await accounts.list({ limit: pageSize });
    while (page.length > 0) {
      yield* page.filter(unlessDeleted);
      page = await accounts.list({ limit: pageSize, after: page.at(-1)?.id ?? '' });
    }
  }

  /** @returns whether there was such an account */
  function remove(id: string): Promise<boolean> {
    return accounts.delete(id);
  }

  return {
    get,
    findByEmail,
    create,
    update,
    withDeadSessions,
    clearDeadSessions,
    withRole,
    withRoleIn,
    markDeleted,
    markedDeleted,
    removeDeleted,
    isEmpty,
    all,
    remove,
  };
}
export type Accounts = ReturnType<typeof createAccounts>;

function unlessDeleted(account: Account | undefined): Account | undefined {
  return account?.status === 'deleted' ? undefined : account;
}

/** Nobody can type the canonical form: it has no `@`, and a blank. */
function deletedRecord({ id, email, language, sessionEpoch, createdAt }: Account, now: number): Account {
  return {
    id,
    email,
    emailCanonical: `deleted ${id}`,
    emailVerified: false,
    ...(language ? { language } : {}),
    status: 'deleted',
    roles: [],
    sessionEpoch: sessionEpoch + 1,
    hasDeadSessions: true,
    createdAt,
    updatedAt: now,
  };
}

function withMemberKeys({ memberKeys: _stale, ...account }: Account): Account {
  return account.memberships?.length ? { ...account, memberKeys: memberKeysOf(account.memberships) } : account;
}

/** A record with a fresh subject identifier. */
function newRecord(account: NewAccount): Account {
  const now = Date.now();
  const defined = Object.fromEntries(Object.entries(account).filter(([, value]) => value !== undefined)) as NewAccount;
  return withMemberKeys({
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
