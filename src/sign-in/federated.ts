// Signing in with an account at an upstream provider: who is let in by what it said, what is linked by a proved address alone, for whom an
// account is made, and what waits until the person has shown by other means who they are.
import type { Account } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { Audit, Origin } from '../audit/audit.ts';
import { addressIn, domainOf, nameIn, vouchesForMfa } from '../federation/claims.ts';
import type { Connection } from '../federation/connection.ts';
import type { Connections } from '../federation/connections.ts';
import { type Identities, type NewIdentity, newIdentity } from '../federation/identities.ts';
import { decidesFor, isFor, mayLinkAtOnce } from '../federation/membership-rules.ts';
import type { ProvedDomainsOf } from '../federation/proved-domains.ts';
import type { RoundTrips } from '../federation/round-trips.ts';
import type { UpstreamClaims } from '../federation/upstream.ts';
import type { UpstreamProblem } from '../federation/upstream-problem.ts';
import { isDomainError } from '../platform/errors.ts';
import { type Attempt, identityToLink, restarted, withProof } from './attempt.ts';
import type { Attempts } from './attempts.ts';

export interface FederatedDependencies {
  accounts: Accounts;
  attempts: Attempts;
  audit: Audit;
  connections: Connections;
  identities: Identities;
  provedDomainsOf: ProvedDomainsOf;
  roundTrips: RoundTrips;
}

/** `nothing`: there was nothing to take. `unlinked`: whose it is, is not known; whether there is an account is not told. */
export type FederatedOutcome =
  | { outcome: 'accepted' | 'nothing' }
  | { outcome: 'unlinked'; connection: Connection }
  | { outcome: 'problem'; problem: UpstreamProblem; connection: Connection | undefined };

interface Told {
  claims: UpstreamClaims;
  connection: Connection;
  identity: NewIdentity;
}

export function createFederated(dependencies: FederatedDependencies) {
  const { accounts, attempts, audit, connections, identities, provedDomainsOf, roundTrips } = dependencies;

  /** Takes what a provider said in this sign-in, once. */
  async function takeIdentity(
    attempt: Attempt,
    { tripId, browserId }: { tripId: string; browserId: string },
    origin: Origin,
  ): Promise<FederatedOutcome> {
    const taken = await roundTrips.take(tripId, { purpose: 'sign-in', browserId, holder: attempt.id });
    if (!taken) return { outcome: 'nothing' };
    const { trip, outcome } = taken;
    const connection = await connections.get(trip.connectionId);
    if (outcome.result === 'problem' || !connection?.isEnabled) {
      const problem = outcome.result === 'problem' ? outcome.problem : 'changed';
      await failed(attempt, `upstream-${problem}`, trip.connectionId, origin);
      return { outcome: 'problem', problem, connection };
    }
    const { claims } = outcome;
    const told = { claims, connection, identity: newIdentity(claims, connection) };
    const account = await accountFor(told, origin);
    if (account) {
      await enter(attempt, account, told);
      return { outcome: 'accepted' };
    }
    await keep(attempt, told);
    await failed(attempt, 'identity-not-linked', connection.id, origin);
    return { outcome: 'unlinked', connection };
  }

  /** Who holds the identity; else who may be linked to it by the address it proves; else, where the firm wants that, a new account. */
  async function accountFor(told: Told, origin: Origin): Promise<Account | undefined> {
    const { claims, connection, identity } = told;
    const holder = await accounts.findByIdentity(identity);
    if (holder) return isFor(connection, holder) ? holder : undefined;
    const proved = await provedDomainsOf(connection);
    const { email, doubt } = addressIn(claims, connection, proved);
    if (doubt || email === undefined) return undefined;
    const account = await accounts.findByEmail(email);
    if (account) return mayLinkAtOnce(connection, account) ? linkAtOnce(account, told, origin) : undefined;
    const mayMake = connection.allowsSignUp && connection.organization !== undefined && proved.has(domainOf(email));
    return mayMake ? make(email, told, origin) : undefined;
  }

  async function linkAtOnce(
    account: Account,
    { claims, connection, identity }: Told,
    origin: Origin,
  ): Promise<Account | undefined> {
    const isStill = (old: Account) => mayLinkAtOnce(connection, old) && old.emailCanonical === account.emailCanonical;
    const linked = await identities.link(account.id, identity, origin, { isStill, invited: nameIn(claims) });
    return linked === 'taken' ? undefined : linked;
  }

  /** Into the firm whose connection it is, without a role. Of two at the same moment one makes it, and both come in. */
  async function make(
    email: string,
    { claims, connection, identity }: Told,
    origin: Origin,
  ): Promise<Account | undefined> {
    const { organization = '' } = connection;
    const names = nameIn(claims);
    const hasName = names.givenName !== undefined && names.familyName !== undefined;
    try {
      const account = await accounts.create({
        email,
        emailVerified: true,
        status: hasName ? 'active' : 'invited',
        ...names,
        memberships: [{ organization, roles: [] }],
        identities: [{ ...identity, linkedAt: Date.now() }],
      });
      const detail = { by: 'sign-up', connection: connection.id };
      await audit.record(
        { type: 'account.created', result: 'success', subject: account.id, detail },
        { ...origin, actor: account.id },
      );
      return account;
    } catch (error) {
      if (!isDomainError(error, 'duplicate')) throw error;
      return accounts.findByIdentity(identity);
    }
  }

  /** A second factor at a firm's provider counts for an account that is the firm's alone: another firm asks for its own. */
  async function enter(attempt: Attempt, account: Account, { claims, connection }: Told): Promise<void> {
    const now = Date.now();
    const isMfa = vouchesForMfa(claims, connection) && decidesFor(connection, account);
    await attempts.update(attempt.id, (old) => {
      const { unlinked: _other, ...begun } = restarted(old);
      const proved = withProof(begun, 'sso', now);
      const { id: accountId, sessionEpoch: epoch, email } = account;
      return { ...(isMfa ? withProof(proved, 'sso-mfa', now) : proved), accountId, epoch, email };
    });
  }

  async function keep(attempt: Attempt, { connection, identity }: Told): Promise<void> {
    const { organization } = connection;
    const unlinked = { ...identity, ...(organization === undefined ? {} : { organization }), at: Date.now() };
    await attempts.update(attempt.id, (old) => ({ ...restarted(old), unlinked }));
  }

  /** The person, signed in by now, has said whether the identity that waits is to be linked.
   *  @returns 'taken' where another account has it by now */
  async function decideLink(
    attempt: Attempt,
    account: Account,
    isWanted: boolean,
    origin: Origin,
  ): Promise<'linked' | 'left' | 'taken'> {
    const waiting = identityToLink(attempt, account, Date.now());
    const dropped = () => attempts.update(attempt.id, ({ unlinked: _decided, ...old }) => old);
    if (!waiting || !isWanted) {
      await dropped();
      return 'left';
    }
    const { at: _at, organization: _organization, ...identity } = waiting;
    const isStill = (old: Account) => old.sessionEpoch === attempt.epoch;
    const linked = await identities.link(account.id, identity, origin, { isStill });
    await dropped();
    if (linked === 'taken') return 'taken';
    return linked ? 'linked' : 'left';
  }

  function failed({ clientId }: Attempt, reason: string, connection: string, origin: Origin): Promise<void> {
    return audit.record(
      { type: 'sign-in.failed', result: 'failure', clientId, detail: { reason, connection } },
      origin,
    );
  }

  return { takeIdentity, decideLink };
}
