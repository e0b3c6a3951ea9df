// The last owner stays: nobody else could give rights to anybody.
import type { Account } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { DomainError } from '../platform/errors.ts';

const ownerRole = 'owner';

export function createLastOwner({ accounts }: { accounts: Accounts }) {
  async function others(id: string): Promise<boolean> {
    return (await accounts.withRole(ownerRole)).some((one) => one.id !== id && isOwner(one));
  }

  /** Runs a change that takes an owner away. Of two owners who do so to each other at once, each looks again after its own change: at least
   *  one sees that nobody is left, and takes it back.
   *  @throws DomainError 'conflict' when nobody would be left */
  async function keep(before: Account, change: () => Promise<Account>): Promise<Account> {
    if (!isOwner(before)) return change();
    if (!(await others(before.id))) throw refusal();
    const after = await change();
    if (isOwner(after) || (await others(before.id))) return after;
    await accounts.update(before.id, (old) => ({
      ...old,
      roles: [...new Set([...old.roles, ownerRole])],
      status: before.status,
    }));
    throw refusal();
  }

  return { keep };
}
export type LastOwner = ReturnType<typeof createLastOwner>;

function isOwner({ roles, status }: Account): boolean {
  return status === 'active' && roles.includes(ownerRole);
}

function refusal(): DomainError {
  return new DomainError('conflict', 'the last owner cannot lose that role or be suspended');
}
