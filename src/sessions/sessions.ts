// Keeps browser sessions: found by id or uid, saved by merging, touched, listed, ended. The limits hold at each read.
import { sha256 } from '../platform/secrets.ts';
import type { Storage } from '../storage/port.ts';
import { createdSession, mergedSession, type SaveRequest } from './saved-session.ts';
import {
  type EndReason,
  ended,
  isLive,
  limitPassed,
  opensWith,
  type Session,
  sessionsSpec,
  settled,
  touched,
} from './session.ts';

export interface SessionsDependencies {
  storage: Storage;
  /** The account's session epoch now; undefined when it may not be signed in (gone, suspended). */
  epochOf: (accountId: string) => Promise<number | undefined>;
}

export function createSessions({ storage, epochOf }: SessionsDependencies) {
  const sessions = storage.collection(sessionsSpec);

  /** @returns the live session this id opens */
  async function findById(id: string, now: number): Promise<Session | undefined> {
    const idHash = sha256(id);
    const session = await sessions.find('idHashes', idHash);
    return session && opensWith(session, idHash, now) ? liveOne(session, now) : undefined;
  }

  async function findByUid(uid: string, now: number): Promise<Session | undefined> {
    const session = await sessions.get(uid);
    return session && liveOne(session, now);
  }

  /** Of the sign-in behind it, over or not; undefined for none. */
  async function epochOfSession(uid: string): Promise<number | undefined> {
    return (await sessions.get(uid))?.epoch;
  }

  async function liveOne(session: Session, now: number): Promise<Session | undefined> {
    if (!isLive(session, now)) return undefined;
    if (session.accountId === undefined) return session;
    return (await epochOf(session.accountId)) === session.epoch ? session : undefined;
  }

  /** Writes what a request knew into the record by merging; a session that has ended stays ended.
   *  @returns undefined when it has ended */
  async function save(request: SaveRequest, now: number): Promise<Session | undefined> {
    const known = await sessions.get(request.uid);
    if (!known) {
      const endedBefore = request.staleId && (await endReasonOf(request.staleId, now));
      const fresh = createdSession(request, now, endedBefore || undefined);
      await sessions.insert(fresh);
      return fresh;
    }
    if (known.endedAt !== undefined) return undefined;
    // Most requests bring nothing new: they need not wait for a commit.
    if (isSame(known, mergedSession(known, request, now))) return known;
    return sessions.update(request.uid, (old) =>
      old.endedAt === undefined ? mergedSession(old, request, now) : undefined,
    );
  }

  /** Settles which grant a client has in this session when two of its requests arrive at once: the first stays, both use it.
   *  @param seen the grant id this request found unusable, if any
   *  @returns what the session now says, or undefined when it is not stored or over */
  async function claimGrant(
    uid: string,
    clientId: string,
    claim: { grantId: string; sid: string; seen?: string | undefined },
  ): Promise<{ grantId?: unknown; sid?: unknown } | undefined> {
    // A session that this very request begins is not stored yet: nobody can race it.
    if (!(await sessions.get(uid))) return undefined;
    let standing: { grantId?: unknown; sid?: unknown } | undefined;
    const updated = await sessions.update(uid, (session) => {
      standing = undefined;
      if (session.endedAt !== undefined) return undefined;
      const entry = session.authorizations[clientId];
      if (entry?.grantId !== undefined && entry.grantId !== claim.seen) {
        standing = entry;
        return undefined;
      }
      const mine = { ...entry, grantId: claim.grantId, sid: entry?.sid ?? claim.sid };
      return { ...session, authorizations: { ...session.authorizations, [clientId]: mine } };
    });
    return standing ?? updated?.authorizations[clientId];
  }

  /** Notes activity, at most once a minute: even a declined write waits for a commit, and every refresh comes here.
   *  @param known as it was read   @returns it as it now stands */
  async function touch(known: Session, now: number): Promise<Session> {
    const written = touched(known, now) && (await sessions.update(known.id, (current) => touched(current, now)));
    return written ?? known;
  }

  async function touchByUid(uid: string, now: number): Promise<void> {
    const session = await sessions.get(uid);
    if (session) await touch(session, now);
  }

  /** @returns why a session that this id opened is over, for a day after; undefined where it was nobody's, or goes on */
  async function endReasonOf(id: string, now: number): Promise<EndReason | undefined> {
    const session = await sessions.find('idHashes', sha256(id));
    if (session?.accountId === undefined) return session?.endedBefore;
    if (await liveOne(session, now)) return undefined;
    return session.endReason ?? limitPassed(session, now) ?? 'credentials-changed';
  }

  /** Brings the session in which a person changed their own credentials into the account's new epoch. */
  async function moveToEpoch(uid: string, { from, to }: { from: number; to: number }): Promise<void> {
    await sessions.update(uid, (session) =>
      session.endedAt === undefined && session.epoch === from ? { ...session, epoch: to } : undefined,
    );
  }

  /** Takes one client out of a session that goes on. */
  async function leaveClient(uid: string, clientId: string): Promise<void> {
    await sessions.update(uid, (session) => {
      if (session.endedAt !== undefined || !Object.hasOwn(session.authorizations, clientId)) return undefined;
      const { [clientId]: _left, ...authorizations } = session.authorizations;
      return { ...session, authorizations };
    });
  }

  /** @returns the session as it ended, or undefined when it was over already */
  function end(uid: string, reason: EndReason, now: number): Promise<Session | undefined> {
    return sessions.update(uid, (session) => ended(session, reason, now));
  }

  /** Notes that the tokens of an ended session are gone and its apps are queued to be told. */
  async function settle(uid: string, now: number): Promise<void> {
    await sessions.update(uid, (session) => settled(session, now));
  }

  /** Every record of an account, over or not, page by page. */
  async function* ofAccount(accountId: string): AsyncGenerator<Session> {
    const limit = 100;
    let page = await sessions.list({ where: { accountId }, limit });
    while (page.length > 0) {
      yield* page;
      const after = page.at(-1)?.id;
      page = page.length < limit || !after ? [] : await sessions.list({ where: { accountId }, after, limit });
    }
  }

  /** Sessions past their end, for the sweeper: the earliest first. */
  function due(now: number, limit: number): Promise<Session[]> {
    return sessions.due(now, limit);
  }

  async function remove(uid: string): Promise<void> {
    await sessions.delete(uid);
  }

  return {
    findById,
    findByUid,
    epochOfSession,
    save,
    claimGrant,
    touch,
    touchByUid,
    endReasonOf,
    moveToEpoch,
    leaveClient,
    end,
    settle,
    ofAccount,
    due,
    remove,
  };
}
export type Sessions = ReturnType<typeof createSessions>;

function isSame(a: Session, b: Session): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
