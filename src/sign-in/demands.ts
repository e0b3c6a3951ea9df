// What an authorization request asks of the sign-in beyond what the policy does: pure, read from its parameters and from why oidc-provider asks.

import { meetsAcr, oneFactorReached, wantedAcrs } from '../oidc/acr.ts';
import type { PendingInteraction } from '../oidc/interactions.ts';

type Asked = Pick<PendingInteraction, 'params' | 'reasons'>;

/** Whether one factor is not enough for it. */
export function wantsBothFactors({ params }: Asked): boolean {
  return !meetsAcr(oneFactorReached, wantedAcrs(params).values);
}

/** Whether what was proved on this device some other day does not count: two factors are wanted, or somebody who is signed in is asked
 *  again. */
export function wantsFreshFactor(asked: Asked): boolean {
  const { reasons } = asked;
  return wantsBothFactors(asked) || reasons.includes('login_prompt') || reasons.includes('max_age');
}
