// Which clients a person lets in, and taking that back: the remembered consent, and every grant with its tokens, in all sessions and
// beyond them.
import type { Audit, Origin } from '../audit/audit.ts';
import { ownClientId } from '../clients/client.ts';
import type { Artifact, Artifacts } from '../sessions/artifacts.ts';
import { isLive, type Session } from '../sessions/session.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { Backchannel } from './backchannel.ts';
import { usedAt } from './client-use.ts';
import type { Consent, Grants } from './grants.ts';

/** What one client has of an account. */
export interface ClientAccess {
  clientId: string;
  scopes: string[];
  /** When the person allowed it, or the client first came in: milliseconds UTC. */
  since: number;
  /** When the client last signed the person in or refreshed its tokens, to about an hour: milliseconds UTC. */
  lastUsedAt: number;
  /** How many sessions it is signed in to. */
  sessionCount: number;
  /** It keeps its access while nobody is signed in. */
  isOffline: boolean;
}

export interface ClientAccessDependencies {
  grants: Grants;
  artifacts: Artifacts;
  sessions: Sessions;
  audit: Audit;
  backchannel: Backchannel;
}

const pageSize = 1000;

export function createClientAccess({ grants, artifacts, sessions, audit, backchannel }: ClientAccessDependencies) {
  /** Our own pages are not counted. @param epoch the account's   @returns the latest first */
  async function clientsOf(accountId: string, epoch: number): Promise<ClientAccess[]> {
    const [consents, held, live] = await Promise.all([
      grants.consentsOf(accountId),
      grantsOf(accountId),
      liveSessionsOf(accountId, epoch),
    ]);
    const names = [
      ...consents.map(({ clientId }) => clientId),
      ...held.map(({ clientId = '' }) => clientId),
      ...live.flatMap(({ authorizations }) => Object.keys(authorizations)),
    ];
    const clientIds = [...new Set(names)].filter((id) => id !== '' && id !== ownClientId);
    return clientIds
      .map((clientId) => accessOf(clientId, { consents, held, live }))
      .sort((a, b) => b.since - a.since || a.clientId.localeCompare(b.clientId));
  }

  async function grantsOf(accountId: string): Promise<Artifact[]> {
    const found: Artifact[] = [];
    for (let after: string | undefined; ; after = found.at(-1)?.id) {
      const query = { where: { accountId }, limit: pageSize, ...(after === undefined ? {} : { after }) };
      const page = await artifacts.of('Grant').list(query);
      found.push(...page);
      if (page.length < pageSize) return found;
    }
  }

  async function liveSessionsOf(accountId: string, epoch: number): Promise<Session[]> {
    const live: Session[] = [];
    for await (const session of sessions.ofAccount(accountId))
      if (isLive(session, Date.now()) && session.epoch === epoch) live.push(session);
    return live;
  }

  /** The consent goes first: were we cut off after it, the client would at worst keep what it has until it is asked for again. May be done
   *  twice. Apps hear that their sessions are over.
   *  @returns whether there was anything to take away */
  async function revokeClient(accountId: string, clientId: string, origin: Origin): Promise<boolean> {
    const hadConsent = await grants.forget(accountId, clientId);
    const count = await artifacts.revokeGrantsOf({ accountId, clientId });
    let left = 0;
    for await (const session of sessions.ofAccount(accountId)) {
      const entry = session.authorizations[clientId];
      if (session.endedAt !== undefined || !entry) continue;
      const only = { ...session, authorizations: { [clientId]: entry } };
      const queued = await backchannel.enqueue(only);
      await sessions.leaveClient(session.id, clientId);
      void backchannel.tell(queued);
      left += 1;
    }
    if (!hadConsent && count === 0 && left === 0) return false;
    await audit.record({ type: 'grant.revoked', result: 'success', subject: accountId, clientId }, origin);
    return true;
  }

  return { clientsOf, revokeClient };
}

interface Known {
  consents: readonly Consent[];
  held: readonly Artifact[];
  live: readonly Session[];
}

function accessOf(clientId: string, { consents, held, live }: Known): ClientAccess {
  const allowed = consents.filter((consent) => consent.clientId === clientId);
  const granted = held.filter((grant) => grant.clientId === clientId);
  const entered = live.filter(({ authorizations }) => Object.hasOwn(authorizations, clientId));
  const grantedScopes = granted.flatMap(scopesOf);
  const times = [
    ...allowed.map(({ grantedAt }) => grantedAt),
    ...granted.map(issuedAt),
    ...entered.map(({ signedInAt }) => signedInAt),
  ];
  const uses = [
    ...allowed.map(({ grantedAt, usedAt: noted }) => noted ?? grantedAt),
    ...granted.map(({ payload }) => usedAt(payload as object)),
  ];
  const since = Math.min(...times);
  return {
    clientId,
    scopes: [...new Set([...allowed.flatMap(({ scopes }) => scopes), ...grantedScopes])],
    since,
    lastUsedAt: Math.max(since, ...uses),
    sessionCount: entered.length,
    isOffline: grantedScopes.includes('offline_access'),
  };
}

/** oidc-provider's payload of a grant: its scopes stand as one text, those of the API under its address. */
function scopesOf({ payload }: Artifact): string[] {
  const { openid, resources = {} } = payload as { openid?: { scope?: string }; resources?: Record<string, string> };
  return [openid?.scope ?? '', ...Object.values(resources)].flatMap((scope) => scope.split(' ').filter(Boolean));
}

function issuedAt({ payload, expiresAt }: Artifact): number {
  const { iat } = payload as { iat?: number };
  return typeof iat === 'number' ? iat * 1000 : expiresAt;
}
