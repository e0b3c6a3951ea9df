// What an administrator should look at: few things, found through indexes, each with the people it is about.
import type { Account } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { hasSecondFactor } from '../accounts/factors.ts';
import type { Audit } from '../audit/audit.ts';
import type { SignInDay } from '../audit/sign-in-days.ts';
import { rights } from '../organizations/roles.ts';
import { type Administrator, demand, may, organizationAskedFor } from './administrator.ts';

export function createAttention({ accounts, audit }: { accounts: Accounts; audit: Audit }) {
  /** Who has power over others, and signs in with a password alone. @throws DomainError 'not_permitted' */
  async function administratorsWithoutMfa(who: Administrator, named?: string): Promise<Account[]> {
    const organization = organizationAskedFor(who, 'users:read', named);
    const roles = Object.keys(rights);
    const lists = await Promise.all(
      roles.map((role) =>
        organization === undefined ? accounts.withRole(role) : accounts.withRoleIn(organization, role),
      ),
    );
    const all = new Map(lists.flat().map((account) => [account.id, account]));
    return [...all.values()].filter((account) => account.status === 'active' && !hasSecondFactor(account));
  }

  /** Whether one more loss would leave nobody to give rights; false for whoever has no say in it. */
  async function hasOneOwner(who: Administrator): Promise<boolean> {
    if (!may(who, 'instance:write')) return false;
    return (await accounts.withRole('owner')).filter(({ status }) => status === 'active').length === 1;
  }

  /** Sign-ins and refusals by day, oldest first. @throws DomainError 'not_permitted' */
  async function signInDays(who: Administrator, days: number, organization?: string): Promise<SignInDay[]> {
    demand(who, 'audit:read', organization);
    return audit.signInDays(days, organization);
  }

  return { administratorsWithoutMfa, hasOneOwner, signInDays };
}
export type Attention = ReturnType<typeof createAttention>;
