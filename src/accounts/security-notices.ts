// Mails that tell a person of a change to the ways into their account, so that a change which was not theirs is noticed (ASVS 6.3.7) and
// can be undone by the link in the mail (not-me.ts).
import { setTimeout as pause } from 'node:timers/promises';
import type { Origin } from '../audit/audit.ts';
import type { Messages } from '../mail/messages.ts';
import type { Outbox } from '../mail/outbox.ts';
import { deviceOf, deviceWords } from '../platform/device.ts';
import type { Log } from '../platform/log.ts';
import { nextTryAt } from '../platform/retry.ts';
import type { Secrets } from '../platform/secrets.ts';
import type { Account } from './account.ts';
import { type Notice, type NoticeKind, noticeSeconds, openNotice, sealNotice } from './security-notice.ts';

export interface SecurityNoticesDependencies {
  messages: Messages;
  outbox: Outbox;
  secrets: Secrets;
  log: Log;
  /** The page that the link "This was not me" leads to. */
  notMeUrl: string;
}

/** How often the outbox is asked again to take a mail: for about ten minutes. */
const tries = 8;

export function createSecurityNotices({ messages, outbox, secrets, log, notMeUrl }: SecurityNoticesDependencies) {
  /** Resolves once the mail is stored. Called after the change is, so that no mail tells of what did not happen; and since the change
   *  stands, it never rejects: what the outbox does not take is logged, and tried again while this process lives.
   *  @param account as it was when the mail should still reach its owner (an address change tells the old one)
   *  @param about what the sentences of this kind name, such as the new address, masked */
  async function send(account: Account, kind: NoticeKind, origin: Origin, about?: string): Promise<void> {
    const notice = { ...noticeOf(account, kind, origin, Date.now()), ...(about ? { about } : {}) };
    try {
      await put(account, notice);
    } catch (error) {
      log.error({ err: error, kind, accountId: account.id }, 'a security mail is not stored yet');
      void tryAgain(account, notice);
    }
  }

  async function put(account: Account, notice: Notice): Promise<void> {
    const { kind, at, address = '', about = '' } = notice;
    const device = deviceWords(deviceOfNotice(notice));
    // Nobody is left to say it about an account that is gone.
    const url = kind === 'accountDeleted' ? '' : `${notMeUrl}?token=${sealNotice(secrets, notice)}`;
    const model = { kind, at, about, address, device, url, expiresAt: at + noticeSeconds * 1000 };
    await outbox.put(messages.render('notice', account.email, model, account.language));
  }

  async function tryAgain(account: Account, notice: Notice): Promise<void> {
    for (let failures = 1; failures < tries; failures += 1) {
      const now = Date.now();
      await pause(nextTryAt(failures, now) - now, undefined, { ref: false });
      try {
        return await put(account, notice);
      } catch (error) {
        log.error({ err: error, kind: notice.kind, accountId: account.id, failures }, 'a security mail is not stored');
      }
    }
  }

  /** @param now milliseconds UTC   @returns what the mail told that carried this token; undefined for none of ours, or one too old */
  function open(token: string, now: number): Notice | undefined {
    return openNotice(secrets, token, now);
  }

  return { send, open };
}
export type SecurityNotices = ReturnType<typeof createSecurityNotices>;

export function deviceOfNotice({ browser, system }: Notice) {
  return { ...(browser ? { browser } : {}), ...(system ? { system } : {}) };
}

function noticeOf(account: Account, kind: NoticeKind, { address, userAgent }: Origin, at: number): Notice {
  const from = address ? { address } : {};
  return { accountId: account.id, kind, at, email: account.email, ...from, ...deviceOf(userAgent) };
}
