// Connections to upstream providers as administrators configure them: a firm's administrators those of their firm, owners all. One of the
// whole instance can sign in anybody, owners too, so it is theirs alone.
import { type Connection, type ConnectionInput, connectionInputSchema, inputOf } from '../federation/connection.ts';
import type { Connections } from '../federation/connections.ts';
import type { ProvedDomainsOf } from '../federation/proved-domains.ts';
import type { Organizations } from '../organizations/organizations.ts';
import { DomainError } from '../platform/errors.ts';
import { type Administrator, demand, may, notPermitted, organizationAskedFor } from './administrator.ts';

export interface UpstreamConnectionsDependencies {
  connections: Connections;
  organizations: Organizations;
  provedDomainsOf: ProvedDomainsOf;
}

/** What a change names; the secret alone is never read back. */
export type ConnectionChange = {
  [F in keyof Omit<ConnectionInput, 'id' | 'organization' | 'preset'>]?: ConnectionInput[F] | undefined;
};

export function createUpstreamConnections({
  connections,
  organizations,
  provedDomainsOf,
}: UpstreamConnectionsDependencies) {
  /** By id, those that may be seen. */
  async function list(
    who: Administrator,
    query: { organization?: string | undefined; after?: string | undefined; limit?: number | undefined },
  ): Promise<Connection[]> {
    const organization = organizationAskedFor(who, 'organizations:read', query.organization);
    return connections.list({ ...query, organization });
  }

  /** @throws DomainError 'not_found' when there is none that may be seen */
  async function get(who: Administrator, id: string): Promise<Connection> {
    const connection = await connections.get(id);
    if (!connection || !may(who, 'organizations:read', connection.organization))
      throw new DomainError('not_found', `there is no connection ${id}`);
    return connection;
  }

  /** The one with this id, to be changed or tested.
   *  @throws DomainError 'not_found', 'not_permitted' */
  async function getOwn(who: Administrator, id: string): Promise<Connection> {
    const connection = await get(who, id);
    demandWrite(who, connection.organization);
    return connection;
  }

  /** @throws DomainError 'invalid_input' with one line a problem, 'duplicate' when the id is taken, 'not_permitted' */
  async function create(who: Administrator, input: ConnectionInput): Promise<Connection> {
    const { organization } = input;
    demandWrite(who, organization);
    demandPublic(who, input, undefined);
    if (organization !== undefined && !(await organizations.get(organization)))
      throw new DomainError('not_found', `there is no organization ${organization}`);
    if (input.preset !== 'oidc' && input.client_secret === undefined)
      throw new DomainError('invalid_input', 'client_secret: is needed for this provider');
    return connections.create(input, who.origin);
  }

  /** What is left out stays. Whose it is, and by which preset, stays for good.
   *  @param isStill declines where it is no longer as it was looked at
   *  @throws DomainError 'invalid_input', 'not_permitted', 'conflict' when it was changed meanwhile */
  async function change(
    who: Administrator,
    id: string,
    wanted: ConnectionChange,
    isStill: (old: Connection) => boolean = () => true,
  ): Promise<Connection> {
    const old = await getOwn(who, id);
    const stated = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
    const input = connectionInputSchema.parse({ ...inputOf(old), ...stated });
    demandPublic(who, input, old);
    // The change was laid on what was read: it goes to nothing else.
    const isSame = (now: Connection) => now.updatedAt === old.updatedAt && isStill(now);
    return connections.replace(id, input, who.origin, { isStill: isSame });
  }

  async function remove(who: Administrator, id: string): Promise<void> {
    await getOwn(who, id);
    await connections.remove(id, who.origin);
  }

  return { list, get, getOwn, create, change, remove, provedDomainsOf };
}
export type UpstreamConnections = ReturnType<typeof createUpstreamConnections>;

/** What a screen offers. @param organization undefined for the whole instance */
export function mayWriteConnections(who: Administrator, organization: string | undefined): boolean {
  return organization === undefined ? may(who, 'instance:write') : may(who, 'organizations:write', organization);
}

function demandWrite(who: Administrator, organization: string | undefined): void {
  if (mayWriteConnections(who, organization)) return;
  throw notPermitted(organization === undefined ? 'instance:write' : 'organizations:write', organization);
}

/** Our own network is asked at no firm's bidding. */
function demandPublic(who: Administrator, input: ConnectionInput, old: Connection | undefined): void {
  if (!input.allowsPrivateNetwork) return;
  if (old?.allowsPrivateNetwork && old.issuer === input.issuer) return;
  demand(who, 'instance:write');
}
