// The step that asks for a code: what a right one proves in the attempt, and where a wrong one leads.
import type { Account } from '../accounts/account.ts';
import type { Audit, Origin } from '../audit/audit.ts';
import { type Attempt, hasProof, isStillOf, withProof, withWrongCode } from './attempt.ts';
import type { Attempts } from './attempts.ts';
import { createRefusals, type Throttled } from './refusals.ts';
import type { CodeCheck, GivenCode, SecondFactor } from './second-factor.ts';

export interface CodeStepDependencies {
  attempts: Attempts;
  audit: Audit;
  secondFactor: SecondFactor;
}

/** `ended`: nothing more is asked here, look what is next. Too many wrong codes, or the attempt has moved on meanwhile.
 *  `locked`: no code of this authenticator is looked at. `clockSeconds`: a right code, of a clock so many seconds ahead (+) or behind (-). */
export type ProofOutcome =
  | 'accepted'
  | 'rejected'
  | 'expired'
  | 'ended'
  | 'locked'
  | Throttled
  | { clockSeconds: number };

export function createCodeStep({ attempts, audit, secondFactor }: CodeStepDependencies) {
  const { refused, refusedAsThrottled } = createRefusals({ audit, attempts });

  /** Second step. Wrong codes are counted per account, over all its attempts. */
  async function giveCode(attempt: Attempt, account: Account, given: GivenCode, origin: Origin): Promise<ProofOutcome> {
    const check = await secondFactor.check(account, { ...given, clientId: attempt.clientId }, origin, () =>
      hasGivenCode(attempt),
    );
    if (check.outcome === 'throttled') return refusedAsThrottled(given.method, account.id, check, origin, attempt);
    if (check.outcome === 'locked') {
      await refused('locked', account.id, origin, attempt);
      return 'locked';
    }
    if (check.outcome !== 'accepted') return refusedCode(attempt, account, { given, check }, origin);
    await attempts.update(attempt.id, (old) =>
      isStillOf(old, attempt) ? withProof(old, given.method, Date.now()) : undefined,
    );
    return 'accepted';
  }

  /** The second of a double click finds the first one's proof in the attempt. */
  async function hasGivenCode(attempt: Attempt): Promise<boolean> {
    const stored = await attempts.reread(attempt);
    return stored !== undefined && isStillOf(stored, attempt) && hasProof(stored, ['otp', 'recovery'], Date.now());
  }

  async function refusedCode(
    attempt: Attempt,
    account: Account,
    { given, check }: { given: GivenCode; check: Exclude<CodeCheck, { outcome: 'throttled' }> },
    origin: Origin,
  ): Promise<ProofOutcome> {
    let isSecondClick = false;
    const counted = await attempts.update(attempt.id, (old) => {
      const isMine = isStillOf(old, attempt);
      isSecondClick = isMine && hasProof(old, ['otp', 'recovery'], Date.now());
      return isMine && !isSecondClick ? withWrongCode(old, check.isEnd) : undefined;
    });
    if (!isSecondClick) await refused(given.method, account.id, origin, attempt);
    if (counted?.accountId === undefined) return 'ended';
    return check.outcome === 'clock-off' ? { clockSeconds: check.seconds } : 'rejected';
  }

  return { giveCode };
}
