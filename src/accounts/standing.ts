// Where an account stands: its firms, the policy that holds for it, and what keeps its sessions from being used further.
import type { AuditEvent, Origin } from '../audit/audit.ts';
import type { Organizations } from '../organizations/organizations.ts';
import type { Policies } from '../organizations/policies.ts';
import type { SignInPolicy } from '../organizations/policy.ts';
import type { Account } from './account.ts';
import { type Barrier, barrierBefore } from './barrier.ts';
import { organizationIds } from './membership.ts';

export interface StandingDependencies {
  getAccount(id: string): Promise<Account | undefined>;
  organizations: Organizations;
  policies: Policies;
}

export function createStanding({ getAccount, organizations, policies }: StandingDependencies) {
  /** What holds for everybody, where there is no account. */
  function policyOf(account: Account | undefined): Promise<SignInPolicy> {
    return policies.of(account ? organizationIds(account) : []);
  }

  async function firmNamesOf(account: Account): Promise<string[]> {
    return (await organizations.named(organizationIds(account))).map(({ name }) => name);
  }

  async function barrierOf(account: Account, { address }: Origin): Promise<Barrier | undefined> {
    return barrierBefore(account, await policyOf(account), address);
  }

  /** Whose administrators may read an event. */
  async function organizationsOf({ subject }: Pick<AuditEvent, 'subject'>): Promise<string[]> {
    const account = subject === undefined ? undefined : await getAccount(subject);
    return account ? organizationIds(account) : [];
  }

  return { policyOf, firmNamesOf, barrierOf, organizationsOf };
}
export type Standing = ReturnType<typeof createStanding>;
