// The one way a session ends, whatever the reason: the record is marked, then its tokens are taken away, its apps queued to be told, the
// event recorded. A process that dies in between leaves a record that says so, and the sweeper finishes what was begun.
import type { Accounts } from '../accounts/accounts.ts';
import type { Audit, Origin } from '../audit/audit.ts';
import type { Artifacts } from '../sessions/artifacts.ts';
import { type EndReason, limitPassed, type Session } from '../sessions/session.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { Backchannel, SignOutReport } from './backchannel.ts';

export interface EndedSession {
  session: Session;
  /** What became of the first tries to tell its apps: after two and a half seconds at most. Never rejects. */
  report: Promise<SignOutReport>;
}

export interface SessionEndDependencies {
  accounts: Accounts;
  artifacts: Artifacts;
  audit: Audit;
  backchannel: Backchannel;
  sessions: Sessions;
}

/** What a request may still be about to finish itself. */
const patienceMs = 30_000;
const batch = 1000;

export function createSessionEnd({ accounts, artifacts, audit, backchannel, sessions }: SessionEndDependencies) {
  /** Ends a session, its tokens and its grants, and tells its apps. @returns undefined when it was over already */
  async function endSession(
    uid: string,
    reason: EndReason,
    origin: Origin = { actor: 'system' },
  ): Promise<EndedSession | undefined> {
    const session = await sessions.end(uid, reason, Date.now());
    return session && finishEnd(session, origin);
  }

  /** Ends every session of an account, but one. Called after a change that killed them (their epoch, a suspension): they open nothing any
   *  more, and so their apps hear at once.
   *  @returns how many ended */
  async function endAll(
    accountId: string,
    { except, reason }: { except?: string; reason: EndReason },
    origin: Origin,
  ): Promise<number> {
    let count = 0;
    for await (const { id, endedAt } of sessions.ofAccount(accountId)) {
      if (id === except || endedAt !== undefined) continue;
      if (await endSession(id, reason, origin)) count += 1;
    }
    return count;
  }

  /** What follows the mark. May be done twice. */
  async function finishEnd(session: Session, origin: Origin): Promise<EndedSession> {
    const entries = Object.values(session.authorizations);
    const bound = entries.filter(({ persistsLogout }) => persistsLogout !== true);
    await Promise.all(bound.map(({ grantId }) => typeof grantId === 'string' && artifacts.revokeGrant(grantId)));
    const queued = await backchannel.enqueue(session);
    if (session.accountId)
      await audit.record(
        {
          type: 'session.ended',
          result: 'success',
          subject: session.accountId,
          detail: { reason: session.endReason ?? 'signed-out' },
        },
        origin,
      );
    await sessions.settle(session.id, Date.now());
    return { session, report: backchannel.tell(queued) };
  }

  /** The sweeper's part: ends what is past its limits, finishes what a dead process began, and lets go of what was kept for a day. */
  async function sweepSessions(): Promise<void> {
    const now = Date.now();
    for (const session of await sessions.due(now, batch)) {
      if (session.settledAt !== undefined) await sessions.remove(session.id);
      else if (session.endedAt === undefined) await endSession(session.id, limitPassed(session, now) ?? 'idle');
      else if (session.endedAt <= now - patienceMs) await finishEnd(session, { actor: 'system' });
    }
    for (const account of await accounts.withDeadSessions(now - patienceMs)) {
      const isSuspended = account.status === 'suspended';
      for await (const { id, endedAt, epoch } of sessions.ofAccount(account.id))
        if (endedAt === undefined && (isSuspended || epoch !== account.sessionEpoch))
          await endSession(id, isSuspended ? 'suspended' : 'credentials-changed');
      await accounts.clearDeadSessions(account);
    }
  }

  return { endSession, endAll, finishEnd, sweepSessions };
}
export type SessionEnd = ReturnType<typeof createSessionEnd>;
