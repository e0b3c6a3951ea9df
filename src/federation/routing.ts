// Which connections somebody may choose from, and which one an address leads to.
import { domainOf } from './claims.ts';
import type { Connection } from './connection.ts';
import type { Connections } from './connections.ts';
import type { ProvedDomainsOf } from './proved-domains.ts';

export interface RoutingDependencies {
  connections: Pick<Connections, 'enabled' | 'ofDomain' | 'get'>;
  provedDomainsOf: ProvedDomainsOf;
}

/** More buttons than that help nobody. */
const mostOffered = 8;

export function createRouting({ connections, provedDomainsOf }: RoutingDependencies) {
  /** @param organization whose app the person is on the way to
   *  @returns the whole instance's and that firm's; and whether any other is found by an address */
  async function offered(organization: string | undefined): Promise<{ buttons: Connection[]; isByAddress: boolean }> {
    const enabled = await connections.enabled();
    const buttons = enabled.filter((one) => one.organization === undefined || one.organization === organization);
    return { buttons: buttons.slice(0, mostOffered), isByAddress: enabled.some(({ domains }) => domains.length > 0) };
  }

  /** Where people of the address's domain sign in: with a firm's own connection before one of the whole instance. */
  async function forAddress(email: string): Promise<Connection | undefined> {
    const domain = domainOf(email);
    const found = await connections.ofDomain(domain);
    const own = found.toSorted((a, b) => Number(a.organization === undefined) - Number(b.organization === undefined));
    for (const connection of own) if ((await provedDomainsOf(connection)).has(domain)) return connection;
    return undefined;
  }

  return { offered, forAddress };
}
export type Routing = ReturnType<typeof createRouting>;
