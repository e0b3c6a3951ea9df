// What a sign-in may add: an own password in the place of a temporary or leaked one, and at the first time the person's name.
import type { Account } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { Audit, Origin } from '../audit/audit.ts';
import type { Passwords } from '../credentials/passwords.ts';
import { withPassword } from '../credentials/passwords.ts';
import { type Attempt, hasProof, isStillOf } from './attempt.ts';
import type { Attempts } from './attempts.ts';

export interface FirstSignInDependencies {
  accounts: Accounts;
  passwords: Passwords;
  audit: Audit;
  attempts: Attempts;
}

export function createFirstSignIn({ accounts, passwords, audit, attempts }: FirstSignInDependencies) {
  /** The own password that replaces a temporary one, or one that must change. @returns false when that happened meanwhile */
  async function chooseOwnPassword(
    attempt: Attempt,
    account: Account,
    newPassword: string,
    origin: Origin,
  ): Promise<boolean> {
    const passwordHash = await passwords.hash(newPassword);
    const by = hasProof(attempt, ['temporary'], Date.now()) ? 'temporary-password' : 'demand';
    const updated = await accounts.update(account.id, (current) =>
      current.temporaryPassword?.hash === account.temporaryPassword?.hash && current.sessionEpoch === attempt.epoch
        ? {
            ...withPassword(current, passwordHash),
            emailVerified: current.emailVerified || current.temporaryPassword?.provesEmail === true,
          }
        : undefined,
    );
    if (!updated) return false;
    await audit.record(
      { type: 'password.changed', result: 'success', subject: account.id, detail: { by } },
      { ...origin, actor: account.id },
    );
    const proofs = (old: Attempt) =>
      old.proofs.map((proof) => (proof.method === 'temporary' ? { method: 'pwd' as const, at: Date.now() } : proof));
    await attempts.update(attempt.id, (old) =>
      isStillOf(old, attempt) ? { ...old, proofs: proofs(old), epoch: updated.sessionEpoch } : undefined,
    );
    return true;
  }

  async function completeProfile(
    account: Account,
    names: { givenName: string; familyName: string },
    origin: Origin,
  ): Promise<void> {
    await accounts.update(account.id, (current) => ({
      ...current,
      ...names,
      status: current.status === 'invited' ? 'active' : current.status,
    }));
    await audit.record(
      { type: 'account.profile-completed', result: 'success', subject: account.id },
      { ...origin, actor: account.id },
    );
  }

  return { chooseOwnPassword, completeProfile };
}
