// The sign-in policy of a firm: looked at before it is saved, refused where it would shut out whoever saves it, and on probation where a
// mistake could shut out the firm.
import type { Account } from '../accounts/account.ts';
import type { Accounts, Count } from '../accounts/accounts.ts';
import { organizationIds } from '../accounts/membership.ts';
import { isInRanges } from '../organizations/ip-ranges.ts';
import { type Organization, policyInForce, settled } from '../organizations/organization.ts';
import type { Organizations } from '../organizations/organizations.ts';
import type { Policies } from '../organizations/policies.ts';
import { addressRefusal, type PolicyRules } from '../organizations/policy.ts';
import { DomainError } from '../platform/errors.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { type Administrator, demand } from './administrator.ts';
import type { Firms } from './firms.ts';

/** Rules on probation that nobody confirms in this time are void. */
export const probationSeconds = 5 * 60;

/** A preview looks at so many people; a larger firm's is told as such. */
const mostLookedAt = 2000;

export interface PolicyPreview {
  people: Count;
  withoutMfa: Count;
  /** People who are signed in from an address that would be refused. */
  shutOut: number;
  lookedAt: number;
  /** Whether that was not everybody. */
  isPart: boolean;
  /** Whether whoever saves it could not sign in any more from where they are. */
  you: boolean;
}

export interface PoliciesDependencies {
  accounts: Accounts;
  firms: Firms;
  organizations: Organizations;
  policies: Policies;
  sessions: Sessions;
}

export function createPolicyAdministration(dependencies: PoliciesDependencies) {
  const { accounts, firms, organizations, policies, sessions } = dependencies;

  async function get(who: Administrator, id: string): Promise<PolicyRules> {
    return policyInForce(await firms.get(who, id), Date.now());
  }

  /** What would come of it. */
  async function preview(who: Administrator, id: string, policy: PolicyRules): Promise<PolicyPreview> {
    const firm = await firms.get(who, id);
    demand(who, 'organizations:write', id);
    const proposed = { ...settled(firm), policy };
    const tally = {
      people: await accounts.count({ organization: id }),
      withoutMfa: await accounts.count({ organization: id, mark: 'no-mfa' }),
      shutOut: 0,
      lookedAt: 0,
      isPart: false,
    };
    if (policy.ipAllowList.length === 0) return { ...tally, you: false };
    for await (const account of membersOf(id)) {
      tally.lookedAt += 1;
      if (await isShutOut(account, proposed)) tally.shutOut += 1;
    }
    const isPart = tally.people.isMore || tally.lookedAt < tally.people.count;
    return { ...tally, isPart, you: shutsOut(who, policy) };
  }

  /** @param options.onProbation rolls back by itself unless `confirm` is called from a later sign-in
   *  @param options.isStill declines where the firm is no longer as it was looked at
   *  @throws DomainError 'conflict' for a change that shuts out whoever saves it, or that `isStill` declined */
  async function save(
    who: Administrator,
    id: string,
    policy: PolicyRules,
    options: { onProbation?: boolean; isStill?: (old: Organization) => boolean } = {},
  ): Promise<Organization> {
    await firms.get(who, id);
    demand(who, 'organizations:write', id);
    if (shutsOut(who, policy))
      throw new DomainError(
        'conflict',
        `ipAllowList: must contain the address you are at now (${who.origin.address ?? 'which cannot be read'}), or you would be shut out`,
      );
    const { accountId } = who;
    const probation =
      options.onProbation && accountId !== undefined
        ? { probation: { by: accountId, until: Date.now() + probationSeconds * 1000 } }
        : {};
    const isStill = options.isStill ? { isStill: options.isStill } : {};
    const updated = await organizations.setPolicy(id, policy, who.origin, { ...probation, ...isStill });
    if (!updated) throw new DomainError('conflict', 'the policy was changed meanwhile');
    return updated;
  }

  /** @param signedInAt of the session in which it is confirmed, milliseconds UTC
   *  @throws DomainError 'conflict' when there is nothing to confirm any more, or the sign-in is older than the rules */
  async function confirm(who: Administrator, id: string, signedInAt: number): Promise<void> {
    const { probation } = await firms.get(who, id);
    demand(who, 'organizations:write', id);
    if (probation && signedInAt <= probation.savedAt)
      throw new DomainError('conflict', 'a sign-in under the new rules is needed: sign in again');
    if (!(await organizations.confirmPolicy(id, signedInAt, who.origin)))
      throw new DomainError('conflict', 'the rules were not confirmed in time; the former ones hold');
  }

  /** The sweeper's part. */
  function sweep(): Promise<void> {
    return organizations.endProbations({ actor: 'system' });
  }

  /** Whoever saves a list must be on it, member or not (M12); a program with a token is nobody to be shut out. */
  function shutsOut(who: Administrator, { ipAllowList }: PolicyRules): boolean {
    if (who.accountId === undefined) return false;
    return ipAllowList.length > 0 && !isInRanges(ipAllowList, who.origin.address);
  }

  async function isShutOut(account: Account, proposed: Organization): Promise<boolean> {
    const policy = await policies.of(organizationIds(account), { instead: [proposed] });
    for await (const { address, endedAt, endsAt } of sessions.ofAccount(account.id))
      if (endedAt === undefined && endsAt > Date.now() && addressRefusal(policy, address)) return true;
    return false;
  }

  async function* membersOf(organization: string): AsyncGenerator<Account> {
    let seen = 0;
    let page = await accounts.search({ organization, limit: 500 });
    while (page.length > 0 && seen < mostLookedAt) {
      yield* page;
      seen += page.length;
      page = await accounts.search({ organization, limit: 500, after: page.at(-1)?.id });
    }
  }

  return { get, preview, shutsOut, save, confirm, sweep };
}
export type PolicyAdministration = ReturnType<typeof createPolicyAdministration>;
