// What a mail tells of that says "your account was changed", and the token of its link "This was not me": a sealed copy of the same. It
// needs no record of its own, so that however many are under way, each is good.
import { z } from 'zod';
import type { Secrets } from '../platform/secrets.ts';

/** What happened; each has its sentences in the catalogue under `mail.notice.KIND`. */
export const noticeKinds = [
  'accountDeleted',
  'accountSuspended',
  'emailChangeRequested',
  'emailChanged',
  'identityLinked',
  'identityUnlinked',
  'mfaActivated',
  'mfaDeactivated',
  'mfaReset',
  'newDevice',
  'passkeyAdded',
  'passkeyCloned',
  'passkeyRemoved',
  'passwordChanged',
  'passwordReset',
  'recoveryCodesRenewed',
  'recoveryCodeUsed',
  'recoveryStarted',
  'wrongCodes',
] as const;
export type NoticeKind = (typeof noticeKinds)[number];

export const noticeSchema = z.object({
  accountId: z.string(),
  kind: z.enum(noticeKinds),
  /** When it happened: milliseconds UTC. */
  at: z.number(),
  /** The address that the mail went to. */
  email: z.string(),
  /** What its sentences name. */
  about: z.string().optional(),
  /** Done by an administrator or operator: where they sit is not told. */
  isByOthers: z.literal(true).optional(),
  /** Where from, as far as it is known. */
  address: z.string().optional(),
  browser: z.string().optional(),
  system: z.string().optional(),
});
export type Notice = z.output<typeof noticeSchema>;

/** As the account's record keeps it until the outbox has the mail. */
export const pendingNoticeSchema = noticeSchema.omit({ accountId: true }).extend({ id: z.string() });
export type PendingNotice = z.output<typeof pendingNoticeSchema>;

/** A link is good this long. */
export const noticeSeconds = 7 * 24 * 3600;

export function sealNotice(secrets: Secrets, notice: Notice): string {
  return `${notice.accountId}.${secrets.seal(JSON.stringify(notice), context(notice.accountId))}`;
}

/** Reads no record: a made-up token costs the same whether or not there is such an account.
 *  @returns undefined for a token that is not ours, and for one that has run out */
export function openNotice(secrets: Secrets, token: string, now: number): Notice | undefined {
  const [, accountId, sealed] = /^([\w-]{22})\.([\w-]+\.[\w-]+)$/.exec(token) ?? [];
  if (accountId === undefined || sealed === undefined) return undefined;
  const text = opened(secrets, sealed, accountId);
  const notice = text === undefined ? undefined : noticeSchema.safeParse(JSON.parse(text)).data;
  return notice && now < notice.at + noticeSeconds * 1000 ? notice : undefined;
}

function opened(secrets: Secrets, sealed: string, accountId: string): string | undefined {
  try {
    return secrets.open(sealed, context(accountId));
  } catch {
    return undefined;
  }
}

function context(id: string) {
  return { collection: 'accounts', field: 'security-notice', id };
}
