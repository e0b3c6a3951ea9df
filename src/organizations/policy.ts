// The sign-in policy and its one resolver. Today the instance alone has one; firms and apps join the list, and the strictest wins.

export interface SignInPolicy {
  /** `required`: nobody gets in without a second factor; who has none sets it up while signing in. */
  mfa: 'optional' | 'required';
  /** Code points; 8 to 64. */
  passwordMinLength: number;
  idleSeconds: number;
  absoluteSeconds: number;
}

/** The strictest of all that apply. */
export function effectivePolicy(policies: readonly [SignInPolicy, ...SignInPolicy[]]): SignInPolicy {
  return {
    mfa: policies.some(({ mfa }) => mfa === 'required') ? 'required' : 'optional',
    passwordMinLength: Math.max(...policies.map((policy) => policy.passwordMinLength)),
    idleSeconds: Math.min(...policies.map((policy) => policy.idleSeconds)),
    absoluteSeconds: Math.min(...policies.map((policy) => policy.absoluteSeconds)),
  };
}
