// "This was not me": the link in a security mail. The person who follows it and confirms takes every way in from whoever made the change.
import type { Audit, Origin } from '../audit/audit.ts';
import type { Messages } from '../mail/messages.ts';
import type { Outbox } from '../mail/outbox.ts';
import { deviceWords } from '../platform/device.ts';
import { isDomainError } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { type Account, canonicalEmail } from './account.ts';
import type { Accounts } from './accounts.ts';
import { formerEmailOf } from './former-emails.ts';
import { isStillClosed, lockedDown, type NoticeState, stateOfNotice } from './lockdown.ts';
import { withNotice } from './pending-notices.ts';
import type { Notice } from './security-notice.ts';
import { deviceOfNotice, type SecurityNotices } from './security-notices.ts';

export interface NotMeDependencies {
  accounts: Accounts;
  audit: Audit;
  securityNotices: SecurityNotices;
  messages: Messages;
  outbox: Outbox;
  log: Log;
  /** Who is told. */
  administratorsOf(account: Account): Promise<Account[]>;
  /** Ends every session of the account, and every token and grant, offline ones too. Harmless when there is nothing left. */
  endEverything(accountId: string, origin: Origin): Promise<void>;
  /** The browsers that counted as the owner's may be the thief's. */
  forgetBrowsers(accountId: string): Promise<void>;
  /** Mails the link that a new password is chosen with. */
  mailResetLink(account: Account, origin: Origin): Promise<unknown>;
}

export interface Report {
  state: Exclude<NoticeState, 'void'>;
  notice: Notice;
  account: Account;
  /** The account gets the address back that the mail went to. */
  givesBack: boolean;
}

export function createNotMe(dependencies: NotMeDependencies) {
  const { accounts, audit, securityNotices, messages, outbox, log } = dependencies;

  /** Changes nothing. @returns undefined for a token that is not ours, has run out, or whose account is gone or another's by now */
  async function look(token: string): Promise<Report | undefined> {
    const now = Date.now();
    const notice = securityNotices.open(token, now);
    const account = notice && (await accounts.get(notice.accountId));
    const state = account && stateOfNotice(account, notice, now);
    if (!account || !state || state === 'void') return undefined;
    return { state, notice, account, givesBack: formerEmailOf(account, notice, now) !== undefined };
  }

  /** Acts once, however often and however close together it is asked; a link that is not good does nothing. */
  async function act(token: string, origin: Origin): Promise<void> {
    const notice = securityNotices.open(token, Date.now());
    if (!notice) return;
    const closed = await close(notice, origin);
    if (!closed) return finishForAnother(notice, origin);
    const { before, account } = closed;
    const detail = { kind: notice.kind, eventAt: notice.at };
    await audit.record({ type: 'account.locked-down', result: 'success', subject: account.id, detail }, origin);
    await endEverything(account.id, origin);
    if (before.emailCanonical !== account.emailCanonical) await tellOfAddress(closed, origin);
    // Where the address could not be given back, a link would reach the thief.
    const isReached = canonicalEmail(notice.email) === account.emailCanonical;
    await Promise.all([
      isReached && told('a reset link', async () => void (await dependencies.mailResetLink(account, origin))),
      told('the administrators', () => tellAdministrators(account, notice)),
    ]);
  }

  /** Who loses the address may be the owner, robbed from a mailbox that they had left: they learn of it too, by a mail whose link gives
   *  nothing back. */
  async function close(notice: Notice, origin: Origin): Promise<{ before: Account; account: Account } | undefined> {
    let before: Account | undefined;
    const closing = (canGiveBack: boolean) =>
      accounts.update(notice.accountId, (current) => {
        before = current;
        const now = Date.now();
        const closed = lockedDown(current, notice, { now, canGiveBack });
        const { email } = current;
        const isMoved = closed && closed.emailCanonical !== current.emailCanonical;
        return isMoved ? withNotice(closed, { kind: 'emailChanged', origin, now, email }) : closed;
      });
    const account = await closing(true).catch((error: unknown) => {
      if (!isDomainError(error, 'duplicate')) throw error;
      return closing(false);
    });
    return account && before && { before, account };
  }

  async function tellOfAddress(
    { before, account }: { before: Account; account: Account },
    origin: Origin,
  ): Promise<void> {
    const personal = { 'email.old': before.email, 'email.new': account.email };
    await audit.record({ type: 'account.email-changed', result: 'success', subject: account.id, personal }, origin);
    await securityNotices.flush(account);
  }

  /** Another request was first, and may have been cut off before it ended what was open. */
  async function finishForAnother({ accountId }: Notice, origin: Origin): Promise<void> {
    const account = await accounts.get(accountId);
    if (account && isStillClosed(account)) await endEverything(accountId, origin);
  }

  async function endEverything(accountId: string, origin: Origin): Promise<void> {
    await Promise.all([dependencies.endEverything(accountId, origin), dependencies.forgetBrowsers(accountId)]);
  }

  async function tellAdministrators(account: Account, notice: Notice): Promise<void> {
    const { kind, at, address = '' } = notice;
    const model = { email: account.email, kind, at, address, device: deviceWords(deviceOfNotice(notice)) };
    const administrators = await dependencies.administratorsOf(account);
    const others = administrators.filter(({ id, status }) => id !== account.id && status === 'active');
    await Promise.all(
      others.map(({ email, language }) => outbox.put(messages.render('alert', email, model, language))),
    );
  }

  /** The account is safe by now: what cannot be told is in the log and the audit record, and the page names another way to a link. */
  async function told(what: string, tell: () => Promise<void>): Promise<void> {
    try {
      await tell();
    } catch (error) {
      log.error({ err: error }, `${what} could not be mailed after a report of misuse`);
    }
  }

  return { look, act };
}
export type NotMe = ReturnType<typeof createNotMe>;
