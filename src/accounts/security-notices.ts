// Mails that tell a person of a change to the ways into their account, so that a change which was not theirs is noticed (ASVS 6.3.7).
import type { Origin } from '../audit/audit.ts';
import type { Messages } from '../mail/messages.ts';
import type { Outbox } from '../mail/outbox.ts';
import type { Account } from './account.ts';

/** What happened; each has its sentences in the catalogue under `mail.notice.KIND`. */
export const noticeKinds = [
  'accountDeleted',
  'emailChanged',
  'mfaActivated',
  'mfaDeactivated',
  'newDevice',
  'passwordChanged',
  'passwordReset',
  'recoveryCodesRenewed',
  'recoveryCodeUsed',
  'wrongCodes',
] as const;
export type NoticeKind = (typeof noticeKinds)[number];

export interface SecurityNoticesDependencies {
  messages: Messages;
  outbox: Outbox;
}

export function createSecurityNotices({ messages, outbox }: SecurityNoticesDependencies) {
  /** Resolves once the mail is stored. Called after the change is, so that no mail tells of what did not happen.
   *  @param account as it was when the mail should still reach its owner (an address change tells the old one) */
  async function send(account: Account, kind: NoticeKind, { address, userAgent }: Origin): Promise<void> {
    const model = { kind, at: Date.now(), address: address ?? '', userAgent: userAgent ?? '' };
    await outbox.put(messages.render('notice', account.email, model, account.language));
  }

  return { send };
}
export type SecurityNotices = ReturnType<typeof createSecurityNotices>;
