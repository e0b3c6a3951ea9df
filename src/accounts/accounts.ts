// Keeps account records: finding, creating and changing them. Authenticators change through credentials/.
import type { Origin } from '../audit/audit.ts';
import type { ListQuery, Storage } from '../storage/port.ts';
import { type Account, accountsSpec, canonicalEmail, killsSessions } from './account.ts';
import { deletedRecord, type NewAccount, newRecord, withSearchKeys } from './account-record.ts';
import { type Identity, identityKey } from './identity.ts';
import { everywhere, type MemberMark, memberMark } from './membership.ts';
import { withNotice, withoutNotices } from './pending-notices.ts';
import { type AccountQuery, searchPeople } from './people-search.ts';
import { listOf } from './search-keys.ts';
import { createSearchUpkeep } from './search-upkeep.ts';

/** Where there are more, a number is told as such: to count a million for each page would cost more than it says. */
const mostCounted = 2000;
const pageSize = 500;

export interface Count {
  count: number;
  /** Whether there are more than that. */
  isMore: boolean;
}

interface Counted {
  organization?: string | undefined;
  mark?: MemberMark | undefined;
  atMost?: number | undefined;
}

export function createAccounts({ storage }: { storage: Storage }) {
  const accounts = storage.collection(accountsSpec);
  const keepUp = createSearchUpkeep({ storage, accounts });

  function get(id: string): Promise<Account | undefined> {
    return accounts.get(id).then(unlessDeleted);
  }

  function findByEmail(email: string): Promise<Account | undefined> {
    return accounts.find('emailCanonical', canonicalEmail(email)).then(unlessDeleted);
  }

  /** Whose an identity at an upstream provider is. */
  function findByIdentity(identity: Identity): Promise<Account | undefined> {
    return accounts.find('identityKeys', identityKey(identity)).then(unlessDeleted);
  }

  /** @throws DomainError 'duplicate' when the address or an identity is taken */
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
      return changed && withSearchKeys({ ...changed, ...mark, updatedAt: Date.now() });
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

  /** Deleted ones, too: they are told of it. */
  function withPendingNotices(): AsyncGenerator<Account> {
    return each({ hasPendingNotices: true });
  }

  /** The outbox has these mails. It is no change of the account, so `updatedAt` stays. */
  async function dropNotices(id: string, noticeIds: readonly string[]): Promise<void> {
    await accounts.update(id, (old) => withoutNotices(old, noticeIds));
  }

  /** Owners who gave the role up to delete their account. At most a thousand. */
  function leaving(): Promise<Account[]> {
    return accounts.list({ where: { isLeaving: true }, limit: 1000 });
  }

  /** On the instance. At most a thousand. */
  function withRole(role: string): Promise<Account[]> {
    return accounts.list({ where: { roles: role }, limit: 1000 });
  }

  /** In one organization. At most a thousand. */
  function withRoleIn(organization: string, role: string): Promise<Account[]> {
    return accounts.list({ where: { memberKeys: `${organization}:${role}` }, limit: 1000 });
  }

  /** How many belong to the organization (or are there at all), or those of them with the mark. */
  async function count({ organization = everywhere, mark, atMost = mostCounted }: Counted = {}): Promise<Count> {
    const where = mark ? { memberKeys: memberMark(organization, mark) } : { places: listOf(organization) };
    const found = await accounts.count(where, atMost + 1);
    return { count: Math.min(found, atMost), isMore: found > atMost };
  }

  /** Those with the mark in the organization, or everywhere; by id. */
  function marked(
    mark: MemberMark,
    { organization = everywhere, after, limit }: Pick<AccountQuery, 'organization' | 'after' | 'limit'>,
  ): Promise<Account[]> {
    const where = { memberKeys: memberMark(organization, mark) };
    return accounts.list({ where, limit: limit ?? 100, ...(after === undefined ? {} : { after }) });
  }

  /** See people-search.ts. */
  function search(query: AccountQuery): Promise<Account[]> {
    return searchPeople(accounts, query);
  }

  /** Takes every way in away, frees the address and ends the sessions in one write. The address stays for the last mail alone.
   *  @param origin told in that mail
   *  @returns what is left of the record; undefined when `isStill` declined, or it was marked already */
  function markDeleted(id: string, isStill: (old: Account) => boolean, origin: Origin): Promise<Account | undefined> {
    return accounts.update(id, (old) => {
      const now = Date.now();
      const notice = { kind: 'accountDeleted', origin, now } as const;
      return unlessDeleted(old) && isStill(old) ? withNotice(deletedRecord(old, now), notice) : undefined;
    });
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
    for await (const account of each()) if (unlessDeleted(account)) yield account;
  }

  async function* each(where: ListQuery<Account>['where'] = {}): AsyncGenerator<Account> {
    let page = await accounts.list({ where, limit: pageSize });
    while (page.length > 0) {
      yield* page;
      page = await accounts.list({ where, limit: pageSize, after: page.at(-1)?.id ?? '' });
    }
  }

  /** @returns whether there was such an account */
  function remove(id: string): Promise<boolean> {
    return accounts.delete(id);
  }

  return {
    get,
    findByEmail,
    findByIdentity,
    create,
    update,
    withDeadSessions,
    clearDeadSessions,
    withPendingNotices,
    dropNotices,
    leaving,
    withRole,
    withRoleIn,
    search,
    count,
    keepUp,
    marked,
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
