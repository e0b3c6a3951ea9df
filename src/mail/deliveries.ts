// Keeps the messages on their way, and shows where each stands. A message may carry a temporary password or a link that signs in, so it
// is sealed while it waits, and what is shown of it never includes it.
import { DomainError, isDomainError } from '../platform/errors.ts';
import { newId } from '../platform/ids.ts';
import { nextTryAt } from '../platform/retry.ts';
import type { Secrets } from '../platform/secrets.ts';
import type { Storage } from '../storage/port.ts';
import {
  afterTry,
  claimed,
  type Delivery,
  type DeliveryState,
  defaultLifeMs,
  deletedAt,
  deliveriesSpec,
  expired,
  hasEnded,
  revived,
  superseded,
  type TryResult,
  told,
} from './delivery.ts';
import type { Message, PutOptions } from './outbox.ts';

/** What anybody may see of a message: never what it says. Times are milliseconds UTC. */
export interface DeliveryStatus {
  id: string;
  state: DeliveryState;
  to: string;
  purpose: string;
  createdAt: number;
  /** From then on it is not sent any more. */
  sendUntil: number;
  tries: number;
  lastTryAt?: number;
  /** Absent once it has ended. */
  nextTryAt?: number;
  endedAt?: number;
  /** What the mail server said last. */
  answer?: string;
}

export interface Claim {
  delivery: Delivery;
  lease: string;
}

/** Beyond what any clock says, so that ids made of what is left sort newest first. */
const farFuture = 9_999_999_999_999;

export function createDeliveries({
  storage,
  secrets,
  keepsBodies,
}: {
  storage: Storage;
  secrets: Secrets;
  /** For the mailbox of development. */
  keepsBodies: boolean;
}) {
  const deliveries = storage.collection(deliveriesSpec);

  async function add(message: Message, { reference, expiresAt, once }: PutOptions): Promise<void> {
    const createdAt = Date.now();
    const id = deliveryId(once ?? { id: newId(), at: createdAt });
    const delivery: Delivery = {
      id,
      state: 'queued',
      to: message.to,
      purpose: message.purpose ?? 'other',
      sealed: secrets.seal(JSON.stringify(message), context(id)),
      createdAt,
      sendUntil: expiresAt ?? createdAt + defaultLifeMs,
      dueAt: createdAt,
      tries: 0,
      ...(reference ? { reference } : {}),
    };
    await deliveries.insert(delivery).catch((error: unknown) => {
      if (!once || !isDomainError(error, 'duplicate')) throw error;
    });
  }

  function circumstances() {
    return { now: Date.now(), keepsBodies };
  }

  /** What somebody has to act on now, the longest waiting first. */
  function due(limit: number): Promise<Delivery[]> {
    return deliveries.due(Date.now(), limit);
  }

  /** Of several processes one gets it, until its lease ends. */
  async function claim(id: string): Promise<Claim | undefined> {
    const lease = newId();
    const now = Date.now();
    const delivery = await deliveries.update(id, (old) => claimed(old, { lease, now }));
    return delivery && { delivery, lease };
  }

  /** @throws DomainError 'sealed_value_unreadable' */
  function open({ id, sealed = '' }: Delivery): Message {
    return JSON.parse(secrets.open(sealed, context(id))) as Message;
  }

  /** Writes down how a try ended. */
  async function finish({ delivery, lease }: Claim, result: TryResult): Promise<void> {
    const when = circumstances();
    await deliveries.update(delivery.id, (old) => afterTry(old, { lease, result, ...when }));
  }

  /** Nobody took it in time. */
  async function expire(id: string): Promise<void> {
    const when = circumstances();
    await deliveries.update(id, (old) => expired(old, when));
  }

  /** It means nothing any more, though its time is not over. */
  async function supersede(id: string): Promise<void> {
    const when = circumstances();
    await deliveries.update(id, (old) => superseded(old, when));
  }

  /** The listeners have heard what became of it, or there is nothing to hear: what is no longer needed of it goes. */
  async function settle(delivery: Delivery): Promise<void> {
    const when = circumstances();
    const { id, endedAt = 0 } = delivery;
    if (delivery.untold === undefined && deletedAt(delivery) <= when.now) await deliveries.delete(id);
    else await deliveries.update(id, (old) => told(old, endedAt, when));
  }

  /** A listener failed: it is told again later. */
  async function tellLater({ id, endedAt }: Delivery): Promise<void> {
    const now = Date.now();
    await deliveries.update(id, (old) => {
      if (old.untold === undefined || old.endedAt !== endedAt) return undefined;
      return { ...old, untold: old.untold + 1, dueAt: nextTryAt(old.untold + 1, now) };
    });
  }

  /** Newest first.
   *  @param query.after the id of the last one of the page before */
  async function list(
    query: { state?: DeliveryState; after?: string; limit?: number } = {},
  ): Promise<DeliveryStatus[]> {
    const { state, ...page } = query;
    return (await deliveries.list({ ...page, ...(state ? { where: { state } } : {}) })).map(statusOf);
  }

  async function get(id: string): Promise<DeliveryStatus | undefined> {
    const found = await deliveries.get(id);
    return found && statusOf(found);
  }

  /** Has a waiting or a refused message sent as soon as possible.
   *  @throws DomainError 'not_found'; 'conflict' where it was sent, is being sent, or means nothing any more */
  async function retry(id: string): Promise<DeliveryStatus> {
    const now = Date.now();
    const queued = await deliveries.update(id, (old) => revived(old, now));
    if (queued) return statusOf(queued);
    const found = await deliveries.get(id);
    if (!found) throw new DomainError('not_found', `There is no message ${id}.`);
    throw new DomainError('conflict', `${id} cannot be sent again: ${whyNot(found, now)}.`);
  }

  /** What the messages say, newest first: for the mailbox of development. */
  async function read(): Promise<(Message & { id: string; createdAt: number })[]> {
    const found = await deliveries.list({ limit: 1000 });
    return found
      .filter(({ sealed }) => sealed !== undefined)
      .map((delivery) => ({ ...open(delivery), id: delivery.id, createdAt: delivery.createdAt }));
  }

  return { add, due, claim, open, finish, expire, supersede, settle, tellLater, list, get, retry, read };
}
export type Deliveries = ReturnType<typeof createDeliveries>;

function deliveryId({ id, at }: { id: string; at: number }): string {
  return `${(farFuture - at).toString(36).padStart(9, '0')}-${id}`;
}

function context(id: string) {
  return { collection: 'mail', field: 'sealed', id };
}

function statusOf(delivery: Delivery): DeliveryStatus {
  const { sealed: _sealed, lease: _lease, reference: _reference, untold: _untold, dueAt, ...status } = delivery;
  const next = hasEnded(delivery) || delivery.state === 'sending' ? {} : { nextTryAt: dueAt };
  return { ...status, ...next } as DeliveryStatus;
}

function whyNot({ state, sendUntil }: Delivery, now: number): string {
  if (state === 'sent') return 'it was sent';
  if (state === 'sending' && sendUntil > now) return 'it is being sent at this moment';
  return state === 'superseded' ? 'a newer one or a withdrawal has made it void' : 'its time is over';
}
