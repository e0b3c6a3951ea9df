// What an authorization request asks of the sign-in beyond what the policy does: pure, read from its parameters and from why oidc-provider asks.
import type { Account } from '../accounts/account.ts';
import { hasSecondFactor } from '../accounts/factors.ts';
import { meetsAcr, oneFactorReached, wantedAcrs } from '../oidc/acr.ts';
import type { PendingInteraction } from '../oidc/interactions.ts';
import type { SignInPolicy } from '../organizations/policy.ts';

type Asked = Pick<PendingInteraction, 'params' | 'reasons'>;

/** Whether one factor is not enough for it. */
export function wantsBothFactors({ params }: Pick<Asked, 'params'>): boolean {
  return !meetsAcr(oneFactorReached, wantedAcrs(params).values);
}

/** Whether what was proved on this device some other day does not count: two factors are wanted, or somebody who is signed in is asked
 *  again. */
export function wantsFreshFactor(asked: Asked): boolean {
  const { reasons } = asked;
  return wantsBothFactors(asked) || reasons.includes('login_prompt') || reasons.includes('max_age');
}

/** The policy with what the request adds to it: who has a second factor gives it, and who has none sets one up where it is a must. */
export function withDemands(policy: SignInPolicy, asked: Asked, account: Account | undefined): SignInPolicy {
  if (!account || !wantsBothFactors(asked)) return policy;
  const { isEssential } = wantedAcrs(asked.params);
  return isEssential || hasSecondFactor(account) ? { ...policy, mfa: 'required' } : policy;
}

/** Who alone can answer: an app that wants a younger sign-in (`max_age`) wants it of the same person.
 *  @returns undefined where anybody may sign in */
export function onlyAccount({ reasons, session }: Pick<PendingInteraction, 'reasons' | 'session'>): string | undefined {
  return reasons.includes('max_age') && !reasons.includes('login_prompt') ? session?.accountId : undefined;
}
