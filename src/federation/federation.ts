// Everything about upstream providers, built by name.
import type { Accounts } from '../accounts/accounts.ts';
import type { SecurityNotices } from '../accounts/security-notices.ts';
import type { Audit } from '../audit/audit.ts';
import type { DomainClaims } from '../organizations/domain-claims.ts';
import type { Log } from '../platform/log.ts';
import type { Secrets } from '../platform/secrets.ts';
import type { Storage } from '../storage/port.ts';
import { createConnections } from './connections.ts';
import { guardedFetch, type UpstreamFetch } from './guarded-fetch.ts';
import { createIdentities } from './identities.ts';
import { createProvedDomains } from './proved-domains.ts';
import { createRoundTrips } from './round-trips.ts';
import { createRouting } from './routing.ts';
import { createUpstream } from './upstream.ts';

export interface FederationDependencies {
  accounts: Accounts;
  storage: Storage;
  secrets: Secrets;
  audit: Audit;
  domainClaims: DomainClaims;
  log: Log;
  securityNotices: SecurityNotices;
  issuer: string;
  /** How providers are asked. */
  fetch?: UpstreamFetch | undefined;
}

/** The one address that every provider sends people back to. */
export const callbackPath = '/federation/callback';

export function createFederation({ fetch = guardedFetch, ...dependencies }: FederationDependencies) {
  const connections = createConnections(dependencies);
  const redirectUri = dependencies.issuer + callbackPath;
  const upstream = createUpstream({ connections, fetch, redirectUri });
  const roundTrips = createRoundTrips({ ...dependencies, connections, upstream });
  const provedDomainsOf = createProvedDomains(dependencies);
  const routing = createRouting({ connections, provedDomainsOf });
  const identities = createIdentities(dependencies);
  return { connections, identities, roundTrips, routing, provedDomainsOf };
}
