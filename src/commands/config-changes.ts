// What a file declares, held against what is stored: what applying it would change, and the file that would change nothing.
import { stringify } from 'yaml';
import { type Client, clientMetadataSchema, policyOfClient } from '../clients/client.ts';
import { parseRegistration } from '../clients/registration.ts';
import type { Connection } from '../federation/connection.ts';
import { declarationOf as connectionDeclaration, connectionDifferences } from '../federation/declared.ts';
import {
  type Difference,
  declarationOf,
  differences,
  organizationDifferences,
  prefixed,
} from '../organizations/declared.ts';
import { brandFields, brandOf, type DeclaredBrandText, declaredBrand } from '../organizations/declared-brand.ts';
import type { Organization } from '../organizations/organization.ts';
import { paged } from '../platform/paged.ts';
import type { Services } from '../services.ts';
import type { DeclaredClient } from './config-entries.ts';
import type { ConfigFile } from './config-file.ts';

export interface Change {
  kind: 'organization' | 'client' | 'connection';
  id: string;
  action: 'create' | 'change';
  differences: Difference[];
}

/** In the order in which they would be made. */
export async function changesBy(
  file: Pick<ConfigFile, 'organizations' | 'clients' | 'connections'>,
  { organizations, clients, connections }: Pick<Services, 'organizations' | 'clients' | 'connections'>,
): Promise<Change[]> {
  const changes: Change[] = [];
  for (const wanted of file.organizations) {
    const stored = await organizations.get(wanted.id);
    const found = organizationDifferences(wanted, stored);
    if (found.length > 0)
      changes.push({ kind: 'organization', id: wanted.id, action: stored ? 'change' : 'create', differences: found });
  }
  for (const wanted of file.clients) {
    const { metadata, clientSecret } = parseRegistration(wanted.registration);
    const stored = await clients.get(metadata.client_id);
    const found = clientDifferences(wanted, metadata, stored);
    const isNewSecret = stored && clientSecret !== undefined && !clients.isSecretOf(stored, clientSecret);
    const all = isNewSecret ? [...found, { field: 'client_secret' }] : found;
    if (all.length > 0)
      changes.push({ kind: 'client', id: metadata.client_id, action: stored ? 'change' : 'create', differences: all });
  }
  for (const wanted of file.connections) {
    const stored = await connections.get(wanted.id);
    const found = connectionDifferences(wanted, stored, connections);
    if (found.length > 0)
      changes.push({ kind: 'connection', id: wanted.id, action: stored ? 'change' : 'create', differences: found });
  }
  return changes;
}

/** @returns the organizations that clients and connections name and that neither the file nor the store has */
export async function unknownOrganizations(
  file: Pick<ConfigFile, 'organizations' | 'clients' | 'connections'>,
  { organizations }: Pick<Services, 'organizations'>,
): Promise<string[]> {
  const declared = new Set(file.organizations.map(({ id }) => id));
  const named = new Set(
    [...file.clients, ...file.connections].flatMap(({ organization = '' }) => (organization ? [organization] : [])),
  );
  const missing = [...named].filter((id) => !declared.has(id));
  const found = await Promise.all(missing.map((id) => organizations.get(id)));
  return missing.filter((_, index) => found[index] === undefined);
}

/** All that a file can declare, ordered by id: applied to an empty server and exported again, the same bytes. No secret is in it. */
export async function exported({
  organizations,
  clients,
  connections,
  logos,
}: Pick<Services, 'organizations' | 'clients' | 'connections' | 'logos'>): Promise<string> {
  const firms: Organization[] = [];
  for await (const one of paged((after) => organizations.list({ after, limit: 500 }))) firms.push(one);
  const apps: Client[] = [];
  for await (const one of paged((after) => clients.list({ after, limit: 500 }))) apps.push(one);
  const upstreams: Connection[] = [];
  for await (const one of paged((after) => connections.list({ after, limit: 500 }))) upstreams.push(one);
  return stringify(
    {
      organizations: await Promise.all(
        firms.map(async (one) => declarationOf(one, await declaredBrand(one.brand, logos))),
      ),
      clients: await Promise.all(apps.map(async (one) => registrationOf(one, await declaredBrand(one.brand, logos)))),
      connections: upstreams.map(connectionDeclaration),
    },
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
}

function clientDifferences(wanted: DeclaredClient, metadata: object, stored: Client | undefined): Difference[] {
  const organization = wanted.organization ?? stored?.organization;
  const old = stored ? { organization: stored.organization, ...stored.metadata } : {};
  const had = stored ? { ...prefixed(policyOfClient(stored)), ...brandFields(stored.brand) } : {};
  const has = { ...prefixed(wanted.policy), ...brandFields(brandOf(wanted.brand)) };
  return [...differences(ordered(old), ordered({ organization, ...metadata })), ...differences(had, has)];
}

/** The metadata without what is the default anyway. */
function registrationOf(
  { metadata, organization, policy }: Client,
  brand: DeclaredBrandText | undefined,
): Record<string, unknown> {
  const least = { client_id: metadata.client_id, redirect_uris: ['https://client.example/'] };
  const { client_id: _id, redirect_uris: _uris, ...defaults } = clientMetadataSchema.parse(least);
  const said = Object.entries(ordered(metadata)).filter(
    ([field, value]) => JSON.stringify(value) !== JSON.stringify(defaults[field as keyof typeof defaults]),
  );
  const { client_id, ...rest } = Object.fromEntries(said);
  const rules = policy ? { policy } : {};
  return {
    client_id,
    ...(organization === undefined ? {} : { organization }),
    ...rules,
    ...(brand ? { brand } : {}),
    ...rest,
  };
}

/** By the order of the schema, whatever order a storage gives fields back in. */
function ordered(fields: Record<string, unknown>): Record<string, unknown> {
  const order = ['organization', ...Object.keys(clientMetadataSchema.shape)];
  const known = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known.sort(([a], [b]) => order.indexOf(a) - order.indexOf(b)));
}
