// Which of a connection's domains count: a claim alone is nothing, since whoever names a domain would take its people.
import type { DomainClaims } from '../organizations/domain-claims.ts';
import type { Connection } from './connection.ts';

export function createProvedDomains({ domainClaims }: { domainClaims: Pick<DomainClaims, 'holderOf'> }) {
  /** Those that the connection's organization has proved; of a connection of the whole instance, any organization. */
  return async function provedDomainsOf({
    organization,
    domains,
  }: Pick<Connection, 'organization' | 'domains'>): Promise<ReadonlySet<string>> {
    const holders = await Promise.all(domains.map((domain) => domainClaims.holderOf(domain)));
    const counts = (holder: string | undefined) => holder !== undefined && holder === (organization ?? holder);
    return new Set(domains.filter((_, index) => counts(holders[index])));
  };
}
export type ProvedDomainsOf = ReturnType<typeof createProvedDomains>;
