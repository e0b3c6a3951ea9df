// What an app asks of whoever signs in to it, as its administrators state it.
import { type Client, policyOfClient } from '../clients/client.ts';
import type { Clients } from '../clients/clients.ts';
import type { ClientPolicyRules } from '../organizations/policy.ts';
import { DomainError } from '../platform/errors.ts';
import { type Administrator, notPermitted } from './administrator.ts';
import { type ClientApps, mayChangeClient } from './client-apps.ts';

export interface ClientPoliciesDependencies {
  clientApps: ClientApps;
  clients: Clients;
}

export function createClientPolicyAdministration({ clientApps, clients }: ClientPoliciesDependencies) {
  /** @throws DomainError 'not_found' when there is no such app that may be seen */
  async function get(who: Administrator, clientId: string): Promise<ClientPolicyRules> {
    return policyOfClient(await clientApps.get(who, clientId));
  }

  /** @param isStill declines where the app is no longer as it was looked at
   *  @throws DomainError 'not_found', 'not_permitted'; 'conflict' when `isStill` declined */
  async function save(
    who: Administrator,
    clientId: string,
    policy: ClientPolicyRules,
    isStill?: (old: Client) => boolean,
  ): Promise<Client> {
    const client = await clientApps.get(who, clientId);
    if (!mayChangeClient(who, client)) throw notPermitted('clients:write', client.organization);
    const updated = await clients.setPolicy(clientId, policy, who.origin, isStill);
    if (!updated) throw new DomainError('conflict', `${clientId} was changed or removed meanwhile`);
    return updated;
  }

  return { get, save };
}
export type ClientPolicyAdministration = ReturnType<typeof createClientPolicyAdministration>;
