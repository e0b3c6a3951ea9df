// A new e-mail address, which is the sign-in identifier too: asked for with the current password, proved by a link that is mailed to it,
// and told to the old one twice. Whether an address is taken is decided by the storage, and told to nobody who asks.
import { type Account, canonicalEmail } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { withFormerEmail } from '../accounts/former-emails.ts';
import { maskedEmail } from '../accounts/masked-email.ts';
import { accountOfToken, makeToken, matchesToken, type StoredToken } from '../accounts/one-time-token.ts';
import { withNotice } from '../accounts/pending-notices.ts';
import type { SecurityNotices } from '../accounts/security-notices.ts';
import type { Audit, Origin } from '../audit/audit.ts';
import type { Messages } from '../mail/messages.ts';
import type { Outbox, Reference } from '../mail/outbox.ts';
import { isDomainError } from '../platform/errors.ts';
import type { MailLimits } from './mail-limits.ts';

const purpose = 'email-change';
/** Long enough for a slow mail server; the longest an unfinished change may lie about. */
const linkSeconds = 3600;

export interface EmailChangeDependencies {
  accounts: Accounts;
  audit: Audit;
  mailLimits: MailLimits;
  messages: Messages;
  outbox: Outbox;
  securityNotices: SecurityNotices;
  /** The page of the link; the token is added as `token`. */
  confirmUrl: string;
}

/** `outdated`: the account was changed by another request meanwhile. */
export type RequestOutcome = 'requested' | 'too-many-mails' | 'outdated';

export type LinkState = { outcome: 'good'; account: Account; email: string } | { outcome: 'expired' | 'unknown' };

export type Confirmation =
  | { outcome: 'changed'; before: Account; after: Account }
  | { outcome: 'expired' | 'taken' | 'unknown' };

export function createEmailChange(dependencies: EmailChangeDependencies) {
  const { accounts, audit, mailLimits, messages, outbox, securityNotices, confirmUrl } = dependencies;
  outbox.onlyWhile(purpose, isCurrent);

  /** The caller has checked the current password of `account`. A newer request kills an older one. Costs the same, and looks the same
   *  to who asks, whether or not the new address has an account; its owner is told then, and no link is mailed. */
  async function request(account: Account, email: string, origin: Origin): Promise<RequestOutcome> {
    const isAllowed =
      (await mailLimits.take('caused by account', account.id)) &&
      (await mailLimits.take('caused by network', origin.address));
    if (!isAllowed) return 'too-many-mails';
    const expiresAt = Date.now() + linkSeconds * 1000;
    const { token, stored } = makeToken(purpose, account.id, expiresAt);
    const updated = await accounts.update(account.id, (old) => {
      if (old.sessionEpoch !== account.sessionEpoch || old.emailCanonical !== account.emailCanonical) return undefined;
      const asked = { ...old, emailChange: { ...stored, email, epoch: old.sessionEpoch } };
      const personal = { 'email.old': old.email, 'email.new': email };
      const event = { type: 'account.email-change-requested', personal } as const;
      const about = maskedEmail(email);
      return withNotice(asked, { kind: 'emailChangeRequested', origin, now: Date.now(), about, event });
    });
    if (!updated) return 'outdated';
    await securityNotices.flush(updated);
    if (await mailLimits.take('sent to address', email)) await mailNewAddress(updated, email, { token, stored });
    return 'requested';
  }

  async function mailNewAddress(
    account: Account,
    email: string,
    { token, stored: { tokenHash, expiresAt } }: { token: string; stored: StoredToken },
  ): Promise<void> {
    const owner = await accounts.findByEmail(email);
    const url = `${confirmUrl}?${new URLSearchParams({ token })}`;
    const message = owner
      ? messages.render('email-taken', owner.email, {}, owner.language)
      : messages.render('email-change', email, { url, expiresAt }, account.language);
    const reference = { kind: purpose, accountId: account.id, mailId: tokenHash };
    await outbox.put(message, { expiresAt, reference });
  }

  /** What a newer request has replaced, or was cancelled, is not mailed any more. */
  async function isCurrent({ accountId, mailId }: Reference): Promise<boolean> {
    const account = await accounts.get(accountId);
    return account !== undefined && pendingEmailChange(account, Date.now())?.tokenHash === mailId;
  }

  /** Withdraws a change that waits for its link. @returns whether there was one */
  async function cancel(accountId: string, origin: Origin): Promise<boolean> {
    const updated = await accounts.update(accountId, (old) => (old.emailChange ? withoutChange(old) : undefined));
    if (!updated) return false;
    await audit.record({ type: 'account.email-change-cancelled', result: 'success', subject: accountId }, origin);
    return true;
  }

  /** What a link opens; changes nothing. @param now milliseconds UTC */
  async function find(token: string, now: number): Promise<LinkState> {
    const account = await accounts.get(accountOfToken(token) ?? '');
    return account ? stateOf(account, token, now) : { outcome: 'unknown' };
  }

  /** Address, proof of it, epoch and the end of the link are one write, so that of parallel uses one succeeds. Every other session of the
   *  account is over; a link that resets the password, mailed to the old address, dies too.
   *  @returns the account before and after, or why nothing was changed; `taken` where another account has the address by now */
  async function confirm(token: string, origin: Origin): Promise<Confirmation> {
    const now = Date.now();
    const id = accountOfToken(token) ?? '';
    const link: { state: LinkState } = { state: { outcome: 'unknown' } };
    try {
      const after = await accounts.update(id, (old) => {
        link.state = stateOf(old, token, now);
        if (link.state.outcome !== 'good') return undefined;
        const changed = withEmail(old, link.state.email, now);
        const personal = { 'email.old': old.email, 'email.new': changed.email };
        const event = { type: 'account.email-changed', personal, actor: old.id } as const;
        return withNotice(changed, { kind: 'emailChanged', origin, now: Date.now(), email: old.email, event });
      });
      if (link.state.outcome !== 'good') return link.state;
      if (!after) return { outcome: 'unknown' };
      await securityNotices.flush(after);
      return { outcome: 'changed', before: link.state.account, after };
    } catch (error) {
      if (isDomainError(error, 'duplicate')) return { outcome: 'taken' };
      throw error;
    }
  }

  return { request, cancel, find, confirm };
}
export type EmailChange = ReturnType<typeof createEmailChange>;

/** The change that waits for its link; none once the account's epoch has moved on: whoever takes an account back by a new password also
 *  takes back what a stranger began. @param now milliseconds UTC */
export function pendingEmailChange(account: Account, now: number): NonNullable<Account['emailChange']> | undefined {
  const { emailChange } = account;
  return emailChange && emailChange.epoch === account.sessionEpoch && emailChange.expiresAt > now
    ? emailChange
    : undefined;
}

function stateOf(account: Account, token: string, now: number): LinkState {
  const { emailChange } = account;
  const isNamed = account.status === 'active' && matchesToken(purpose, token, emailChange);
  if (!emailChange || !isNamed || emailChange.epoch !== account.sessionEpoch) return { outcome: 'unknown' };
  return pendingEmailChange(account, now)
    ? { outcome: 'good', account, email: emailChange.email }
    : { outcome: 'expired' };
}

/** What was mailed to the old address must not open the account any more, nor prove the new one. */
export function withEmail(account: Account, email: string, now: number): Account {
  const { temporaryPassword, passwordReset: _mailed, ...kept } = withFormerEmail(withoutChange(account), now);
  return {
    ...kept,
    ...(temporaryPassword && !temporaryPassword.provesEmail ? { temporaryPassword } : {}),
    email,
    emailCanonical: canonicalEmail(email),
    emailVerified: true,
    sessionEpoch: account.sessionEpoch + 1,
  };
}

function withoutChange({ emailChange: _withdrawn, ...account }: Account): Account {
  return account;
}
