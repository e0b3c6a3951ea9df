// How many signed in and how many were refused, by day and organization: written with each event, so that a first page need not walk the
// log. A counter is spread over slots, one to a process, so that processes do not wait for one another; the log itself is the truth.
import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { isDomainError } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import type { CollectionSpec, Storage } from '../storage/port.ts';
import type { AuditEvent } from './event.ts';

const dayMs = 86_400_000;
const keptMs = 40 * dayMs;
const slots = 16;
/** Stands for all organizations. */
const everywhere = '*';

const countSchema = z.object({
  id: z.string(),
  /** `acme|20416`: the organization, and the day since 1970 (UTC). */
  key: z.string(),
  succeeded: z.number().int(),
  refused: z.number().int(),
  expiresAt: z.number(),
});
type Count = z.output<typeof countSchema>;

const signInDaysSpec: CollectionSpec<Count> = {
  name: 'sign-in-days',
  schema: countSchema,
  index: ['key'],
  expiresAt: 'expiresAt',
};

export interface SignInDay {
  /** Its beginning, milliseconds UTC. */
  at: number;
  succeeded: number;
  refused: number;
}

export function createSignInDays({ storage, log }: { storage: Storage; log: Log }) {
  const counts = storage.collection(signInDaysSpec);
  const slot = randomInt(slots);

  /** Never fails: who signs in does not wait for a chart. */
  async function note({
    type,
    at,
    organizations = [],
  }: Pick<AuditEvent, 'type' | 'at' | 'organizations'>): Promise<void> {
    const field = fieldOf(type);
    if (!field) return;
    const day = Math.floor(at / dayMs);
    await Promise.all([everywhere, ...organizations].map((place) => add(`${place}|${day}`, field, at))).catch(
      (error: unknown) => log.warn({ err: error }, 'a sign-in could not be counted'),
    );
  }

  async function add(key: string, field: 'succeeded' | 'refused', at: number): Promise<void> {
    const id = `${key}|${slot}`;
    const counted = () => counts.update(id, (old) => ({ ...old, [field]: old[field] + 1 }));
    if (await counted()) return;
    const fresh = { id, key, succeeded: 0, refused: 0, expiresAt: at + keptMs };
    try {
      await counts.insert({ ...fresh, [field]: 1 });
    } catch (error) {
      if (!isDomainError(error, 'duplicate')) throw error;
      await counted();
    }
  }

  /** Today and the days before it, oldest first. @param organization all of them when left out */
  function latest(days: number, organization = everywhere): Promise<SignInDay[]> {
    const today = Math.floor(Date.now() / dayMs);
    return Promise.all(
      Array.from({ length: days }, async (_, n) => {
        const day = today - days + 1 + n;
        const found = await counts.list({ where: { key: `${organization}|${day}` }, limit: slots });
        const sum = (field: 'succeeded' | 'refused') => found.reduce((total, count) => total + count[field], 0);
        return { at: day * dayMs, succeeded: sum('succeeded'), refused: sum('refused') };
      }),
    );
  }

  return { note, latest };
}

function fieldOf(type: AuditEvent['type']): 'succeeded' | 'refused' | undefined {
  if (type === 'sign-in.succeeded') return 'succeeded';
  return ['sign-in.failed', 'sign-in.refused', 'sign-in.throttled'].includes(type) ? 'refused' : undefined;
}
