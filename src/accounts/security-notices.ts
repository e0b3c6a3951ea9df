// Mails that tell a person of a change to the ways into their account, so that a change which was not theirs is noticed (ASVS 6.3.7) and
// can be undone by the link in the mail (not-me.ts), and the audit events of such changes. The account's record holds each from the write
// that made the change on (pending-notices.ts) until the outbox, or the audit record, does.
import type { Audit, Origin } from '../audit/audit.ts';
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
  audit: Audit;
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
  const { accounts, audit, messages, outbox, secrets, log, mailLookOf, notMeUrl } = dependencies;

  /** For what changes nothing else in the account's record. The caller flushes the mail.
   *  @param account with the address that the mail goes to */
  function note({ id, email }: Account, kind: NoticeKind, origin: Origin): Promise<Account | undefined> {
    return accounts.update(id, (old) => withNotice(old, { kind, origin, now: Date.now(), email }));
  }

  /** Writes down and mails what waits in the record. The change stands, and `sweep` tries again: so a mail that cannot be stored is no fault
   *  of the act. An act whose event cannot be stored is not acknowledged.
   *  @param account as the change has left it   @throws what the audit record throws */
  async function flush(account: Account | undefined): Promise<void> {
    if (!account) return;
    await recordEvents(account);
    await handOn(account).catch((error: unknown) =>
      log.error({ err: error, accountId: account.id }, 'a security mail is not stored yet; tried again in a minute'),
    );
  }

  /** May be done twice, also by two processes at once: each event and each mail is stored once.
   *  @throws what the audit record or the outbox throws; what they took is off the record then */
  async function deliver(account: Account): Promise<void> {
    await recordEvents(account);
    await handOn(account);
  }

  async function recordEvents({ id, pendingEvents = [] }: Account): Promise<void> {
    for (const event of pendingEvents) await audit.recordNoted(id, event);
  }

  /** Its events are recorded. */
  async function handOn(account: Account): Promise<void> {
    const { pendingNotices = [], pendingEvents = [] } = account;
    const puts = await Promise.allSettled(pendingNotices.map((notice) => put(account, notice)));
    const stored = [...pendingNotices.filter((_, index) => puts[index]?.status === 'fulfilled'), ...pendingEvents];
    if (stored.length > 0) {
      const ids = stored.map(({ id }) => id);
      await accounts.dropNotices(account.id, ids);
    }
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

  /** The sweeper's part: tells what a dead process, or a storage that failed, has left. */
  async function sweep(): Promise<void> {
    const before = Date.now() - patienceMs;
    for await (const account of accounts.withPendingNotices()) {
      const { pendingNotices = [], pendingEvents = [] } = account;
      if (![...pendingNotices, ...pendingEvents].some(({ at }) => at <= before)) continue;
      await flush(account).catch((error: unknown) =>
        log.error({ err: error, accountId: account.id }, 'an audit event is not stored yet; tried again in a minute'),
      );
    }
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
