// The client record: RFC 7591 metadata, our own additions, hashed secrets. Pure rules; clients.ts keeps the records.
import { z } from 'zod';
import { brandSchema } from '../organizations/brand.ts';
import { type ClientPolicyRules, clientPolicySchema, type PolicyLayer, statedBy } from '../organizations/policy.ts';
import type { CollectionSpec } from '../storage/port.ts';
import { checkMetadata, redirectUri, unknownScopes, webUri } from './client-rules.ts';

/** The client through which our own pages sign in: no code, no token, nothing to revoke. */
export const ownClientId = 'gatehouse';

const text = z.string().min(1).max(200);

/** What a client registers, under the names of RFC 7591, OpenID Connect Registration and RP-Initiated Logout.
 *  `first_party` (no consent screen), `require_pkce` and `refresh_counts_as_activity` (a refresh keeps the session from idling out)
 *  are ours. */
export const clientMetadataSchema = z
  .strictObject({
    client_id: z
      .string()
      .regex(/^[\x21-\x7e]{1,200}$/, 'must be 1 to 200 printable ASCII characters without spaces')
      .refine((id) => id !== ownClientId, 'is the name of a client that is built in; choose another'),
    client_name: text.optional(),
    client_uri: webUri.optional(),
    logo_uri: webUri.optional(),
    policy_uri: webUri.optional(),
    tos_uri: webUri.optional(),
    contacts: z.array(text).optional(),
    application_type: z.enum(['web', 'native']).default('web'),
    redirect_uris: z.array(redirectUri).default([]),
    post_logout_redirect_uris: z.array(redirectUri).default([]),
    initiate_login_uri: webUri.optional(),
    backchannel_logout_uri: webUri.optional(),
    backchannel_logout_session_required: z.boolean().optional(),
    grant_types: z
      .array(z.enum(['authorization_code', 'refresh_token', 'client_credentials']))
      .default(['authorization_code']),
    response_types: z.array(z.enum(['code'])).optional(),
    token_endpoint_auth_method: z
      .enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'])
      .default('client_secret_basic'),
    token_endpoint_auth_signing_alg: z.enum(['ES256', 'RS256', 'PS256', 'EdDSA']).optional(),
    jwks: z.looseObject({ keys: z.array(z.record(z.string(), z.unknown())) }).optional(),
    jwks_uri: webUri.optional(),
    /** Left out: all of OpenID Connect's, and none of the administration API's. */
    scope: z
      .string()
      .max(1000)
      .superRefine((scope, ctx) => {
        for (const one of unknownScopes(scope)) ctx.addIssue(`"${one}" is not a scope of this server`);
      })
      .optional(),
    subject_type: z.enum(['public', 'pairwise']).optional(),
    sector_identifier_uri: webUri.optional(),
    id_token_signed_response_alg: z.enum(['RS256', 'ES256', 'PS256']).default('RS256'),
    userinfo_signed_response_alg: z.enum(['RS256', 'ES256', 'PS256']).optional(),
    default_max_age: z.number().int().nonnegative().optional(),
    default_acr_values: z.array(text).optional(),
    require_auth_time: z.boolean().optional(),
    require_pushed_authorization_requests: z.boolean().optional(),
    dpop_bound_access_tokens: z.boolean().optional(),
    first_party: z.boolean().default(false),
    require_pkce: z.boolean().default(true),
    refresh_counts_as_activity: z.boolean().default(true),
  })
  .superRefine(checkMetadata);
export type ClientMetadata = z.output<typeof clientMetadataSchema>;

export const clientSchema = z.object({
  /** The client_id. */
  id: z.string(),
  /** The firm whose administrators look after it; the instance's owners alone where there is none. */
  organization: z.string().optional(),
  /** A file declares it (`config apply`): what is changed elsewhere is changed back when it is applied again. */
  isDeclared: z.literal(true).optional(),
  metadata: clientMetadataSchema,
  brand: brandSchema.optional(),
  /** What it states for signing in to it; nothing where it is left out. */
  policy: clientPolicySchema.optional(),
  secrets: z.array(z.object({ id: z.string(), hash: z.string(), createdAt: z.number() })),
  createdAt: z.number(),
  updatedAt: z.number(),
  /** When it last got tokens, milliseconds UTC; noted at most once an hour. Not before anybody noted it. */
  usedAt: z.number().optional(),
});
export type Client = z.output<typeof clientSchema>;

export const clientsSpec: CollectionSpec<Client> = { name: 'clients', schema: clientSchema, index: ['organization'] };

export function usesSecret({
  token_endpoint_auth_method: method,
}: Pick<ClientMetadata, 'token_endpoint_auth_method'>): boolean {
  return method === 'client_secret_basic' || method === 'client_secret_post';
}

export function policyOfClient({ policy }: Pick<Client, 'policy'>): ClientPolicyRules {
  return policy ?? clientPolicySchema.parse({});
}

/** What it states, before the resolver. */
export function layerOfClient(client: Pick<Client, 'id' | 'metadata' | 'policy'>): PolicyLayer {
  const source = { kind: 'client', id: client.id, name: clientName(client.metadata) } as const;
  const rules = statedBy(policyOfClient(client));
  // What was proved on a device some other day is not what it asks for.
  return { source, rules: rules.mfa === 'required' ? { ...rules, rememberDeviceDays: 0 } : rules };
}

/** What a registration may change. */
export function substanceOf({ metadata, secrets, organization, isDeclared }: Client): unknown {
  return [metadata, secrets, organization, isDeclared];
}

export const clientTypes = ['web', 'spa', 'native', 'machine'] as const;
/** A web server, a page that runs in the browser alone, an app on a device, a program without people. */
export type ClientType = (typeof clientTypes)[number];

export function clientType({
  application_type: type,
  grant_types: grants,
  token_endpoint_auth_method: method,
}: ClientMetadata): ClientType {
  if (!grants.includes('authorization_code')) return 'machine';
  if (type === 'native') return 'native';
  return method === 'none' ? 'spa' : 'web';
}

/** What a new one of the type begins with. PKCE is demanded of all, and consent asked: what loosens that is an owner's change. */
export function presetOf(type: ClientType): Partial<ClientMetadata> {
  const signsIn = { grant_types: ['authorization_code', 'refresh_token'] } satisfies Partial<ClientMetadata>;
  if (type === 'machine') return { grant_types: ['client_credentials'] };
  if (type === 'native') return { ...signsIn, application_type: 'native', token_endpoint_auth_method: 'none' };
  if (type === 'spa') return { ...signsIn, token_endpoint_auth_method: 'none' };
  return signsIn;
}

export function clientName({ client_name, client_id }: Pick<ClientMetadata, 'client_name' | 'client_id'>): string {
  return client_name ?? client_id;
}
