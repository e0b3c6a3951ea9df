// Switching multi-factor authentication on and off: factor, recovery codes and session epoch change in one write of the account.
import type { Account } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { RecoveryCodes } from './recovery-codes.ts';
import type { Totp, TotpActivation } from './totp.ts';

export interface MfaDependencies {
  accounts: Accounts;
  totp: Totp;
  recoveryCodes: RecoveryCodes;
}

export type MfaActivation =
  | { outcome: 'activated'; recoveryCodes: string[]; account: Account }
  | { outcome: 'already-active' }
  | Exclude<TotpActivation, { outcome: 'activated' }>;

export function createMfa({ accounts, totp, recoveryCodes }: MfaDependencies) {
  /** @param codes two consecutive ones   @param now milliseconds UTC
   *  @returns the recovery codes, to be shown this once; other sessions of the account are over */
  async function activate(
    account: Account,
    codes: { first: string; second: string },
    now: number,
  ): Promise<MfaActivation> {
    if (account.totp) return { outcome: 'already-active' };
    const proof = totp.proveEnrollment(account, codes, now);
    if (proof.outcome !== 'activated') return proof;
    const { codes: shown, stored } = recoveryCodes.make(account.id);
    const secret = totp.sealed(account.id, proof.secret);
    const updated = await accounts.update(account.id, (current) => {
      const isCurrent =
        current.sessionEpoch === account.sessionEpoch && current.pendingTotp?.secret === account.pendingTotp?.secret;
      if (current.totp || !isCurrent) return undefined;
      const { pendingTotp: _used, ...kept } = current;
      const { lastUsedStep, driftSteps } = proof;
      return {
        ...kept,
        totp: { secret, lastUsedStep, driftSteps, activatedAt: now },
        recoveryCodes: stored,
        sessionEpoch: current.sessionEpoch + 1,
      };
    });
    return updated ? { outcome: 'activated', recoveryCodes: shown, account: updated } : { outcome: 'already-active' };
  }

  /** Removes the factor and its recovery codes. The caller has checked a current code. @returns undefined when there was none */
  async function deactivate(account: Account): Promise<Account | undefined> {
    return accounts.update(account.id, (current) => {
      if (!current.totp) return undefined;
      const { totp: _totp, recoveryCodes: _codes, pendingTotp: _pending, ...kept } = current;
      return { ...kept, sessionEpoch: current.sessionEpoch + 1 };
    });
  }

  return { activate, deactivate };
}
export type Mfa = ReturnType<typeof createMfa>;
