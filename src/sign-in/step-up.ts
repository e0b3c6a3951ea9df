// A session that is good but for a second factor: it stands for the first one, so that the person is asked for what is missing and no more.
import type { Account } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { hasPasskey } from '../accounts/factors.ts';
import type { PendingInteraction } from '../oidc/interactions.ts';
import type { SignInPolicy } from '../organizations/policy.ts';
import type { Session } from '../sessions/session.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { type Attempt, hasFirstFactor, hasUnverifiedPasskeyOnly } from './attempt.ts';
import type { Vouched } from './attempts.ts';
import { onlyAccount, withDemands } from './demands.ts';

export interface StepUpDependencies {
  accounts: Accounts;
  sessions: Sessions;
  policyOf(account: Account | undefined, clientId?: string): Promise<SignInPolicy>;
}

export function createStepUp({ accounts, sessions, policyOf }: StepUpDependencies) {
  /** Who has no second factor sets one up, which takes the password first. */
  async function vouchedBy(interaction: PendingInteraction): Promise<Vouched | undefined> {
    const { clientId, isStepUp, session: before } = interaction;
    const session = isStepUp && before ? await sessions.findByUid(before.uid, Date.now()) : undefined;
    const account = session?.accountId === undefined ? undefined : await accounts.get(session.accountId);
    if (!session || !account || account.id !== before?.accountId) return undefined;
    // Who has passkeys alone is asked for one only where two factors are demanded (steps.ts).
    const policy = withDemands(await policyOf(account, clientId), interaction, account);
    const isAskedForPasskey = hasPasskey(account) && policy.mfa === 'required';
    if (!account.totp && !isAskedForPasskey) return undefined;
    // Its own epoch: a credential that changes in this very moment voids the attempt.
    return { accountId: account.id, epoch: session.epoch, sessionId: session.id, email: account.email };
  }

  /** Of whom alone the app wants a younger sign-in, with their address filled in. */
  async function awaited(interaction: PendingInteraction): Promise<Pick<Attempt, 'onlyAccountId' | 'email'>> {
    const onlyAccountId = onlyAccount(interaction);
    const account = onlyAccountId === undefined ? undefined : await accounts.get(onlyAccountId);
    return account ? { onlyAccountId: account.id, email: account.email } : {};
  }

  /** The session that stands for the first factor of this sign-in: as it is now, since it may have ended meanwhile. */
  async function sessionBehind({ sessionId, accountId }: Attempt): Promise<Session | undefined> {
    const session = sessionId === undefined ? undefined : await sessions.findByUid(sessionId, Date.now());
    return session?.accountId === accountId ? session : undefined;
  }

  /** The session to go on with; none where the sign-in proved the first factor itself. */
  async function continued(attempt: Attempt): Promise<Session | undefined> {
    const now = Date.now();
    const isWhole = hasFirstFactor(attempt, now) && !hasUnverifiedPasskeyOnly(attempt, now);
    return isWhole ? undefined : sessionBehind(attempt);
  }

  return { vouchedBy, awaited, sessionBehind, continued };
}
