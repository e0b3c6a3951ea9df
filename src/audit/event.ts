// One entry of the audit record. Never a secret among its details.
import { z } from 'zod';
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
