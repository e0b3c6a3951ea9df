// The link for choosing a new password, as the account keeps it: pure rules of making it, judging it and using it up.
import type { Account } from '../accounts/account.ts';
import { matchesToken, type StoredToken } from '../accounts/one-time-token.ts';
import { withPassword } from './passwords.ts';

export const resetPurpose = 'password reset';

/** Why somebody who asks for a new password is told something else instead; each has its sentences under `mail.refusal.KIND`. */
export type ResetRefusal = 'invited' | 'suspended';

/** `browserHash`: of the browser in which it is chosen (known-browsers.ts). */
export interface NewChoice {
  newPassword: string;
  browserHash?: string | undefined;
}

/** Where the person was when they asked, to lead back there. */
export interface Beginning {
  clientId?: string | undefined;
  /** The interaction's uid, sealed. */
  interaction?: string | undefined;
}

/** Where the reset was asked for. */
export interface ResetOutcome {
  clientId?: string | undefined;
  /** Of the interaction. */
  uid?: string | undefined;
}

/** `unknown` tells nothing: no such token, a newer one, an account that changed meanwhile or is none. The others are told to who holds the
 *  true token alone. */
export type ResetLink = { state: 'good'; account: Account } | LinkOver;
/** `at` in milliseconds UTC. */
export type LinkOver = { state: 'used' | 'expired'; at: number } | { state: 'unknown' };

/** @returns undefined for an account that gets a link */
export function resetRefusal({ status, passwordHash, securedAt }: Account): ResetRefusal | undefined {
  if (status === 'suspended') return 'suspended';
  // Once an own password was chosen it may be forgotten, or taken away (lockdown.ts), even if the name was never given.
  return status === 'invited' && passwordHash === undefined && securedAt === undefined ? 'invited' : undefined;
}

/** The change of the account that makes a link. It takes the place of an older one and alters nothing of how the account signs in.
 *  Who used the older one stays known: were it forgotten, asking again at once would keep that reset out of the audit record and the owner's
 *  mail. */
export function withResetLink(account: Account, stored: StoredToken, { clientId, interaction }: Beginning): Account {
  const beginning = { ...(clientId ? { clientId } : {}), ...(interaction ? { interaction } : {}) };
  const { sessionEpoch: epoch, emailCanonical } = account;
  const { usedBy } = account.passwordReset ?? {};
  const used = usedBy === undefined ? {} : { usedBy };
  return { ...account, passwordReset: { ...stored, epoch, emailCanonical, ...used, ...beginning } };
}

/** Whether the link with this hash still means something: a newer one has not replaced it, and it was not used. */
export function isAwaited(account: Account | undefined, tokenHash: string | undefined): boolean {
  const kept = account?.passwordReset;
  return kept !== undefined && kept.tokenHash === tokenHash && kept.usedAt === undefined;
}

/** @param now milliseconds UTC */
export function judgeLink(token: string, account: Account | undefined, now: number): ResetLink {
  const kept = account?.passwordReset;
  if (!account || !kept || !matchesToken(resetPurpose, token, kept)) return { state: 'unknown' };
  if (kept.usedAt !== undefined) return { state: 'used', at: kept.usedAt };
  const isCurrent = kept.epoch === account.sessionEpoch && kept.emailCanonical === account.emailCanonical;
  if (!isCurrent || resetRefusal(account)) return { state: 'unknown' };
  return kept.expiresAt > now ? { state: 'good', account } : { state: 'expired', at: kept.expiresAt };
}

/** The change of the account that sets the new password: it uses the link up, ends every session and every token, `offline_access` or
 *  not (a forgotten password may be a stolen one), and proves the address, since the link came by mail.
 *  @param usedBy names the one request that did it */
export function withPasswordReset(
  account: Account,
  { passwordHash, usedBy, now }: { passwordHash: string; usedBy: string; now: number },
): Account {
  const changed = withPassword(account, passwordHash);
  return {
    ...changed,
    emailVerified: true,
    tokensFromEpoch: changed.sessionEpoch,
    ...(account.passwordReset ? { passwordReset: { ...account.passwordReset, usedAt: now, usedBy } } : {}),
  };
}
