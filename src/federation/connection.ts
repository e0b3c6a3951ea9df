// A connection to an upstream provider: its record, its presets, and the pure rules of what may be stated of one.
import { z } from 'zod';
import { domainName } from '../organizations/domain-name.ts';
import { organizationId, organizationName } from '../organizations/organization.ts';
import type { CollectionSpec } from '../storage/port.ts';

export const presets = ['google', 'microsoft', 'oidc'] as const;
export type Preset = (typeof presets)[number];

export const googleIssuer = 'https://accounts.google.com';
const microsoftOrigin = 'https://login.microsoftonline.com';
/** Beside a tenant's id: any work or school account, and personal accounts. */
export const microsoftAudiences = ['organizations', 'consumers'] as const;
/** The tenant that personal accounts of Microsoft are of. */
export const personalTenant = '9188040d-6c67-4b5b-b112-36a304b66dad';

const tenantPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** As organizations are named: it stands in addresses and files. */
export const connectionId = organizationId;
export const connectionName = organizationName;

export const connectionSchema = z.object({
  id: connectionId,
  name: connectionName,
  /** Whose it is; the whole instance's where left out. */
  organization: organizationId.optional(),
  preset: z.enum(presets),
  /** Where its metadata is asked for. Of Microsoft the tenant's address, which is not always the `iss` of a token. */
  issuer: z.string(),
  clientId: z.string(),
  /** Sealed; opens only for this connection. Left out for a public client. */
  clientSecret: z.string().optional(),
  /** Whose people are led here by their address. Proved by their organization, or they count for nothing. */
  domains: z.array(z.string()),
  /** What it says of a second factor is believed. */
  trustsMfa: z.boolean(),
  /** Accounts are made for people of the organization's proved domains who have none. */
  allowsSignUp: z.boolean(),
  /** An administrator of the instance allowed addresses that are not on the public internet. */
  allowsPrivateNetwork: z.boolean(),
  /** Otherwise a draft: it can be tested, and nobody signs in with it. */
  isEnabled: z.boolean(),
  /** A file declares it (`config apply`). */
  isDeclared: z.literal(true).optional(),
  createdAt: z.number(),
  updatedAt: z.number(),
});
export type Connection = z.output<typeof connectionSchema>;

export const connectionsSpec: CollectionSpec<Connection> = {
  name: 'connections',
  schema: connectionSchema,
  index: ['organization', 'isEnabled'],
  indexEach: ['domains'],
};

const secretText = z
  .string()
  .min(1)
  .max(1000)
  .regex(/^[\x21-\x7e]*$/, 'must be printable ASCII without blanks');

/** What a caller may state of one, under the names of API and file. */
export const connectionInputSchema = z.strictObject({
  id: connectionId.optional(),
  name: connectionName,
  organization: organizationId.optional(),
  preset: z.enum(presets),
  issuer: z.string().max(500).optional(),
  client_id: secretText.max(300),
  client_secret: secretText.optional(),
  domains: z
    .array(domainName)
    .max(100)
    .transform((domains) => [...new Set(domains)])
    .default([]),
  trustsMfa: z.boolean().default(false),
  allowsSignUp: z.boolean().default(false),
  allowsPrivateNetwork: z.boolean().default(false),
  enabled: z.boolean().default(false),
});
export type ConnectionInput = z.output<typeof connectionInputSchema>;

export interface InputProblem {
  field: keyof ConnectionInput;
  problem:
    | 'googleIssuer'
    | 'microsoftIssuer'
    | 'issuerRequired'
    | 'issuerAddress'
    | 'issuerHttps'
    | 'signUpFirm'
    | 'signUpDomains';
}

/** As callers of API and file are told. */
export const problemSentences = {
  googleIssuer: 'must be left out, or https://accounts.google.com, with the preset google',
  microsoftIssuer:
    'must be https://login.microsoftonline.com/TENANT/v2.0 of the preset microsoft, with the id of a tenant, organizations or consumers',
  issuerRequired: 'is needed',
  issuerAddress: 'must be an address without query, fragment or user name',
  issuerHttps: 'must begin with https://',
  signUpFirm: 'takes an organization that the new people belong to',
  signUpDomains: 'must name the domains whose people may sign up',
} as const;

/** What is wrong with the fields together. */
export function problemsIn(input: ConnectionInput): InputProblem[] {
  const { allowsSignUp, organization, domains } = input;
  const issuer = issuerProblem(input);
  const problems: (InputProblem | false | undefined)[] = [
    issuer && { field: 'issuer', problem: issuer },
    allowsSignUp && organization === undefined && { field: 'allowsSignUp', problem: 'signUpFirm' },
    allowsSignUp &&
      organization !== undefined &&
      domains.length === 0 && { field: 'domains', problem: 'signUpDomains' },
  ];
  return problems.filter((one): one is InputProblem => Boolean(one));
}

function issuerProblem({ preset, issuer, allowsPrivateNetwork }: ConnectionInput): InputProblem['problem'] | undefined {
  if (preset === 'google') return issuer === undefined || issuer === googleIssuer ? undefined : 'googleIssuer';
  if (preset === 'microsoft') return issuer !== undefined && tenantOf(issuer) ? undefined : 'microsoftIssuer';
  if (issuer === undefined || issuer === '') return 'issuerRequired';
  const url = URL.parse(issuer);
  if (!url || url.username || url.password || url.search || url.hash) return 'issuerAddress';
  // Whose addresses are proved is another question there than with one firm's provider: each has a preset of its own.
  if (url.origin === googleIssuer) return 'googleIssuer';
  if (url.origin === microsoftOrigin) return 'microsoftIssuer';
  if (url.protocol === 'https:') return undefined;
  return url.protocol === 'http:' && allowsPrivateNetwork && isLoopback(url.hostname) ? undefined : 'issuerHttps';
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(?:\.\d+){3}$/.test(host);
}

/** @param tenant its id, `organizations` or `consumers` */
export function microsoftIssuer(tenant: string): string {
  return `${microsoftOrigin}/${tenant.trim().toLowerCase()}/v2.0`;
}

/** @returns a tenant's id, `organizations` or `consumers`; undefined for an address that is none of Microsoft's */
export function tenantOf(issuer: string): string | undefined {
  const tenant = /^https:\/\/login\.microsoftonline\.com\/([^/]+)\/v2\.0$/.exec(issuer)?.[1] ?? '';
  const isKnown = tenantPattern.test(tenant) || microsoftAudiences.some((audience) => audience === tenant);
  return isKnown ? tenant : undefined;
}

/** Whether the provider signs in the people of one customer alone. */
export function isSingleTenant({ preset, issuer }: Pick<Connection, 'preset' | 'issuer'>): boolean {
  const tenant = tenantOf(issuer);
  return preset === 'microsoft' && tenant !== undefined && tenantPattern.test(tenant) && tenant !== personalTenant;
}

/** As it is stored, without what only the service can tell. */
export function statedBy(input: ConnectionInput): Omit<Connection, 'id' | 'createdAt' | 'updatedAt' | 'clientSecret'> {
  const { name, organization, preset, domains, trustsMfa, allowsSignUp, allowsPrivateNetwork } = input;
  return {
    name,
    ...(organization === undefined ? {} : { organization }),
    preset,
    issuer: preset === 'google' ? googleIssuer : (input.issuer ?? ''),
    clientId: input.client_id,
    domains,
    trustsMfa,
    allowsSignUp,
    allowsPrivateNetwork,
    isEnabled: input.enabled,
  };
}

/** The same in the names of API and file; never the secret. */
export function inputOf(stored: Connection): ConnectionInput & { id: string } {
  const { id, name, organization, preset, issuer, clientId, domains, trustsMfa, allowsSignUp } = stored;
  return {
    id,
    name,
    ...(organization === undefined ? {} : { organization }),
    preset,
    issuer,
    client_id: clientId,
    domains,
    trustsMfa,
    allowsSignUp,
    allowsPrivateNetwork: stored.allowsPrivateNetwork,
    enabled: stored.isEnabled,
  };
}
