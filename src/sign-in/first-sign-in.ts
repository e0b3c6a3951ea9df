// What a sign-in may add: an own password in the place of a temporary or leaked one, at the first time the person's name, and how far an
// invitation has come by it.
import type { Account } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { hasStarted, invitationState, withInvitationEvent } from '../accounts/invitation.ts';
import { withNotice } from '../accounts/pending-notices.ts';
import type { SecurityNotices } from '../accounts/security-notices.ts';
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
  securityNotices: SecurityNotices;
}

export function createFirstSignIn({ accounts, passwords, audit, attempts, securityNotices }: FirstSignInDependencies) {
  /** A temporary password was right: the person is here. */
  async function begin(account: Account): Promise<void> {
    if (!account.invitation || hasStarted(account)) return;
    await accounts.update(account.id, (current) =>
      hasStarted(current) ? undefined : withInvitationEvent(current, 'started', Date.now()),
    );
  }

  /** The own password that replaces a temporary one, or one that must change. @returns false when that happened meanwhile */
  async function chooseOwnPassword(
    attempt: Attempt,
    account: Account,
    newPassword: string,
    origin: Origin,
  ): Promise<boolean> {
    const passwordHash = await passwords.hash(newPassword);
    const by = hasProof(attempt, ['temporary'], Date.now()) ? 'temporary-password' : 'demand';
    // Whoever knows a leaked password, or was handed a temporary one, may replace it here: then the owner hears of it by this mail alone.
    const isFirst = account.passwordHash === undefined && account.firstSignedInAt === undefined;
    const updated = await accounts.update(account.id, (current) => {
      const { temporaryPassword } = current;
      if (temporaryPassword?.hash !== account.temporaryPassword?.hash || current.sessionEpoch !== attempt.epoch)
        return undefined;
      const now = Date.now();
      const told = temporaryPassword ? withInvitationEvent(current, 'password-set', now) : current;
      const emailVerified = current.emailVerified || temporaryPassword?.provesEmail === true;
      const changed = { ...withPassword(told, passwordHash), emailVerified };
      return isFirst ? changed : withNotice(changed, { kind: 'passwordChanged', origin, now });
    });
    if (!updated) return false;
    await audit.record(
      { type: 'password.changed', result: 'success', subject: account.id, detail: { by } },
      { ...origin, actor: account.id },
    );
    await securityNotices.flush(updated);
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
    const updated = await accounts.update(account.id, (current) =>
      current.status === 'invited'
        ? { ...withInvitationEvent(current, 'profile-done', Date.now()), ...names, status: 'active' }
        : undefined,
    );
    if (!updated) return;
    await audit.record(
      { type: 'account.profile-completed', result: 'success', subject: account.id },
      { ...origin, actor: account.id },
    );
  }

  /** Nothing is asked any more: the invitation is accepted, and its link leads to the sign-in from now on. */
  async function accept(account: Account, origin: Origin): Promise<void> {
    const isPending = (current: Account) => {
      const state = invitationState(current, Date.now());
      return state !== undefined && state !== 'accepted' && state !== 'cancelled';
    };
    if (!isPending(account)) return;
    const updated = await accounts.update(account.id, (current) =>
      isPending(current) ? withInvitationEvent(withMfaEvent(current), 'accepted', Date.now()) : undefined,
    );
    if (updated)
      await audit.record(
        { type: 'invitation.accepted', result: 'success', subject: account.id },
        { ...origin, actor: account.id },
      );
  }

  return { begin, chooseOwnPassword, completeProfile, accept };
}

/** When the second factor was set up, written down while the account still knows. */
function withMfaEvent(account: Account): Account {
  const { totp, invitation } = account;
  const createdAt = invitation?.history[0]?.at ?? 0;
  return totp && totp.activatedAt >= createdAt ? withInvitationEvent(account, 'mfa-done', totp.activatedAt) : account;
}
