// The record of one message on its way, and the pure rules of that way:
//   queued → sending → sent | refused | retrying → sending → …; expired for what nobody took in time, and superseded for what a newer
//   message or another event made void while it waited.
// What a process does with it, it claims first: a lease on the time that the message is due. Whoever dies leaves a lease that ends.
import { z } from 'zod';
import { nextTryAt } from '../platform/retry.ts';
import type { CollectionSpec } from '../storage/port.ts';

export const deliveryStates = ['queued', 'sending', 'retrying', 'sent', 'refused', 'expired', 'superseded'] as const;
export type DeliveryState = (typeof deliveryStates)[number];

export const deliverySchema = z.object({
  /** Sorts newest first. Part of the Message-ID. */
  id: z.string(),
  state: z.enum(deliveryStates),
  to: z.string(),
  purpose: z.string(),
  /** The message, for as long as it may still be sent; in development for as long as the record is kept. */
  sealed: z.string().optional(),
  /** Milliseconds UTC, as all times here. */
  createdAt: z.number(),
  /** From then on the message means nothing. */
  sendUntil: z.number(),
  /** When somebody has to act on it next: try it, take it over from a process that died, tell its outcome, drop its body, delete it. */
  dueAt: z.number(),
  tries: z.number(),
  lastTryAt: z.number().optional(),
  /** What the mail server said to the last try, or why it said nothing. */
  answer: z.string().optional(),
  /** Of the try under way: who lost it must not write its result. */
  lease: z.string().optional(),
  /** When it was sent, refused, or expired. */
  endedAt: z.number().optional(),
  /** What it is about, for the listeners. */
  reference: z.object({ kind: z.string(), accountId: z.string(), mailId: z.string().optional() }).optional(),
  /** How often listeners failed to hear of the outcome; absent when nothing is to be told. */
  untold: z.number().optional(),
});
export type Delivery = z.output<typeof deliverySchema>;

/** `due` is what this collection lives by; an ended message is deleted by the sender, not by the sweeper. */
export const deliveriesSpec: CollectionSpec<Delivery> = {
  name: 'mail',
  schema: deliverySchema,
  index: ['state'],
  expiresAt: 'dueAt',
  keepExpired: true,
};

/** How a try ended. `refused` is for good (5xx), `failed` is worth another try. */
export interface TryResult {
  state: 'sent' | 'refused' | 'failed';
  answer: string;
}

/** A try is cut off after two minutes (transport.ts); what its process does beside that fits into the third. */
const leaseMs = 180_000;
/** Mail servers give up after four to five days as well (RFC 5321, 4.5.4.1). */
export const defaultLifeMs = 5 * 24 * 3_600_000;
/** How long one can see what became of a message. */
export const keptMs = 14 * 24 * 3_600_000;

export function hasEnded({ state }: Pick<Delivery, 'state'>): boolean {
  return state === 'sent' || state === 'refused' || state === 'expired' || state === 'superseded';
}

/** @returns the delivery under a lease of its own; undefined where it is not due, or over */
export function claimed(delivery: Delivery, { lease, now }: { lease: string; now: number }): Delivery | undefined {
  if (hasEnded(delivery) || delivery.dueAt > now || delivery.sendUntil <= now) return undefined;
  return { ...delivery, state: 'sending', lease, dueAt: now + leaseMs, lastTryAt: now, tries: delivery.tries + 1 };
}

/** The moment, and whether bodies outlive their sending: in development, where the mailbox shows them. */
export interface Circumstances {
  now: number;
  keepsBodies: boolean;
}

/** A late result still counts where the mail server took the message: nobody should get it a third time.
 *  @returns undefined where another process has taken over meanwhile, or all is over */
export function afterTry(
  delivery: Delivery,
  { lease, result, ...when }: { lease: string; result: TryResult } & Circumstances,
): Delivery | undefined {
  if (delivery.state === 'sent' || (delivery.lease !== lease && result.state !== 'sent')) return undefined;
  const told = { ...delivery, answer: result.answer };
  if (result.state !== 'failed') return ended(told, result.state, when);
  const { lease: _over, ...waiting } = told;
  return { ...waiting, state: 'retrying', dueAt: Math.min(nextTryAt(delivery.tries, when.now), delivery.sendUntil) };
}

/** @returns undefined where it has ended already, may still be sent, or is being sent */
export function expired(delivery: Delivery, when: Circumstances): Delivery | undefined {
  const isWaiting = !hasEnded(delivery) && delivery.dueAt <= when.now;
  return isWaiting && delivery.sendUntil <= when.now ? ended(delivery, 'expired', when) : undefined;
}

/** Nobody is told: whoever made it void knows. @returns undefined where it has ended already, or is being sent */
export function superseded(delivery: Delivery, when: Circumstances): Delivery | undefined {
  if (hasEnded(delivery) || delivery.dueAt > when.now) return undefined;
  const { reference: _untold, ...silent } = delivery;
  return ended(silent, 'superseded', when);
}

function ended(
  delivery: Delivery,
  state: 'sent' | 'refused' | 'expired' | 'superseded',
  when: Circumstances,
): Delivery {
  const { lease: _over, ...rest } = delivery;
  return rested({ ...rest, state, endedAt: when.now, ...(delivery.reference ? { untold: 0 } : {}) }, when);
}

/** The listeners have heard of the outcome. @returns undefined where it is another one by now */
export function told(delivery: Delivery, endedAt: number, when: Circumstances): Delivery | undefined {
  if (!hasEnded(delivery) || delivery.endedAt !== endedAt) return undefined;
  const { untold: _told, ...rest } = delivery;
  return rested(rest, when);
}

/** A message that has ended: without its body as soon as nobody may send it again, and due when something is left to do.
 *  An operator may have a refused one sent again, once the reason is mended. */
export function rested(delivery: Delivery, { now, keepsBodies }: Circumstances): Delivery {
  const { sealed, ...bare } = delivery;
  const maySendAgain = delivery.state === 'refused' && delivery.sendUntil > now;
  const kept = sealed !== undefined && (keepsBodies || maySendAgain) ? { ...bare, sealed } : bare;
  if (delivery.untold !== undefined) return { ...kept, dueAt: now };
  const deleteAt = deletedAt(delivery);
  return { ...kept, dueAt: maySendAgain && !keepsBodies ? Math.min(delivery.sendUntil, deleteAt) : deleteAt };
}

export function deletedAt({ endedAt, createdAt }: Delivery): number {
  return (endedAt ?? createdAt) + keptMs;
}

/** An operator asks for another try: what was refused or waits goes out as soon as possible.
 *  @returns undefined where there is nothing to send any more, or a try is under way */
export function revived(delivery: Delivery, now: number): Delivery | undefined {
  const { state, sealed, sendUntil } = delivery;
  if (sealed === undefined || sendUntil <= now || !['queued', 'retrying', 'refused'].includes(state)) return undefined;
  const { endedAt: _ended, untold: _untold, ...kept } = delivery;
  return { ...kept, state: 'queued', dueAt: now };
}
