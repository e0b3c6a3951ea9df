// Which second factors stand in an account's record, and who must have which.
import type { SignInPolicy } from '../organizations/policy.ts';
import { isAdministrative } from '../organizations/roles.ts';
import type { Membership } from './membership.ts';

export interface Factors {
  totp?: object | undefined;
  passkeys?: readonly string[] | undefined;
}

interface RoleHolder {
  roles: readonly string[];
  memberships?: readonly Membership[] | undefined;
}

/** An authenticator app, or a passkey: that one alone is two factors in one. */
export function hasSecondFactor({ totp, passkeys }: Factors): boolean {
  return totp !== undefined || hasPasskey({ passkeys });
}

export function hasPasskey({ passkeys = [] }: Pick<Factors, 'passkeys'>): boolean {
  return passkeys.length > 0;
}

/** Whether somebody must have a passkey and has none yet. */
export function lacksPasskey(account: Factors & RoleHolder, { passkeys }: Pick<SignInPolicy, 'passkeys'>): boolean {
  return passkeys === 'required-for-administrators' && isAdministrator(account) && !hasPasskey(account);
}

/** Whether a passkey must stay: it is the last factor of somebody who must have one, or the last passkey where that is demanded. */
export function isPasskeyNeeded(
  account: Factors & RoleHolder,
  policy: Pick<SignInPolicy, 'mfa' | 'passkeys'>,
): boolean {
  if ((account.passkeys ?? []).length > 1) return false;
  const isOnlyFactor = policy.mfa === 'required' && account.totp === undefined;
  return isOnlyFactor || lacksPasskey({ ...account, passkeys: [] }, policy);
}

/** Whether the second factor of a sign-in was the upstream provider's: one of our own may be gone since. */
export function isVouchedFor(amr: readonly string[]): boolean {
  const isOwn = amr.some((value) => ['otp', 'rc', 'user'].includes(value));
  return amr.includes('fed') && amr.includes('mfa') && !isOwn;
}

/** On the instance, or in any firm. */
function isAdministrator({ roles, memberships = [] }: RoleHolder): boolean {
  return [...roles, ...memberships.flatMap((membership) => membership.roles)].some(isAdministrative);
}
