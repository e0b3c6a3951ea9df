// Client applications as administrators configure them: a firm's administrators those of their firm, owners all.
import { z } from 'zod';
import type { Client } from '../clients/client.ts';
import type { Clients } from '../clients/clients.ts';
import { type ApiScope, apiScopes, apiScopesIn, permissionsOf } from '../organizations/api-scopes.ts';
import type { Organizations } from '../organizations/organizations.ts';
import { allows, type Permission } from '../organizations/roles.ts';
import { DomainError, isDomainError } from '../platform/errors.ts';
import { newId } from '../platform/ids.ts';
import { type Administrator, demand, may, organizationAskedFor } from './administrator.ts';

/** RFC 7591 metadata, and whose it is. `client_id` is made where none is given. */
export const clientInputSchema = z.looseObject({
  client_id: z.string().optional(),
  organization: z.string().optional(),
});

export interface CreatedClient {
  client: Client;
  /** Shown this once; absent where the client brought its own, or uses none. */
  secret?: string;
}

export interface ClientAppsDependencies {
  clients: Clients;
  organizations: Organizations;
  /** Takes away what people once allowed an app of this name, and its tokens. May be done twice. */
  forgetClient(clientId: string): Promise<unknown>;
}

export function createClientApps({ clients, organizations, forgetClient }: ClientAppsDependencies) {
  /** By client_id, those that may be seen. */
  async function list(
    who: Administrator,
    query: { organization?: string | undefined; after?: string | undefined; limit?: number | undefined },
  ): Promise<Client[]> {
    const organization = organizationAskedFor(who, 'clients:read', query.organization);
    return clients.list({ ...query, organization });
  }

  /** @throws DomainError 'not_found' when there is none that may be seen */
  async function get(who: Administrator, clientId: string): Promise<Client> {
    const client = await clients.get(clientId);
    if (!client || !may(who, 'clients:read', client.organization))
      throw new DomainError('not_found', `there is no client ${clientId}`);
    return client;
  }

  /** @throws DomainError 'invalid_input' with one line a problem, 'duplicate' when the client_id is taken, 'not_permitted' */
  async function create(who: Administrator, input: z.output<typeof clientInputSchema>): Promise<CreatedClient> {
    const { organization, client_id: clientId = newId(), ...metadata } = input;
    demand(who, 'clients:write', organization);
    demandOwnRules(who, metadata, { organization });
    if (organization !== undefined && !(await organizations.get(organization)))
      throw new DomainError('not_found', `there is no organization ${organization}`);
    const taken = new DomainError('duplicate', `client_id: ${clientId} is taken`);
    if (await clients.get(clientId)) throw taken;
    // What a former app of this name was allowed is nothing for this one, also where its deletion was cut off.
    await forgetClient(clientId);
    // Whoever comes second by a moment changes nothing of what the first has made.
    return applied(who, { ...metadata, client_id: clientId }, { organization, isStill: () => false }).catch((error) => {
      throw isDomainError(error, 'conflict') ? taken : error;
    });
  }

  /** Asks the rules, and keeps nothing. @throws DomainError 'invalid_input' with one line a problem */
  function check({ organization: _, ...metadata }: z.output<typeof clientInputSchema>): void {
    clients.parseRegistration(metadata);
  }

  /** Replaces the metadata (RFC 7592, 2.2): what is left out goes back to its default. */
  async function update(
    who: Administrator,
    clientId: string,
    input: Record<string, unknown>,
    isStill?: (old: Client) => boolean,
  ): Promise<CreatedClient> {
    const client = await over(who, clientId);
    const { organization, ...metadata } = input;
    if (organization !== undefined && organization !== client.organization)
      throw new DomainError('invalid_input', 'organization: a client stays with the organization it was made for');
    if (metadata.client_id !== undefined && metadata.client_id !== clientId)
      throw new DomainError('invalid_input', 'client_id: must be the one of the address');
    demandOwnRules(who, metadata, { organization: client.organization, old: client });
    return applied(
      who,
      { ...metadata, client_id: clientId },
      {
        organization: client.organization,
        // Another app that took its name meanwhile is not the one that was looked at.
        isStill: (old) => old.createdAt === client.createdAt && (isStill?.(old) ?? true),
        mustExist: true,
      },
    );
  }

  /** What lets an app do more than others is for the instance to give: no consent screen, and no PKCE. Nobody lets an app act through the API
   *  who may not do the same. */
  function demandOwnRules(
    who: Administrator,
    metadata: Record<string, unknown>,
    { organization, old }: { organization: string | undefined; old?: Client },
  ): void {
    if (typeof metadata.scope === 'string') demandAsMuchAs(who, metadata.scope, organization);
    if (may(who, 'instance:write')) return;
    if (metadata.first_party === true && !old?.metadata.first_party)
      throw new DomainError('not_permitted', 'first_party: only an owner may skip the consent screen');
    if (metadata.require_pkce === false && old?.metadata.require_pkce !== false)
      throw new DomainError('not_permitted', 'require_pkce: only an owner may lift PKCE');
  }

  /** Whose secret or redirect address one can change, as that app one can act. */
  async function over(who: Administrator, clientId: string): Promise<Client> {
    const client = await get(who, clientId);
    demand(who, 'clients:write', client.organization);
    demandAsMuchAs(who, client.metadata.scope, client.organization);
    return client;
  }

  async function applied(
    who: Administrator,
    registration: Record<string, unknown>,
    options: {
      organization: string | undefined;
      isStill?: ((old: Client) => boolean) | undefined;
      mustExist?: boolean;
    },
  ): Promise<CreatedClient> {
    const { clientId, secret } = await clients.apply(registration, who.origin, options);
    const client = await clients.get(clientId);
    if (!client) throw new DomainError('conflict', `${clientId} was removed meanwhile`);
    return { client, ...(secret === undefined ? {} : { secret }) };
  }

  async function addSecret(who: Administrator, clientId: string): Promise<{ id: string; secret: string }> {
    await over(who, clientId);
    return clients.addSecret(clientId, who.origin);
  }

  async function retireSecret(who: Administrator, clientId: string, secretId: string): Promise<void> {
    await over(who, clientId);
    await clients.retireSecret(clientId, secretId, who.origin);
  }

  async function remove(who: Administrator, clientId: string): Promise<void> {
    await over(who, clientId);
    await clients.remove(clientId, who.origin);
    await forgetClient(clientId);
  }

  return { list, get, check, create, update, addSecret, retireSecret, remove };
}
export type ClientApps = ReturnType<typeof createClientApps>;

/** Nobody lets an app do through the API, nor has it in their hands, what they may not do themselves. An app of a firm can do no more there
 *  than its administrators; one without a firm acts on the instance, and is its owners'.
 *  @throws DomainError 'not_permitted' */
function demandAsMuchAs(who: Administrator, scope: string | undefined, organization: string | undefined): void {
  const scopes = apiScopesIn(scope);
  if (!mayLend(who, scopes, organization))
    throw new DomainError('not_permitted', `scope: what ${scopes.join(' ')} opens is more than you may do yourself`);
}

function mayLend(who: Administrator, scopes: readonly ApiScope[], organization: string | undefined): boolean {
  if (scopes.length === 0) return true;
  const isOwn = organization !== undefined || may(who, 'instance:write');
  return isOwn && usedWith(scopes, organization).every((permission) => may(who, permission, organization));
}

/** What a token with these scopes can come to. */
function usedWith(scopes: readonly ApiScope[], organization: string | undefined): Permission[] {
  return permissionsOf(scopes).filter((one) => organization === undefined || allows(['admin'], one));
}

/** Whether the client may be changed, and its secrets, by this administrator: what a screen offers. */
export function mayChangeClient(who: Administrator, { organization, metadata }: Client): boolean {
  return may(who, 'clients:write', organization) && mayLend(who, apiScopesIn(metadata.scope), organization);
}

/** Those of the API that this administrator may give an app there, and that open something. */
export function apiScopesToGive(who: Administrator, organization: string | undefined): ApiScope[] {
  return apiScopes.filter((scope) => usedWith([scope], organization).length > 0 && mayLend(who, [scope], organization));
}
