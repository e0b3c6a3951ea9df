// What is still to be told of a change: mails that are not in the outbox yet, and events that the audit record does not have. The write that
// makes the change keeps them in the account's record, so that none is lost whenever the process ends; security-notices.ts hands them on and
// takes them off.
import type { Noted, Origin } from '../audit/audit.ts';
import { notedEvent } from '../audit/event.ts';
import { deviceOf } from '../platform/device.ts';
import { DomainError } from '../platform/errors.ts';
import { newId } from '../platform/ids.ts';
import type { Account } from './account.ts';
import type { NoticeKind, PendingNotice } from './security-notice.ts';

/** More wait only where no mail can be stored: then a further one takes the place of the last of its kind, so that the record stays small
 *  and nobody who makes many changes pushes out what was told of the first. */
const most = 20;
/** So many wait only where the audit record cannot be written: then nothing more is changed than could be told. */
const mostEvents = 50;

export interface Happening {
  kind: NoticeKind;
  origin: Origin;
  /** Milliseconds UTC: of the write itself, since a report of misuse deals with all that was before it (lockdown.ts). */
  now: number;
  /** What the sentences of this kind name, such as the new address, masked. */
  about?: string;
  /** Where the mail goes: the account's own address when left out. */
  email?: string;
  /** What the audit record says of it. */
  event?: Noted;
}

/** The change of the account that remembers a mail, in the same write as what it tells of. */
export function withNotice(account: Account, happening: Happening): Account {
  const { kind, origin, now, about, email = account.email, event } = happening;
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
  const told: Account = { ...account, pendingNotices, hasPendingNotices: true };
  return event ? withEvent(told, event, { origin, now }) : told;
}

/** The change of the account that notes its audit event, in the same write.
 *  @param from.now milliseconds UTC
 *  @throws DomainError 'storage_unavailable' where far too many events wait */
export function withEvent(account: Account, event: Noted, { origin, now }: { origin: Origin; now: number }): Account {
  const { pendingEvents = [] } = account;
  if (pendingEvents.length >= mostEvents)
    throw new DomainError('storage_unavailable', 'the audit record does not take the events of this account');
  return { ...account, pendingEvents: [...pendingEvents, notedEvent(event, origin, now)], hasPendingNotices: true };
}

/** @param ids of mails and events   @returns undefined where none of them waits */
export function withoutNotices(account: Account, ids: readonly string[]): Account | undefined {
  const { pendingNotices = [], pendingEvents = [], hasPendingNotices: _mark, ...kept } = account;
  const notices = pendingNotices.filter(({ id }) => !ids.includes(id));
  const events = pendingEvents.filter(({ id }) => !ids.includes(id));
  if (notices.length === pendingNotices.length && events.length === pendingEvents.length) return undefined;
  return {
    ...kept,
    ...(notices.length > 0 ? { pendingNotices: notices } : {}),
    ...(events.length > 0 ? { pendingEvents: events } : {}),
    ...(notices.length + events.length > 0 ? { hasPendingNotices: true } : {}),
  };
}
