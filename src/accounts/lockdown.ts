// What "This was not me" does to an account, in one write: nobody has a way in any more, the thief included, and only what reaches the
// owner's mailbox opens it again.
import { type Account, canonicalEmail } from './account.ts';
import { formerEmailOf, withEmailGivenBack, withoutFormerEmails } from './former-emails.ts';
import type { Notice } from './security-notice.ts';

/** `open`: its link would act. `done`: dealt with already. `void`: the mail went to an address that is not, and was not lately, the
 *  account's, so that its reader has nothing to say about it. */
export type NoticeState = 'open' | 'done' | 'void';

/** One report deals with everything that came before it, so the links of earlier mails are spent together with its own; but a link that
 *  gives the address back does so even then. @param now milliseconds UTC */
export function stateOfNotice(account: Account, notice: Notice, now: number): NoticeState {
  if (formerEmailOf(account, notice, now) !== undefined) return 'open';
  if (canonicalEmail(notice.email) !== account.emailCanonical) return 'void';
  return account.securedAt !== undefined && notice.at <= account.securedAt ? 'done' : 'open';
}

/** Every session and every token dies with the epoch, `offline_access` or not. The password is gone, so that no one knows it. Recovery codes
 *  are gone, since a thief may have seen or renewed them; so are identities at other services, since each opens the account by itself. What is
 *  active of second factors stays: were it to go by a link in a mail, the mailbox alone would open an account that asks for two. If the thief
 *  set one up, an administrator, who is told, removes it. A passkey, which may be the thief's, opens nothing without the new password.
 *  @param options.by names the piece of work that does it   @param options.canGiveBack false where another account has the former address by now
 *  @returns undefined where the link does nothing */
export function lockedDown(
  account: Account,
  notice: Notice,
  { now, by, canGiveBack }: { now: number; by: string; canGiveBack: boolean },
): Account | undefined {
  if (stateOfNotice(account, notice, now) !== 'open') return undefined;
  const {
    passwordHash: _known,
    identities: _linked,
    temporaryPassword: _sent,
    recoveryCodes: _seen,
    shownRecoveryCodes: _shown,
    emailChange: _asked,
    passwordReset: _mailed,
    securedLinkMailed: _before,
    ...kept
  } = account;
  const sessionEpoch = account.sessionEpoch + 1;
  const closed = {
    ...kept,
    ...(kept.passkeys ? { secondOnlyPasskeys: kept.passkeys } : {}),
    securedAt: now,
    securedBy: by,
    mustEnrolMfa: true as const,
    sessionEpoch,
    tokensFromEpoch: sessionEpoch,
  };
  const former = formerEmailOf(account, notice, now);
  if (former === undefined) return closed;
  return canGiveBack ? withEmailGivenBack(closed, former) : withoutFormerEmails(closed, former);
}

/** Whether it has stood closed since: then nobody is signed in who should be. */
export function isStillClosed({ securedAt, passwordHash, temporaryPassword, identities = [] }: Account): boolean {
  const hasWayIn = passwordHash !== undefined || temporaryPassword !== undefined || identities.length > 0;
  return securedAt !== undefined && !hasWayIn;
}
