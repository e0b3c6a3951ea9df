// A second factor set up in the middle of a sign-in: the two codes that prove the phone are the proof of this sign-in too.
import type { Account } from '../accounts/account.ts';
import type { Origin } from '../audit/audit.ts';
import type { Mfa, MfaActivation } from '../credentials/mfa.ts';
import type { TotpEnrollment, TotpEnrollments } from '../credentials/totp-enrollments.ts';
import { type Attempt, holderOf, isStillOf, withOwnEnrolment, withWrongCode } from './attempt.ts';
import type { Attempts } from './attempts.ts';
import type { Throttled } from './refusals.ts';
import type { SecondFactor } from './second-factor.ts';

export interface EnrolmentDependencies {
  attempts: Attempts;
  enrollments: TotpEnrollments;
  mfa: Mfa;
  secondFactor: SecondFactor;
}

/** `ended`: nothing more is asked here, look what is next. */
export type EnrolmentOutcome = { outcome: 'ended' } | MfaActivation | (Throttled & { outcome: 'throttled' });

export function createEnrolment({ attempts, enrollments, mfa, secondFactor }: EnrolmentDependencies) {
  /** The secret for this sign-in; another one of the same person has another. */
  function beginEnrolment(attempt: Attempt, account: Account): Promise<TotpEnrollment> {
    return enrollments.begin(account, holderOf(attempt), Date.now());
  }

  /** @param codes two in a row */
  async function enrol(
    attempt: Attempt,
    account: Account,
    codes: { first: string; second: string },
    origin: Origin,
  ): Promise<EnrolmentOutcome> {
    const activation = await secondFactor.activate(account, { holder: holderOf(attempt), codes }, origin);
    if (activation.outcome === 'throttled')
      return { outcome: 'throttled', throttledSeconds: activation.retryAfterSeconds };
    if (activation.outcome === 'activated') await keepEnrolment(attempt, activation.account);
    if (!activation.isEnd) return activation;
    await attempts.update(attempt.id, (old) => (isStillOf(old, attempt) ? withWrongCode(old, true) : undefined));
    return { outcome: 'ended' };
  }

  function recoveryCodesToShow(attempt: Attempt, account: Account): string[] | undefined {
    return mfa.shownCodes(account, holderOf(attempt), Date.now());
  }

  /** First the attempt: what it takes from the account's record goes with the codes. */
  async function acknowledgeRecoveryCodes(attempt: Attempt, account: Account): Promise<void> {
    await keepEnrolment(attempt, account);
    await mfa.acknowledge(account.id, holderOf(attempt));
  }

  async function keepEnrolment({ id }: Attempt, account: Account): Promise<void> {
    await attempts.update(id, (old) => {
      const enrolled = withOwnEnrolment(old, account);
      return enrolled === old ? undefined : enrolled;
    });
  }

  return { beginEnrolment, enrol, recoveryCodesToShow, acknowledgeRecoveryCodes };
}
