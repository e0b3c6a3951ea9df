// Organizations as administrators see and change them; their sign-in policy stands in policies.ts.
import type { Accounts, Count } from '../accounts/accounts.ts';
import type { Clients } from '../clients/clients.ts';
import type { Connections } from '../federation/connections.ts';
import type { Organization, OrganizationInput } from '../organizations/organization.ts';
import type { Organizations } from '../organizations/organizations.ts';
import { DomainError } from '../platform/errors.ts';
import { type Administrator, demand, firmsWith, may } from './administrator.ts';

export interface FirmsDependencies {
  accounts: Accounts;
  clients: Clients;
  connections: Pick<Connections, 'list'>;
  organizations: Organizations;
}

/** What keeps a firm from being deleted. */
export interface Holdings {
  people: Count;
  apps: boolean;
  connections: boolean;
}

export function createFirms({ accounts, clients, connections, organizations }: FirmsDependencies) {
  /** By id, those that may be seen. */
  async function list(
    who: Administrator,
    query: { after?: string | undefined; limit?: number | undefined } = {},
  ): Promise<Organization[]> {
    const firms = firmsWith(who, 'organizations:read');
    if (firms === undefined) return organizations.list(query);
    const { after = '', limit = 100 } = query;
    const ids = firms.toSorted().filter((id) => id > after);
    return organizations.named(ids.slice(0, limit));
  }

  /** @throws DomainError 'not_found' when there is none that may be seen */
  async function get(who: Administrator, id: string): Promise<Organization> {
    const firm = may(who, 'organizations:read', id) ? await organizations.get(id) : undefined;
    if (!firm) throw new DomainError('not_found', `there is no organization ${id}`);
    return firm;
  }

  /** Those of these that may be seen. */
  function named(who: Administrator, ids: readonly string[]): Promise<Organization[]> {
    return organizations.named(ids.filter((id) => may(who, 'organizations:read', id)));
  }

  /** @throws DomainError 'duplicate' when the id is taken */
  async function create(who: Administrator, input: OrganizationInput): Promise<Organization> {
    demand(who, 'instance:write');
    return organizations.create(input, who.origin);
  }

  /** @throws DomainError 'not_found'; 'conflict' when `isStill` declined */
  async function update(
    who: Administrator,
    id: string,
    change: { name?: string | undefined; domains?: string[] | undefined },
    isStill: (old: Organization) => boolean = () => true,
  ): Promise<Organization> {
    await get(who, id);
    demand(who, 'organizations:write', id);
    const updated = await organizations.update(
      id,
      (old) => (isStill(old) ? { name: change.name ?? old.name, domains: change.domains ?? old.domains } : undefined),
      who.origin,
    );
    if (!updated) throw new DomainError('conflict', `${id} was changed or removed meanwhile`);
    return updated;
  }

  async function holdings(who: Administrator, id: string): Promise<Holdings> {
    await get(who, id);
    const [people, apps, providers] = await Promise.all([
      accounts.count({ organization: id }),
      clients.list({ organization: id, limit: 1 }),
      connections.list({ organization: id, limit: 1 }),
    ]);
    return { people, apps: apps.length > 0, connections: providers.length > 0 };
  }

  /** @throws DomainError 'conflict' while anybody belongs to it, or an app or a connection does */
  async function remove(who: Administrator, id: string): Promise<void> {
    // Who belongs to it is counted by keys that a store of a former version has only once they were derived.
    await accounts.keepUp();
    const held = await holdings(who, id);
    demand(who, 'instance:write');
    const what = (held.people.count > 0 && 'people') || (held.apps && 'apps') || (held.connections && 'connections');
    if (what) throw new DomainError('conflict', `${id} still has ${what}`);
    await organizations.remove(id, who.origin);
  }

  return { list, get, named, create, update, holdings, remove };
}
export type Firms = ReturnType<typeof createFirms>;
