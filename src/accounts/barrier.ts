// What keeps a session from being used further, until the sign-in is completed or the person is somewhere else.
import { addressRefusal, type SignInPolicy } from '../organizations/policy.ts';
import { type Account, enrolmentRule } from './account.ts';

export type Barrier = 'policy-requires-mfa' | 'account-must-enrol' | 'address-not-allowed';

/** @param address where the request comes from */
export function barrierBefore(
  account: Account,
  policy: Pick<SignInPolicy, 'mfa' | 'allowLists'>,
  address: string | undefined,
): Barrier | undefined {
  return addressRefusal(policy, address) ? 'address-not-allowed' : enrolmentRule(account, policy);
}
