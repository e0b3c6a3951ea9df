// What "This was not me" does to an account, in one write: nobody has a way in any more, the thief included, and only what reaches the
// owner's mailbox opens it again.
import type { Account } from './account.ts';
import type { Notice } from './security-notice.ts';

/** One report deals with everything that came before it, so the links of earlier mails are spent together with its own. */
export function isDealtWith(account: Account, { at }: Pick<Notice, 'at'>): boolean {
  return account.securedAt !== undefined && at <= account.securedAt;
}

/** The password is gone, so that no one knows it. Recovery codes are gone, since a thief may have seen or renewed them. An authenticator
 *  that is active stays: were it to go by a link in a mail, the mailbox alone would open an account that asks for two factors. If the thief
 *  set it up, an administrator, who is told, removes it.
 *  @param now milliseconds UTC   @returns undefined when the event is dealt with already */
export function lockedDown(account: Account, notice: Pick<Notice, 'at'>, now: number): Account | undefined {
  if (isDealtWith(account, notice)) return undefined;
  const {
    passwordHash: _known,
    temporaryPassword: _sent,
    recoveryCodes: _seen,
    shownRecoveryCodes: _shown,
    ...kept
  } = account;
  return { ...kept, securedAt: now, mustEnrolMfa: true, sessionEpoch: account.sessionEpoch + 1 };
}
