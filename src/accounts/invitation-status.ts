// An invitation as administrators follow it.
import type { Account } from './account.ts';
import { type InvitationEvent, type InvitationState, invitationHistory, invitationState } from './invitation.ts';

export interface InvitationStatus {
  accountId: string;
  email: string;
  state: InvitationState;
  /** Oldest first. */
  history: { event: InvitationEvent; at: number }[];
  /** Of the link, milliseconds UTC. */
  expiresAt: number;
  /** Of the temporary password; gone with its use. */
  temporaryPasswordExpiresAt?: number;
  invitedBy?: string;
  clientId?: string;
}

/** Whether the first sign-in came as far as it must: an own password, and a name where an invitation asks for one. */
export function isPastFirstSignIn({ passwordHash, invitation }: Account): boolean {
  return (
    passwordHash !== undefined && (!invitation || invitation.history.some(({ event }) => event === 'profile-done'))
  );
}

/** @returns undefined for an account that was not invited */
export function statusOf(account: Account, now = Date.now()): InvitationStatus | undefined {
  const state = invitationState(account, now);
  const { id: accountId, email, invitation, temporaryPassword } = account;
  if (!state || !invitation) return undefined;
  const { expiresAt, invitedBy, clientId } = invitation;
  return {
    accountId,
    email,
    state,
    history: invitationHistory(account, now),
    expiresAt,
    ...(temporaryPassword ? { temporaryPasswordExpiresAt: temporaryPassword.expiresAt } : {}),
    ...(invitedBy === undefined ? {} : { invitedBy }),
    ...(clientId === undefined ? {} : { clientId }),
  };
}
