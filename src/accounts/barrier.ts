// What keeps a session from being used further, until the sign-in is completed or the person is somewhere else.
import { addressRefusal, type SignInPolicy } from '../organizations/policy.ts';
import { type Account, enrolmentRule } from './account.ts';
import { lacksPasskey } from './factors.ts';

export type Barrier = 'policy-requires-mfa' | 'account-must-enrol' | 'policy-requires-passkey' | 'address-not-allowed';

/** @param address where the request comes from */
export function barrierBefore(
  account: Account,
  policy: Pick<SignInPolicy, 'mfa' | 'passkeys' | 'allowLists'>,
  address: string | undefined,
): Barrier | undefined {
  if (addressRefusal(policy, address)) return 'address-not-allowed';
  return enrolmentRule(account, policy) ?? (lacksPasskey(account, policy) ? 'policy-requires-passkey' : undefined);
}
