// Invitations by the list: stored when they are looked at, sent by work that survives a crash. Each line says what became of it, and no
// address is invited twice, whoever clicks twice or dies in the middle.
import { z } from 'zod';
import type { Origin } from '../audit/audit.ts';
import type { CollectionSpec, Storage } from '../storage/port.ts';

/** What is to happen to a line; what became of it stands in `outcome`. */
export const linePlans = ['invite', 'join', 'known', 'cells', 'email', 'name', 'role', 'twice'] as const;
export const lineOutcomes = ['invited', 'joined', 'known', 'refused'] as const;

const lineSchema = z.object({
  line: z.number(),
  email: z.string(),
  givenName: z.string().optional(),
  familyName: z.string().optional(),
  roles: z.array(z.string()),
  plan: z.enum(linePlans),
  outcome: z.enum(lineOutcomes).optional(),
  accountId: z.string().optional(),
});
export type BatchLine = z.output<typeof lineSchema>;

export const batchSchema = z.object({
  id: z.string(),
  /** The account that acts. */
  by: z.string(),
  organization: z.string().optional(),
  clientId: z.string().optional(),
  lines: z.array(lineSchema),
  createdAt: z.number(),
  /** When it was sent off. */
  startedAt: z.number().optional(),
  /** Names the work that the click which began it has stored. */
  turn: z.string().optional(),
  finishedAt: z.number().optional(),
  /** From where, for the log. */
  origin: z.object({ address: z.string().optional(), userAgent: z.string().optional() }),
  expiresAt: z.number(),
});
export type Batch = z.output<typeof batchSchema>;

const batchesSpec: CollectionSpec<Batch> = {
  name: 'invitation-batches',
  schema: batchSchema,
  expiresAt: 'expiresAt',
};

/** Called while the services are built: the collection must be known before the storage opens. */
export function createBatchStore({ storage }: { storage: Storage }) {
  return storage.collection(batchesSpec);
}
export type BatchStore = ReturnType<typeof createBatchStore>;

/** Whether a line waits for its turn. */
export function isOpen({ plan, outcome }: BatchLine): boolean {
  return outcome === undefined && (plan === 'invite' || plan === 'join');
}

export function originOf({ address, userAgent }: Origin): Batch['origin'] {
  return { ...(address === undefined ? {} : { address }), ...(userAgent === undefined ? {} : { userAgent }) };
}
