// A passkey in a sign-in: by itself, in the place of the password, or beside it as the second factor; and one made in the middle of it.
import type { Account } from '../accounts/account.ts';
import type { Audit, Origin } from '../audit/audit.ts';
import type { PasskeyAddition, Passkeys } from '../credentials/passkeys.ts';
import type { Throttle } from '../credentials/throttle.ts';
import { type Attempt, holderOf, isStillOf, restarted, withProof } from './attempt.ts';
import type { Attempts } from './attempts.ts';
import type { ProofOutcome } from './code-step.ts';
import { passkeyGuesses } from './guesses.ts';
import { createRefusals } from './refusals.ts';

export interface PasskeyStepDependencies {
  attempts: Attempts;
  audit: Audit;
  passkeys: Passkeys;
  throttle: Throttle;
}

export function createPasskeyStep({ attempts, audit, passkeys, throttle }: PasskeyStepDependencies) {
  const { refused, refusedAsThrottled } = createRefusals({ audit, attempts });

  /** What the browser is asked for. @param account whose passkeys alone; left out, anybody's, and the answer is the same for everybody */
  function passkeyRequest(attempt: Attempt, account?: Account) {
    return passkeys.requestOptions(holderOf(attempt), account);
  }

  /** First step, in the place of the password. */
  async function givePasskey(attempt: Attempt, credential: string, origin: Origin): Promise<ProofOutcome> {
    const use = await check(attempt, { credential }, origin);
    if (typeof use === 'object' && 'throttledSeconds' in use) return use;
    if (use.outcome === 'accepted') {
      const { id: accountId, sessionEpoch: epoch, email } = use.account;
      await attempts.update(attempt.id, (old) => ({
        ...withProof(restarted(old), use.proof, Date.now()),
        email,
        accountId,
        epoch,
      }));
      return 'accepted';
    }
    // As with a password: whatever was proved before, perhaps by somebody else, is void.
    await attempts.update(attempt.id, (old) => restarted(old));
    return 'rejected';
  }

  /** Beside the password. */
  async function giveSecondPasskey(
    attempt: Attempt,
    account: Account,
    credential: string,
    origin: Origin,
  ): Promise<ProofOutcome> {
    const use = await check(attempt, { credential, accountId: account.id }, origin);
    if (typeof use === 'object' && 'throttledSeconds' in use) return use;
    if (use.outcome !== 'accepted') return 'rejected';
    await attempts.update(attempt.id, (old) =>
      isStillOf(old, attempt) ? withProof(old, use.proof, Date.now()) : undefined,
    );
    return 'accepted';
  }

  /** A signature is no guess, but checking one costs something: whoever sends many waits. */
  async function check(attempt: Attempt, given: { credential: string; accountId?: string }, origin: Origin) {
    const guarded = await throttle.guard(
      passkeyGuesses(origin.address),
      () => passkeys.use({ ...given, holder: holderOf(attempt) }, origin),
      ({ outcome }) => outcome === 'accepted',
    );
    if (guarded.outcome === 'throttled') return refusedAsThrottled('passkey', undefined, guarded, origin, attempt);
    const use = guarded.value;
    if (use.outcome !== 'accepted')
      await refused(use.outcome === 'cloned' ? 'passkey-cloned' : 'passkey', use.account?.id, origin, attempt);
    return use;
  }

  /** What the browser is asked to make, for the account of this sign-in. */
  function passkeyCreation(attempt: Attempt, account: Account) {
    return passkeys.creationOptions(account, holderOf(attempt));
  }

  function addPasskey(
    attempt: Attempt,
    account: Account,
    credential: string,
    origin: Origin,
  ): Promise<PasskeyAddition> {
    return passkeys.add(account, { holder: holderOf(attempt), credential }, { ...origin, actor: account.id });
  }

  return {
    passkeyRequest,
    givePasskey,
    giveSecondPasskey,
    passkeyCreation,
    addPasskey,
    declinePasskey: passkeys.decline,
  };
}
