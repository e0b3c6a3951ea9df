// Accounts as the protocol sees them, by whatever finds them.
import type { Account } from './account.ts';

type FindAccount = (id: string) => Promise<Account | undefined>;

/** A suspended account is nobody to the protocol, whatever tokens are still about. */
export function activeAccount(get: FindAccount): FindAccount {
  return async (id) => {
    const account = await get(id);
    return account?.status === 'suspended' ? undefined : account;
  };
}

/** @returns what tells whether a session or token is of before a change that ends them */
export function epochReader(findAccount: FindAccount): (id: string) => Promise<number | undefined> {
  return async (id) => (await findAccount(id))?.sessionEpoch;
}
