// A browser on its way to an upstream provider and back: its record. `state` names it, and only its hash is stored; it is good once, in the
// browser that began it, for what it was begun for.
import { z } from 'zod';
import type { CollectionSpec } from '../storage/port.ts';
import type { UpstreamClaims } from './upstream.ts';
import type { UpstreamProblem } from './upstream-problem.ts';

export const purposes = ['sign-in', 'link', 'test'] as const;
export type Purpose = (typeof purposes)[number];

export const roundTripSchema = z.object({
  /** SHA-256 of `state`. */
  id: z.string(),
  connectionId: z.string(),
  /** When the connection was last changed: another one is not what the person was sent to. */
  connectionAt: z.number(),
  purpose: z.enum(purposes),
  browserHash: z.string(),
  /** What it belongs to: a sign-in's attempt, or the account that links or tests. */
  holder: z.string(),
  /** Sealed JSON: nonce, PKCE verifier, and the path that the browser goes on to. */
  secrets: z.string(),
  isFresh: z.boolean(),
  startedAt: z.number(),
  /** The browser came back: nobody comes back a second time. */
  usedAt: z.number().optional(),
  /** Sealed JSON of what the provider said, or of what went wrong. */
  outcome: z.string().optional(),
  /** What it said was acted on. */
  takenAt: z.number().optional(),
  expiresAt: z.number(),
});
export type RoundTrip = z.output<typeof roundTripSchema>;

export const roundTripsSpec: CollectionSpec<RoundTrip> = {
  name: 'federation-round-trips',
  schema: roundTripSchema,
  expiresAt: 'expiresAt',
};

/** As long as a person may take there, with a second factor and a forgotten password. */
export const roundTripSeconds = 20 * 60;

/** What a round trip came to. */
export type Outcome =
  | { result: 'claims'; claims: UpstreamClaims }
  | { result: 'problem'; problem: UpstreamProblem; detail: string };
