// The look of firms and apps as administrators choose it.
import type { Client } from '../clients/client.ts';
import type { Clients } from '../clients/clients.ts';
import type { BrandChange } from '../organizations/brand.ts';
import type { Organization } from '../organizations/organization.ts';
import type { Organizations } from '../organizations/organizations.ts';
import { DomainError } from '../platform/errors.ts';
import { type Administrator, demand, notPermitted } from './administrator.ts';
import { type ClientApps, mayChangeClient } from './client-apps.ts';
import type { Firms } from './firms.ts';

export interface BrandsDependencies {
  clientApps: ClientApps;
  clients: Clients;
  firms: Firms;
  organizations: Organizations;
}

export function createBrands({ clientApps, clients, firms, organizations }: BrandsDependencies) {
  /** @throws DomainError 'not_found', 'not_permitted', 'invalid_input' for what is no logo; 'conflict' when `isStill` declined */
  async function ofFirm(
    who: Administrator,
    id: string,
    change: BrandChange,
    isStill?: (old: Organization) => boolean,
  ): Promise<Organization> {
    await firms.get(who, id);
    demand(who, 'organizations:write', id);
    const updated = await organizations.setBrand(id, change, who.origin, isStill);
    if (!updated) throw new DomainError('conflict', `${id} was changed or removed meanwhile`);
    return updated;
  }

  /** @throws DomainError as `ofFirm` */
  async function ofClient(
    who: Administrator,
    clientId: string,
    change: BrandChange,
    isStill?: (old: Client) => boolean,
  ): Promise<Client> {
    const client = await clientApps.get(who, clientId);
    if (!mayChangeClient(who, client)) throw notPermitted('clients:write', client.organization);
    const updated = await clients.setBrand(clientId, change, who.origin, isStill);
    if (!updated) throw new DomainError('conflict', `${clientId} was changed or removed meanwhile`);
    return updated;
  }

  return { ofFirm, ofClient };
}
export type Brands = ReturnType<typeof createBrands>;
