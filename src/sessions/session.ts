// One browser session is one record, keyed by the session's `uid`: pure rules of how it is read, merged, touched and ended.
// (One row per session id, as oidc-provider would keep it, loses the second of two apps opened at once and lets a late
// authorization undo a logout.)
import { z } from 'zod';
import type { CollectionSpec } from '../storage/port.ts';

/** What oidc-provider keeps of one client in the session. */
const authorizationSchema = z.record(z.string(), z.unknown());
const payloadSchema = z.record(z.string(), z.unknown());

export const endReasons = [
  'signed-out',
  /** By the person, from another session. */
  'signed-out-elsewhere',
  'replaced',
  'credentials-changed',
  'idle',
  'absolute',
  'suspended',
  'account-deleted',
  'administrator',
] as const;
export type EndReason = (typeof endReasons)[number];

export const sessionSchema = z.object({
  /** The session's uid: names it, opens nothing. */
  id: z.string(),
  /** SHA-256 of the session ids that open it: the current one first, former ones for a short while after a renewal. */
  idHashes: z.array(z.string()),
  formerUntil: z.number(),
  /** Without `authorizations`, `jti` and `exp`. */
  payload: payloadSchema,
  authorizations: z.record(z.string(), authorizationSchema),
  /** Missing for a browser that is not signed in. */
  accountId: z.string().optional(),
  /** The account's session epoch at sign-in; any other epoch means the session is over. */
  epoch: z.number().int().optional(),
  /** What was proved, as amr values. */
  amr: z.array(z.string()),
  /** No code was asked at sign-in, since the device is remembered: dangerous acts ask for one. */
  isCodeSpared: z.boolean().optional(),
  signedInAt: z.number(),
  lastSeenAt: z.number(),
  idleSeconds: z.number(),
  absoluteUntil: z.number(),
  /** The earlier of the idle and the absolute limit: enforced at each read. Of an ended one, when the sweeper looks at it next. */
  endsAt: z.number(),
  endedAt: z.number().optional(),
  endReason: z.enum(endReasons).optional(),
  /** In a session nobody is signed in to yet: why the one before it in this browser is over, so that the sign-in page can say so. */
  endedBefore: z.enum(endReasons).optional(),
  /** Its tokens are gone and its apps are queued to be told; until then the sweeper finishes what was begun. */
  settledAt: z.number().optional(),
  address: z.string().optional(),
  userAgent: z.string().optional(),
});
export type Session = z.output<typeof sessionSchema>;

/** Ended records stay until their tokens are purged and the apps are told: never hidden, never left to a TTL index. */
export const sessionsSpec: CollectionSpec<Session> = {
  name: 'sessions',
  schema: sessionSchema,
  index: ['accountId'],
  indexEach: ['idHashes'],
  expiresAt: 'endsAt',
  keepExpired: true,
};

/** A renewed id stays good this long, for requests that were under way. */
export const formerIdSeconds = 30;
/** Activity is written down at most this often. */
export const touchEverySeconds = 60;
const endedKeptMs = 24 * 3_600_000;

export function isLive(session: Session, now: number): boolean {
  return session.endedAt === undefined && session.endsAt > now;
}

/** @returns which limit ended it; undefined while neither has */
export function limitPassed(session: Session, now: number): 'idle' | 'absolute' | undefined {
  if (session.endsAt > now) return undefined;
  return session.absoluteUntil <= now ? 'absolute' : 'idle';
}

export function opensWith(session: Session, idHash: string, now: number): boolean {
  if (session.idHashes[0] === idHash) return true;
  return session.formerUntil > now && session.idHashes.includes(idHash);
}

/** @returns undefined when nothing needs to be written */
export function touched(session: Session, now: number): Session | undefined {
  if (!isLive(session, now) || now - session.lastSeenAt < touchEverySeconds * 1000) return undefined;
  return { ...session, lastSeenAt: now, endsAt: Math.min(now + session.idleSeconds * 1000, session.absoluteUntil) };
}

/** @returns undefined when it is over already: whoever ends it first acts on it */
export function ended(session: Session, reason: EndReason, now: number): Session | undefined {
  if (session.endedAt !== undefined) return undefined;
  return { ...session, endedAt: now, endReason: reason, endsAt: Math.min(session.endsAt, now) };
}

/** Ended, and everything done about it. The record stays a day, without what was in it, so that a browser which comes back can be told why.
 *  @returns undefined when that is noted already, or the session goes on */
export function settled(session: Session, now: number): Session | undefined {
  if (session.endedAt === undefined || session.settledAt !== undefined) return undefined;
  const keptMs = session.accountId === undefined ? 0 : endedKeptMs;
  return { ...session, payload: {}, authorizations: {}, settledAt: now, endsAt: now + keptMs };
}

/** Merges what one request knew of each client into what is stored, per client and per field, so that two apps opened at once both
 *  stay in. An entry that only the stored side has is kept, except the client that was just logged out. */
export function mergedAuthorizations(
  stored: Session['authorizations'],
  given: Session['authorizations'],
  loggedOutClient?: string,
): Session['authorizations'] {
  const clients = new Set([...Object.keys(stored), ...Object.keys(given)]);
  if (loggedOutClient !== undefined) clients.delete(loggedOutClient);
  return Object.fromEntries([...clients].map((client) => [client, { ...stored[client], ...given[client] }]));
}
