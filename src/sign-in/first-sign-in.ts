// What a sign-in may add: an own password in the place of a temporary or leaked one, at the first time the person's name, and how far an
// invitation has come by it.
import type { Account } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { hasStarted, invitationState, withInvitationEvent } from '../accounts/invitation.ts';
import { withEvent, withNotice } from '../accounts/pending-notices.ts';
import type { SecurityNotices } from '../accounts/security-notices.ts';
import type { Noted, Origin } from '../audit/audit.ts';
import type { Passwords } from '../credentials/passwords.ts';
import { withPassword } from '../credentials/passwords.ts';
import { type Attempt, hasProof, isStillOf } from './attempt.ts';
import type { Attempts } from './attempts.ts';

export interface FirstSignInDependencies {
  accounts: Accounts;
  passwords: Passwords;
  attempts: Attempts;
  securityNotices: SecurityNotices;
}

export function createFirstSignIn({ accounts, passwords, attempts, securityNotices }: FirstSignInDependencies) {
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
      const event = { type: 'password.changed', detail: { by }, actor: account.id } as const;
      return isFirst
        ? withEvent(changed, event, { origin, now })
        : withNotice(changed, { kind: 'passwordChanged', origin, now, event });
    });
    if (!updated) return false;
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
        ? noted(
            { ...withInvitationEvent(current, 'profile-done', Date.now()), ...names, status: 'active' },
            'account.profile-completed',
            origin,
          )
        : undefined,
    );
    await securityNotices.flush(updated);
  }

  /** Nothing is asked any more: the invitation is accepted, and its link leads to the sign-in from now on. */
  async function accept(account: Account, origin: Origin): Promise<void> {
    const isPending = (current: Account) => {
      const state = invitationState(current, Date.now());
      return state !== undefined && state !== 'accepted' && state !== 'cancelled';
    };
    if (!isPending(account)) return;
    const updated = await accounts.update(account.id, (current) =>
      isPending(current)
        ? noted(withInvitationEvent(withMfaEvent(current), 'accepted', Date.now()), 'invitation.accepted', origin)
        : undefined,
    );
    await securityNotices.flush(updated);
  }

  return { begin, chooseOwnPassword, completeProfile, accept };
}

/** The person does it themselves. */
function noted(account: Account, type: Noted['type'], origin: Origin): Account {
  return withEvent(account, { type, actor: account.id }, { origin, now: Date.now() });
}

/** When the second factor was set up, written down while the account still knows. */
function withMfaEvent(account: Account): Account {
  const { totp, invitation } = account;
  const createdAt = invitation?.history[0]?.at ?? 0;
  return totp && totp.activatedAt >= createdAt ? withInvitationEvent(account, 'mfa-done', totp.activatedAt) : account;
}
