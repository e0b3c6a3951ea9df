// Who is still to be told that a session is over: a durable queue of back-channel logouts, one record for each session and client.
// A try is claimed by compare-and-set for as long as it may take, so that of several nodes one sends; after a crash another one does.
import { z } from 'zod';
import { isDomainError } from '../platform/errors.ts';
import { nextTryAt } from '../platform/retry.ts';
import { sha256 } from '../platform/secrets.ts';
import type { CollectionSpec, Storage } from '../storage/port.ts';

const logoutDeliverySchema = z.object({
  /** Of session, client and `sid`: queued twice is queued once. */
  id: z.string(),
  sessionUid: z.string(),
  clientId: z.string(),
  accountId: z.string(),
  /** What this client knows the session by. */
  sid: z.string(),
  failures: z.number().int(),
  createdAt: z.number(),
  /** When the next try is due; ahead of now while one is under way. */
  dueAt: z.number(),
});
export type LogoutDelivery = z.output<typeof logoutDeliverySchema>;

const logoutDeliveriesSpec: CollectionSpec<LogoutDelivery> = {
  name: 'logout-deliveries',
  schema: logoutDeliverySchema,
  expiresAt: 'dueAt',
  keepExpired: true,
};

/** Longer than any try takes. */
const leaseMs = 30_000;
/** An app that has not answered for so long is told no more. */
const giveUpAfterMs = 24 * 3_600_000;

export function createLogoutDeliveries({ storage }: { storage: Storage }) {
  const deliveries = storage.collection(logoutDeliveriesSpec);

  /** Resolves once it is stored. @returns its id */
  async function enqueue(
    entry: Pick<LogoutDelivery, 'sessionUid' | 'clientId' | 'accountId' | 'sid'>,
    now: number,
  ): Promise<string> {
    const id = sha256(JSON.stringify([entry.sessionUid, entry.clientId, entry.sid]));
    try {
      await deliveries.insert({ ...entry, id, failures: 0, createdAt: now, dueAt: now });
    } catch (error) {
      if (!isDomainError(error, 'duplicate')) throw error;
    }
    return id;
  }

  /** @returns the delivery for whoever may try it now; undefined when it is done, not due, or another one's */
  function claim(id: string, now: number): Promise<LogoutDelivery | undefined> {
    return deliveries.update(id, (delivery) =>
      delivery.dueAt <= now ? { ...delivery, dueAt: now + leaseMs } : undefined,
    );
  }

  async function remove(id: string): Promise<void> {
    await deliveries.delete(id);
  }

  /** Puts a try that failed off. @param claimed as `claim` handed it out: one that was claimed anew is left alone */
  async function putOff(claimed: LogoutDelivery, now: number): Promise<void> {
    const failures = claimed.failures + 1;
    await deliveries.update(claimed.id, (delivery) =>
      delivery.dueAt === claimed.dueAt ? { ...delivery, failures, dueAt: nextTryAt(failures, now) } : undefined,
    );
  }

  function due(now: number, limit: number): Promise<LogoutDelivery[]> {
    return deliveries.due(now, limit);
  }

  return { enqueue, claim, remove, putOff, due };
}
export type LogoutDeliveries = ReturnType<typeof createLogoutDeliveries>;

export function isGivenUp({ createdAt }: LogoutDelivery, now: number): boolean {
  return now - createdAt >= giveUpAfterMs;
}
