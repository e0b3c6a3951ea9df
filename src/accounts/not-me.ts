// "This was not me": the link in a security mail. The person who follows it and confirms takes every way in from whoever made the change.
import type { Audit, Origin } from '../audit/audit.ts';
import type { Messages } from '../mail/messages.ts';
import type { Outbox } from '../mail/outbox.ts';
import { deviceWords } from '../platform/device.ts';
import type { Log } from '../platform/log.ts';
import type { Account } from './account.ts';
import type { Accounts } from './accounts.ts';
import { isDealtWith, lockedDown } from './lockdown.ts';
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
  mailResetLink(account: Account, origin: Origin): Promise<void>;
}

/** `open`: would act. `done`: was dealt with already. */
export type Report = { state: 'open' | 'done'; notice: Notice; account: Account };

export function createNotMe(dependencies: NotMeDependencies) {
  const { accounts, audit, securityNotices, messages, outbox, log } = dependencies;

  /** Changes nothing. @returns undefined for a token that is not ours, has run out, or whose account is gone */
  async function look(token: string): Promise<Report | undefined> {
    const notice = securityNotices.open(token, Date.now());
    const account = notice && (await accounts.get(notice.accountId));
    if (!account) return undefined;
    return { state: isDealtWith(account, notice) ? 'done' : 'open', notice, account };
  }

  /** Acts once, however often and however close together it is asked. @returns whether the token was good */
  async function act(token: string, origin: Origin): Promise<boolean> {
    const notice = securityNotices.open(token, Date.now());
    if (!notice) return false;
    const account = await accounts.update(notice.accountId, (current) => lockedDown(current, notice, Date.now()));
    if (account) {
      const detail = { kind: notice.kind, eventAt: notice.at };
      await audit.record({ type: 'account.locked-down', result: 'success', subject: account.id, detail }, origin);
    }
    // Also when another request was first: it may have been cut off before it came this far.
    await Promise.all([
      dependencies.endEverything(notice.accountId, origin),
      dependencies.forgetBrowsers(notice.accountId),
    ]);
    if (!account) return (await accounts.get(notice.accountId)) !== undefined;
    await Promise.all([
      told('a reset link', () => dependencies.mailResetLink(account, origin)),
      told('the administrators', () => tellAdministrators(account, notice)),
    ]);
    return true;
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
