// Mails that tell a person of a change to the ways into their account, so that a change which was not theirs is noticed (ASVS 6.3.7) and
// can be undone by the link in the mail (not-me.ts). The account's record holds each from the write that made the change on
// (pending-notices.ts) until the outbox does.
import type { Origin } from '../audit/audit.ts';
import type { Messages } from '../mail/messages.ts';
import type { Outbox } from '../mail/outbox.ts';
import { deviceWords } from '../platform/device.ts';
import type { Log } from '../platform/log.ts';
import type { Secrets } from '../platform/secrets.ts';
import type { Account } from './account.ts';
import type { Accounts } from './accounts.ts';
import type { Looks } from './looks.ts';
import { withNotice } from './pending-notices.ts';
import {
  type Notice,
  type NoticeKind,
  noticeSeconds,
  openNotice,
  type PendingNotice,
  sealNotice,
} from './security-notice.ts';

export interface SecurityNoticesDependencies {
  accounts: Accounts;
  messages: Messages;
  outbox: Outbox;
  secrets: Secrets;
  log: Log;
  mailLookOf: Looks['mailLookOf'];
  /** The page that the link "This was not me" leads to. */
  notMeUrl: string;
}

/** What the request that made the change may still be about to mail itself. */
const patienceMs = 30_000;

export function createSecurityNotices(dependencies: SecurityNoticesDependencies) {
  const { accounts, messages, outbox, secrets, log, mailLookOf, notMeUrl } = dependencies;

  /** For what changes nothing else in the account's record. The caller flushes the mail.
   *  @param account with the address that the mail goes to */
  function note({ id, email }: Account, kind: NoticeKind, origin: Origin): Promise<Account | undefined> {
    return accounts.update(id, (old) => withNotice(old, { kind, origin, now: Date.now(), email }));
  }

  /** Mails what waits in the record. The change stands, and `sweep` tries again: so it never rejects.
   *  @param account as the change has left it */
  async function flush(account: Account | undefined): Promise<void> {
    if (!account) return;
    await deliver(account).catch((error: unknown) =>
      log.error({ err: error, accountId: account.id }, 'a security mail is not stored yet; tried again in a minute'),
    );
  }

  /** May be done twice, also by two processes at once: each mail is stored once.
   *  @throws what the outbox throws; what it took is off the record then */
  async function deliver(account: Account): Promise<void> {
    const pending = account.pendingNotices ?? [];
    const puts = await Promise.allSettled(pending.map((notice) => put(account, notice)));
    const stored = pending.filter((_, index) => puts[index]?.status === 'fulfilled').map(({ id }) => id);
    if (stored.length > 0) await accounts.dropNotices(account.id, stored);
    for (const one of puts) if (one.status === 'rejected') throw one.reason;
  }

  async function put(account: Account, { id, ...told }: PendingNotice): Promise<void> {
    const { kind, at, address = '', about = '', isByOthers = false } = told;
    const notice: Notice = { accountId: account.id, ...told };
    const expiresAt = at + noticeSeconds * 1000;
    // Nobody is left to say it about an account that is gone.
    const url = kind === 'accountDeleted' ? '' : `${notMeUrl}?token=${sealNotice(secrets, notice)}`;
    const model = { kind, at, about, isByOthers, address, device: deviceWords(deviceOfNotice(notice)), url, expiresAt };
    try {
      const look = await mailLookOf({ account });
      await outbox.put(messages.render('notice', notice.email, model, account.language, look), { once: { id, at } });
    } catch (error) {
      if (Date.now() < expiresAt) throw error;
      // It must not keep a deletion from its end for ever, and its link opens nothing any more.
      log.error(
        { err: error, accountId: account.id, kind },
        'a security mail could not be stored for a week; given up',
      );
    }
  }

  /** The sweeper's part: mails what a dead process, or a storage that failed, has left. */
  async function sweep(): Promise<void> {
    const before = Date.now() - patienceMs;
    for await (const account of accounts.withPendingNotices())
      if (account.pendingNotices?.some(({ at }) => at <= before)) await flush(account);
  }

  /** @param now milliseconds UTC   @returns what the mail told that carried this token; undefined for none of ours, or one too old */
  function open(token: string, now: number): Notice | undefined {
    return openNotice(secrets, token, now);
  }

  return { note, flush, deliver, sweep, open };
}
export type SecurityNotices = ReturnType<typeof createSecurityNotices>;

export function deviceOfNotice({ browser, system }: Pick<Notice, 'browser' | 'system'>) {
  return { ...(browser ? { browser } : {}), ...(system ? { system } : {}) };
}
