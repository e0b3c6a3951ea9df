// One entry of the audit record. Never a secret among its details.
import { z } from 'zod';
import { newId } from '../platform/ids.ts';
import type { CollectionSpec } from '../storage/port.ts';
import { auditEventTypes } from './event-types.ts';

/** Who acts and from where: filled at the edge (web, command line), handed down. */
export interface Origin {
  /** An account id, `cli`, `system`, or undefined for someone not signed in. */
  actor?: string | undefined;
  address?: string | undefined;
  userAgent?: string | undefined;
  requestId?: string | undefined;
}

export const auditEventSchema = z.object({
  id: z.string(),
  type: z.enum(auditEventTypes),
  /** Milliseconds UTC. */
  at: z.number(),
  result: z.enum(['success', 'failure']),
  /** The account, organization or key it happened to. */
  subject: z.string().optional(),
  /** Whose administrators may read it: the firms of its subject and of its client, as they were then. */
  organizations: z.array(z.string()).optional(),
  clientId: z.string().optional(),
  actor: z.string().optional(),
  address: z.string().optional(),
  userAgent: z.string().optional(),
  requestId: z.string().optional(),
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])).optional(),
  /** Names and e-mail addresses: not in the log, and taken out when their person's account is deleted. */
  personal: z.record(z.string(), z.string()).optional(),
  /** Goes with `personal`, so that `personalHash` tells nothing of it afterwards. */
  personalSalt: z.string().optional(),
  personalHash: z.string().optional(),
  /** The chain it stands in (chain.ts), and where. */
  chain: z.string(),
  seq: z.number().int(),
  /** Hash of the entry before it in that chain, and its own. */
  previous: z.string(),
  hash: z.string(),
});
export type AuditEvent = z.output<typeof auditEventSchema>;

/** An entry that a record keeps, noted in the same write as the change it tells of, until the audit record has it (audit.ts). */
export const notedEventSchema = auditEventSchema.omit({
  subject: true,
  personalSalt: true,
  personalHash: true,
  chain: true,
  seq: true,
  previous: true,
  hash: true,
});
export type NotedEvent = z.output<typeof notedEventSchema>;

/** `actor` takes the place of the origin's. Nothing is noted of what failed. */
export type Noted = Pick<NotedEvent, 'type' | 'organizations' | 'clientId' | 'detail' | 'personal'> & {
  actor?: string | undefined;
};

/** @param now milliseconds UTC */
export function notedEvent({ actor, ...said }: Noted, origin: Origin, now: number): NotedEvent {
  return withoutUndefined({
    id: eventIdAt(now),
    at: now,
    result: 'success' as const,
    ...said,
    ...origin,
    actor: actor ?? origin.actor,
    userAgent: origin.userAgent?.slice(0, 300),
  });
}

/** Ids sort by time, those of one millisecond by `count`: ten digits of base 36 milliseconds, four that count, then chance. */
export function eventIdAt(at: number, count = 0): string {
  return `${digits(at, 10)}-${digits(count, 4)}${newId()}`;
}

function digits(value: number, length: number): string {
  return value.toString(36).padStart(length, '0');
}

export function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as T;
}

/** What it says, without how it hangs in its chain. */
export function contentOf(event: AuditEvent) {
  const { chain: _chain, seq: _seq, previous: _previous, hash: _hash, ...content } = event;
  const { personalSalt: _salt, personalHash: _held, ...said } = content;
  return said;
}
export type AuditContent = ReturnType<typeof contentOf>;

export const auditEventsSpec: CollectionSpec<AuditEvent> = {
  name: 'audit-events',
  schema: auditEventSchema,
  index: ['subject', 'actor', 'type', 'chain'],
  indexEach: ['organizations'],
  lists: [{ where: ['organizations', 'type'] }],
};
