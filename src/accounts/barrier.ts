// What keeps a session from being used further, until the sign-in is completed or the person is somewhere else.
import { addressRefusal, type PolicySource, type SignInPolicy } from '../organizations/policy.ts';
import { type Account, enrolmentRule } from './account.ts';
import { hasSecondFactor, lacksPasskey } from './factors.ts';

export type Barrier =
  | 'policy-requires-mfa'
  | 'account-must-enrol'
  | 'policy-requires-passkey'
  | 'address-not-allowed'
  /** The app asks for a second factor, and the session was made without one. */
  | 'second-factor-missing'
  /** The app asks for a younger sign-in. */
  | 'sign-in-too-old';

/** A session that is to open an app. */
export interface SessionUse {
  clientId: string;
  /** What was proved in it. */
  amr: readonly string[];
  /** Milliseconds UTC. */
  signedInAt: number;
}

/** A session on our own pages. */
export type OwnPageUse = Pick<SessionUse, 'amr'>;

/** @param address where the request comes from   @param amr of the session's sign-in */
export function barrierBefore(
  account: Account,
  policy: Pick<SignInPolicy, 'mfa' | 'passkeys' | 'allowLists'>,
  address: string | undefined,
  amr: readonly string[] = [],
): Barrier | undefined {
  if (addressRefusal(policy, address)) return 'address-not-allowed';
  return enrolmentRule(account, policy, amr) ?? (lacksPasskey(account, policy) ? 'policy-requires-passkey' : undefined);
}

/** Whether two factors are demanded of somebody who has two, and the session was made with one.
 *  Who has an authenticator app was asked for its code, unless the device is remembered. An app that asks for a second factor itself
 *  allows none to be (clients/client.ts). */
export function lacksSecondProof(
  account: Account,
  { mfa, rememberDeviceDays }: Pick<SignInPolicy, 'mfa' | 'rememberDeviceDays'>,
  amr: readonly string[],
): boolean {
  const isSpared = account.totp !== undefined && rememberDeviceDays > 0;
  return mfa === 'required' && hasSecondFactor(account) && !amr.includes('mfa') && !isSpared;
}

/** What the session lacks for this app alone: our own pages, and apps that ask for nothing, may be used all the same. */
export function shortcomingOf(
  account: Account,
  policy: SignInPolicy,
  { clientId, amr, signedInAt }: SessionUse,
  now: number,
): Barrier | undefined {
  const { because, maxAge, absoluteSeconds } = policy;
  const isAskedByClient = (source: PolicySource) => source.kind === 'client' && source.id === clientId;
  const longest = Math.min(
    maxAge?.seconds ?? Infinity,
    isAskedByClient(because.absoluteSeconds) ? absoluteSeconds : Infinity,
  );
  if (now - signedInAt > longest * 1000) return 'sign-in-too-old';
  return lacksSecondProof(account, policy, amr) ? 'second-factor-missing' : undefined;
}
