// What a request leaves in a session's record: pure rules of how the record is made, and how later requests merge into it.
import { sha256 } from '../platform/secrets.ts';
import { type EndReason, formerIdSeconds, mergedAuthorizations, type Session, touched } from './session.ts';

/** A browser that is not signed in keeps its record this long. */
const anonymousSeconds = 3600;

/** What a sign-in adds to the session it makes or renews. */
export interface SignInFacts {
  epoch: number;
  idleSeconds: number;
  absoluteSeconds: number;
  address?: string | undefined;
  userAgent?: string | undefined;
  /** No code was asked, since the device is remembered. */
  isCodeSpared?: boolean;
}

/** What an app wants of the session that it is opened in; what is left out it leaves to others. */
export interface SessionLimits {
  idleSeconds?: number | undefined;
  absoluteSeconds?: number | undefined;
}

export interface SaveRequest {
  uid: string;
  /** The session id itself; only its hash is stored. */
  id: string;
  payload: Session['payload'];
  authorizations: Session['authorizations'];
  accountId?: string | undefined;
  amr: string[];
  /** Present in the request that finishes a sign-in. */
  signIn?: SignInFacts | undefined;
  /** A second factor was added to it. */
  isStepUp?: boolean;
  limits?: SessionLimits | undefined;
  loggedOutClient?: string | undefined;
  /** The session id that the browser came with, and that opened nothing. */
  staleId?: string | undefined;
}

/** The record that a first save makes. @param endedBefore why this browser's session before is over */
export function createdSession(request: SaveRequest, now: number, endedBefore?: EndReason): Session {
  const limits = limitsOf(request.signIn, now) ?? {
    idleSeconds: anonymousSeconds,
    absoluteUntil: now + anonymousSeconds * 1000,
  };
  return {
    id: request.uid,
    idHashes: [sha256(request.id)],
    formerUntil: 0,
    payload: request.payload,
    authorizations: request.authorizations,
    amr: request.amr,
    ...(request.accountId === undefined ? {} : { accountId: request.accountId }),
    ...(endedBefore ? { endedBefore } : {}),
    ...factsOf(request.signIn),
    signedInAt: now,
    lastSeenAt: now,
    ...limits,
    endsAt: Math.min(now + limits.idleSeconds * 1000, limits.absoluteUntil),
  };
}

/** What is stored, with what one request knew. */
export function mergedSession(old: Session, request: SaveRequest, now: number): Session {
  const isRenewed = old.idHashes[0] !== sha256(request.id);
  const merged: Session = {
    ...old,
    payload: request.payload,
    authorizations: mergedAuthorizations(old.authorizations, request.authorizations, request.loggedOutClient),
    amr: request.amr,
    ...(request.accountId === undefined ? {} : { accountId: request.accountId }),
    ...factsOf(request.signIn),
    ...(request.isStepUp ? { isCodeSpared: false } : {}),
  };
  if (isRenewed) {
    merged.idHashes = [sha256(request.id), ...(old.idHashes[0] === undefined ? [] : [old.idHashes[0]])];
    merged.formerUntil = request.signIn || request.isStepUp ? 0 : now + formerIdSeconds * 1000;
  }
  const limits = limitsOf(request.signIn, now);
  if (limits)
    Object.assign(merged, limits, {
      signedInAt: now,
      lastSeenAt: now,
      endsAt: Math.min(now + limits.idleSeconds * 1000, limits.absoluteUntil),
    });
  // Opening an app is activity: the time without any is counted from here, before the app's own limit is.
  const active = touched(merged, now) ?? merged;
  return request.accountId === undefined ? active : withinLimits(active, request.limits);
}

/** Never longer than it was. */
function withinLimits(session: Session, limits: SessionLimits = {}): Session {
  const idleSeconds = Math.min(session.idleSeconds, limits.idleSeconds ?? Infinity);
  const absoluteUntil = Math.min(
    session.absoluteUntil,
    session.signedInAt + (limits.absoluteSeconds ?? Infinity) * 1000,
  );
  if (idleSeconds === session.idleSeconds && absoluteUntil === session.absoluteUntil) return session;
  return {
    ...session,
    idleSeconds,
    absoluteUntil,
    endsAt: Math.min(session.lastSeenAt + idleSeconds * 1000, absoluteUntil),
  };
}

function limitsOf(
  signIn: SignInFacts | undefined,
  now: number,
): Pick<Session, 'idleSeconds' | 'absoluteUntil'> | undefined {
  return signIn && { idleSeconds: signIn.idleSeconds, absoluteUntil: now + signIn.absoluteSeconds * 1000 };
}

function factsOf(signIn: SignInFacts | undefined): Partial<Session> {
  if (!signIn) return {};
  const { epoch, address, userAgent, isCodeSpared = false } = signIn;
  return {
    epoch,
    isCodeSpared,
    ...(address ? { address } : {}),
    ...(userAgent ? { userAgent: userAgent.slice(0, 300) } : {}),
  };
}
