// What is next: the one pure function that stands between a person and the app. Routes render the step and record its result; a step
// never names another step. Each answer carries the rule that asked for it, for the log and for "why was I asked?".
import { type Account, enrolmentRule } from '../accounts/account.ts';
import { hasPasskey, lacksPasskey } from '../accounts/factors.ts';
import { isShownTo } from '../credentials/mfa.ts';
import { addressRefusal, type PolicySource, type SignInPolicy } from '../organizations/policy.ts';
import {
  type Attempt,
  hasBothFactors,
  hasFirstFactor,
  hasProof,
  hasUnverifiedPasskeyOnly,
  holderOf,
  identityToLink,
} from './attempt.ts';

export type Step =
  | {
      name: 'password';
      rule: 'not-signed-in' | 'credentials-changed' | 'proof-too-old' | 'passkey-not-verified' | 'other-account';
    }
  | { name: 'code'; rule: 'account-has-second-factor' }
  | { name: 'passkey'; rule: 'policy-requires-mfa' | 'account-must-enrol' }
  | { name: 'temporary-password'; rule: 'temporary-password-used' | 'password-breached' | 'password-change-demanded' }
  | { name: 'profile'; rule: 'first-sign-in' }
  | { name: 'enrol-mfa'; rule: 'policy-requires-mfa' | 'account-must-enrol' }
  | { name: 'enrol-passkey'; rule: 'policy-requires-passkey' }
  | { name: 'recovery-codes'; rule: 'recovery-codes-shown' }
  | { name: 'passkey-offer'; rule: 'passkey-offered' }
  | { name: 'link-identity'; rule: 'identity-waits' }
  | { name: 'consent'; rule: 'third-party-client' }
  | { name: 'refused'; rule: 'account-suspended' }
  | { name: 'refused'; rule: 'address-not-allowed'; by: PolicySource }
  | { name: 'done'; rule: 'all-steps-done' };

export interface Situation {
  /** What oidc-provider waits for. */
  prompt: 'login' | 'consent';
  attempt: Attempt;
  /** The account the attempt names, as stored now. */
  account: Account | undefined;
  /** What holds for that account. */
  policy: Pick<SignInPolicy, 'mfa' | 'passkeys' | 'allowLists'>;
  /** A session stands that was signed in with the password, and lacks a second factor. */
  isSignedIn?: boolean;
  /** The device is remembered, and nobody asks for a fresh code. */
  isCodeSpared?: boolean;
  /** Where the request comes from; undefined where that could not be read. */
  address: string | undefined;
}

/** The rules in the order in which they are asked; the first that speaks decides.
 *  @param now milliseconds UTC */
export function nextStep(situation: Situation, now: number): Step {
  for (const rule of rules) {
    const step = rule(situation, now);
    if (step) return step;
  }
  return { name: 'done', rule: 'all-steps-done' };
}

type Rule = (situation: Situation, now: number) => Step | undefined;

const consent: Rule = ({ prompt }) =>
  prompt === 'consent' ? { name: 'consent', rule: 'third-party-client' } : undefined;

const identified: Rule = ({ attempt, account }) =>
  attempt.accountId && account ? undefined : { name: 'password', rule: 'not-signed-in' };

/** A password changed or an account closed while the code page stood open must not be walked past. */
const current: Rule = ({ attempt, account }) =>
  attempt.epoch === account?.sessionEpoch ? undefined : { name: 'password', rule: 'credentials-changed' };

/** Whoever signs in as somebody else would hand the app another person in the middle of its work. */
const samePerson: Rule = ({ attempt: { accountId, onlyAccountId } }) =>
  onlyAccountId === undefined || accountId === onlyAccountId ? undefined : { name: 'password', rule: 'other-account' };

const firstFactor: Rule = ({ attempt, isSignedIn }, now) =>
  isSignedIn || hasFirstFactor(attempt, now) ? undefined : { name: 'password', rule: 'proof-too-old' };

/** Whoever holds a passkey that verified nobody may have found it: without a code to ask for, the password is. */
const verifiedOwner: Rule = ({ attempt, account, isSignedIn }, now) =>
  hasUnverifiedPasskeyOnly(attempt, now) && !account?.totp && !isSignedIn
    ? { name: 'password', rule: 'passkey-not-verified' }
    : undefined;

const notSuspended: Rule = ({ account }) =>
  account?.status === 'suspended' ? { name: 'refused', rule: 'account-suspended' } : undefined;

/** Only after the password: which addresses a firm allows is nothing for strangers. */
const allowedAddress: Rule = ({ account, policy, address }) => {
  const by = account && addressRefusal(policy, address);
  return by && { name: 'refused', rule: 'address-not-allowed', by };
};

/** Before anything may be changed: a temporary password is no way round the second factor. */
const secondFactor: Rule = ({ attempt, account, policy, isSignedIn, isCodeSpared }, now) => {
  if (!account || hasBothFactors(attempt, now)) return undefined;
  // The session stands for the password.
  if (isSignedIn && hasUnverifiedPasskeyOnly(attempt, now)) return undefined;
  // A password alone: a passkey that verified nobody is one that was found, perhaps with the device it was remembered on.
  if (account.totp && isCodeSpared && hasProof(attempt, ['pwd', 'sso'], now)) return undefined;
  if (account.totp) return { name: 'code', rule: 'account-has-second-factor' };
  // A passkey is a quicker way in, made by choice: it does not close the password, unless two factors are demanded.
  if (!hasPasskey(account)) return undefined;
  if (policy.mfa === 'required') return { name: 'passkey', rule: 'policy-requires-mfa' };
  return account.mustEnrolMfa ? { name: 'passkey', rule: 'account-must-enrol' } : undefined;
};

const ownPassword: Rule = ({ attempt }, now) =>
  hasProof(attempt, ['temporary'], now) ? { name: 'temporary-password', rule: 'temporary-password-used' } : undefined;

const freshPassword: Rule = ({ attempt, account }, now) =>
  account?.passwordMustChange && hasProof(attempt, ['pwd'], now)
    ? {
        name: 'temporary-password',
        rule: account.passwordMustChange.reason === 'breached' ? 'password-breached' : 'password-change-demanded',
      }
    : undefined;

const profile: Rule = ({ account }) =>
  account?.status === 'invited' ? { name: 'profile', rule: 'first-sign-in' } : undefined;

/** The last question before the session: who has no second factor and must have one sets it up now. */
const enrolment: Rule = ({ account, attempt, policy }, now) => {
  const amr = hasProof(attempt, ['sso-mfa'], now) ? ['fed', 'mfa'] : [];
  const rule = account && enrolmentRule(account, policy, amr);
  return rule && (newWayIn(attempt, now) ?? { name: 'enrol-mfa', rule });
};

const demandedPasskey: Rule = ({ account, attempt, policy }, now) =>
  account && lacksPasskey(account, policy)
    ? (newWayIn(attempt, now) ?? { name: 'enrol-passkey', rule: 'policy-requires-passkey' })
    : undefined;

/** A session alone is not enough to make one. */
function newWayIn(attempt: Attempt, now: number): Step | undefined {
  return hasFirstFactor(attempt, now) ? undefined : { name: 'password', rule: 'proof-too-old' };
}

/** Recovery codes made in this sign-in are seen before it goes on. */
const savedRecoveryCodes: Rule = ({ account, attempt }, now) =>
  account && isShownTo(account, holderOf(attempt), now)
    ? { name: 'recovery-codes', rule: 'recovery-codes-shown' }
    : undefined;

/** Signed in, by whatever is asked of the account: only now may a further way in be added to it. */
const waitingIdentity: Rule = ({ attempt, account }, now) =>
  account && identityToLink(attempt, account, now) ? { name: 'link-identity', rule: 'identity-waits' } : undefined;

/** Once, to somebody who typed a password in a browser that can do better. */
const offeredPasskey: Rule = ({ account, attempt }, now) =>
  account?.status === 'active' &&
  attempt.canMakePasskey &&
  account.passkeyOfferedAt === undefined &&
  !hasPasskey(account) &&
  hasProof(attempt, ['pwd'], now)
    ? { name: 'passkey-offer', rule: 'passkey-offered' }
    : undefined;

const rules: readonly Rule[] = [
  consent,
  identified,
  current,
  samePerson,
  firstFactor,
  notSuspended,
  allowedAddress,
  verifiedOwner,
  secondFactor,
  ownPassword,
  freshPassword,
  profile,
  enrolment,
  savedRecoveryCodes,
  demandedPasskey,
  waitingIdentity,
  offeredPasskey,
];
