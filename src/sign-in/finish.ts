// The end of a sign-in: what is written down, who is told, and what oidc-provider hears of it.
import type { Account } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { SecurityNotices } from '../accounts/security-notices.ts';
import type { Audit, Origin } from '../audit/audit.ts';
import { acrOf, amrOf } from '../oidc/claims.ts';
import type { LoginResult } from '../oidc/interactions.ts';
import type { SignInPolicy } from '../organizations/policy.ts';
import type { Session } from '../sessions/session.ts';
import { type Attempt, hasBothFactors } from './attempt.ts';
import type { Attempts } from './attempts.ts';
import type { KnownBrowsers } from './known-browsers.ts';

export interface FinishDependencies {
  accounts: Accounts;
  attempts: Attempts;
  audit: Audit;
  knownBrowsers: KnownBrowsers;
  securityNotices: SecurityNotices;
  policyOf(account: Account, clientId: string): Promise<SignInPolicy>;
  /** The session to go on with; none where the sign-in proved the first factor itself. */
  continued(attempt: Attempt): Promise<Session | undefined>;
  /** Nothing is asked any more: an invitation is accepted by it. */
  accept(account: Account, origin: Origin): Promise<void>;
}

export function createFinish(dependencies: FinishDependencies) {
  const { accounts, attempts, audit, knownBrowsers, securityNotices, accept } = dependencies;

  /** What oidc-provider is told once no step is left. */
  return async function finish(attempt: Attempt, account: Account, origin: Origin): Promise<LoginResult> {
    const before = await dependencies.continued(attempt);
    const methods = attempt.proofs.map(({ method }) => method);
    const proved = amrOf(before?.amr.includes('pwd') ? ['pwd', ...methods] : methods);
    const amr = [...new Set([...(before?.amr ?? []), ...proved])];
    const { idleSeconds, absoluteSeconds } = await dependencies.policyOf(account, attempt.clientId);
    // The very first sign-in is expected to be on a device that nobody has seen.
    const isFirst = account.firstSignedInAt === undefined;
    const isNewDevice = !isFirst && !(await knownBrowsers.isKnown(attempt.browserHash, account.id));
    await accept(account, origin);
    // First: a browser that is remembered is not told of any more.
    const noted = isNewDevice ? await securityNotices.note(account, 'newDevice', origin) : undefined;
    // Together, so that they share one commit.
    await Promise.all([
      audit.record(
        {
          type: 'sign-in.succeeded',
          result: 'success',
          subject: account.id,
          clientId: attempt.clientId,
          detail: { amr, ...(before ? { stepUp: true } : {}) },
        },
        { ...origin, actor: account.id },
      ),
      attempts.update(attempt.id, (old) => ({ ...old, finishedAt: Date.now() })),
      knownBrowsers.remember(attempt.browserHash, account.id),
      securityNotices.flush(noted),
      isFirst && accounts.update(account.id, (current) => ({ ...current, firstSignedInAt: Date.now() })),
    ]);
    const session = {
      epoch: attempt.epoch ?? -1,
      idleSeconds,
      absoluteSeconds,
      address: origin.address,
      userAgent: origin.userAgent,
      isCodeSpared: account.totp !== undefined && !hasBothFactors(attempt, Date.now()),
    };
    const login = { accountId: account.id, amr, acr: acrOf(amr) };
    // The sign-in stays as old as it is.
    if (before) return { ...login, ts: Math.floor(before.signedInAt / 1000) };
    return { ...login, ts: Math.floor(Date.now() / 1000), session };
  };
}
