// The end of an account, by its owner. One write takes every way in away and frees the address; then what hangs on the account is cleared
// step by step, and the record goes last. A process that dies in between leaves a record that opens nothing, and the sweeper goes on.
import type { Audit, Origin } from '../audit/audit.ts';
import type { Log } from '../platform/log.ts';
import type { Account } from './account.ts';
import type { Accounts } from './accounts.ts';
import { organizationIds } from './membership.ts';
import type { Holding } from './personal-data.ts';
import type { SecurityNotices } from './security-notices.ts';

/** What the request that began it may still be about to finish. */
const patienceMs = 30_000;

export interface AccountDeletionDependencies {
  accounts: Accounts;
  audit: Audit;
  log: Log;
  securityNotices: SecurityNotices;
  holdings: readonly Holding[];
  /** The role of which one holder must remain. */
  ownerRole: string;
  /** Ends the sessions, takes their tokens away and tells their apps. May be done twice. */
  endSessions(accountId: string, origin: Origin): Promise<unknown>;
}

/** `last-owner`: nobody else could give rights to anybody. `outdated`: the account was changed by another request meanwhile. */
export type DeletionOutcome = 'deleted' | 'last-owner' | 'outdated';

export function createAccountDeletion(dependencies: AccountDeletionDependencies) {
  const { accounts, audit, log, securityNotices, holdings, ownerRole, endSessions } = dependencies;

  async function isLastOwner(account: Account): Promise<boolean> {
    return account.roles.includes(ownerRole) && !(await hasOtherOwner(account.id));
  }

  async function hasOtherOwner(accountId: string): Promise<boolean> {
    const owners = await accounts.withRole(ownerRole);
    return owners.some(({ id, status }) => id !== accountId && status === 'active');
  }

  /** The caller has checked who asks. Of two owners who leave at once, each gives up the role first and looks then, so that at least one
   *  sees that nobody is left, and stays. To one whose process dies in between the sweeper gives the role back. */
  async function remove(account: Account, origin: Origin): Promise<DeletionOutcome> {
    if (await isLastOwner(account)) return 'last-owner';
    const isOwner = account.roles.includes(ownerRole);
    if (isOwner) {
      await accounts.update(account.id, (old) => leaving(old, ownerRole, Date.now()));
      if (!(await hasOtherOwner(account.id))) {
        await stay(account.id);
        return 'last-owner';
      }
    }
    // An owner to whom the sweeper has given the role back meanwhile looks again, whether another one is left.
    const isAsSeen = (old: Account) =>
      old.sessionEpoch === account.sessionEpoch && (!isOwner || old.isLeaving === true);
    const marked = await accounts.markDeleted(account.id, isAsSeen, origin);
    if (!marked) {
      if (isOwner) await stay(account.id);
      return 'outdated';
    }
    await audit.record(
      {
        type: 'account.deletion-begun',
        result: 'success',
        subject: account.id,
        organizations: organizationIds(account),
      },
      origin,
    );
    await finish(marked, origin).catch((error: unknown) =>
      log.warn({ err: error, accountId: account.id }, 'a deletion is not finished yet; the sweeper goes on'),
    );
    return 'deleted';
  }

  async function stay(accountId: string): Promise<void> {
    await accounts.update(accountId, ({ leavingSince: _since, isLeaving, ...old }) =>
      isLeaving ? { ...old, roles: [...new Set([...old.roles, ownerRole])] } : undefined,
    );
  }

  /** Each step may be done twice. */
  async function finish(account: Account, origin: Origin): Promise<void> {
    await endSessions(account.id, origin);
    for (const { remove: clear } of holdings) await clear?.(account.id);
    await securityNotices.deliver(account);
    const { id: subject, wasIn: organizations = [] } = account;
    await audit.record({ type: 'account.deleted', result: 'success', subject, organizations }, origin);
    await accounts.removeDeleted(account.id);
  }

  /** The sweeper's part: finishes what a dead process began. */
  async function sweep(): Promise<void> {
    const before = Date.now() - patienceMs;
    for (const { id, leavingSince = 0 } of await accounts.leaving()) if (leavingSince <= before) await stay(id);
    for (const account of await accounts.markedDeleted(before)) await finish(account, { actor: 'system' });
  }

  return { isLastOwner, remove, sweep };
}
export type AccountDeletion = ReturnType<typeof createAccountDeletion>;

function leaving(account: Account, role: string, now: number): Account {
  return { ...account, roles: account.roles.filter((one) => one !== role), leavingSince: now, isLeaving: true };
}
