// Mails about a change that are not in the outbox yet. The write that makes the change keeps them in the account's record, so that none is
// lost whenever the process ends; security-notices.ts puts them into the outbox and takes them off.
import type { Origin } from '../audit/audit.ts';
import { deviceOf } from '../platform/device.ts';
import { newId } from '../platform/ids.ts';
import type { Account } from './account.ts';
import type { NoticeKind, PendingNotice } from './security-notice.ts';

/** More wait only where no mail can be stored: then a further one takes the place of the last of its kind, so that the record stays small
 *  and nobody who makes many changes pushes out what was told of the first. */
const most = 20;

export interface Happening {
  kind: NoticeKind;
  origin: Origin;
  /** Milliseconds UTC: of the write itself, since a report of misuse deals with all that was before it (lockdown.ts). */
  now: number;
  /** What the sentences of this kind name, such as the new address, masked. */
  about?: string;
  /** Where the mail goes: the account's own address when left out. */
  email?: string;
}

/** The change of the account that remembers a mail, in the same write as what it tells of. */
export function withNotice(account: Account, { kind, origin, now, about, email = account.email }: Happening): Account {
  const { actor, address, userAgent } = origin;
  const isByOthers = actor !== undefined && actor !== account.id;
  const from = { ...(address ? { address } : {}), ...deviceOf(userAgent) };
  const notice: PendingNotice = {
    id: newId(),
    kind,
    at: now,
    email,
    ...(about ? { about } : {}),
    ...(isByOthers ? { isByOthers } : from),
  };
  const waiting = account.pendingNotices ?? [];
  const last = waiting.length < most ? -1 : waiting.findLastIndex((other) => other.kind === kind);
  const pendingNotices = last < 0 ? [...waiting, notice] : waiting.with(last, notice);
  return { ...account, pendingNotices, hasPendingNotices: true };
}

/** @returns undefined where none of them waits */
export function withoutNotices(account: Account, ids: readonly string[]): Account | undefined {
  const { pendingNotices = [], hasPendingNotices: _mark, ...kept } = account;
  const left = pendingNotices.filter(({ id }) => !ids.includes(id));
  if (left.length === pendingNotices.length) return undefined;
  return left.length > 0 ? { ...kept, pendingNotices: left, hasPendingNotices: true } : kept;
}
