// A connection as its form asks for it, by its preset, and how that becomes what is stated of one.
import {
  type Connection,
  type ConnectionInput,
  connectionInputSchema,
  microsoftAudiences,
  microsoftIssuer,
  type Preset,
  problemsIn,
  tenantOf,
} from '../../federation/connection.ts';
import { domainRefusal } from '../../organizations/domain-name.ts';
import type { ConnectionFormModel } from '../http/admin-connection-models.ts';
import type { FieldError } from '../http/view-models.ts';

const texts = ['name', 'issuer', 'audience', 'tenant', 'clientId', 'clientSecret', 'domains'] as const;
const ticks = ['trustsMfa', 'allowsSignUp', 'allowsPrivateNetwork'] as const;
export const connectionFields = [...texts, ...ticks];

export type GivenConnection = Record<(typeof texts)[number], string> & Record<(typeof ticks)[number], boolean>;

/** What a form is made for. */
export interface ConnectionPlace {
  preset: Preset;
  organization: string | undefined;
  /** Whether whoever fills it in may allow our own network to be asked. */
  isOwner: boolean;
  /** The connection that is changed. */
  old?: Connection | undefined;
}

export function givenFrom(form: Record<(typeof connectionFields)[number], string>): GivenConnection {
  const said = Object.fromEntries(texts.map((name) => [name, form[name].trim()]));
  return { ...said, ...Object.fromEntries(ticks.map((name) => [name, form[name] === 'yes'])) } as GivenConnection;
}

export function proposalFor(preset: Preset): GivenConnection {
  const name = { google: 'Google', microsoft: 'Microsoft', oidc: '' }[preset];
  const nothing = { issuer: '', tenant: '', clientId: '', clientSecret: '', domains: '' };
  const careful = { trustsMfa: false, allowsSignUp: false, allowsPrivateNetwork: false };
  return { ...nothing, ...careful, name, audience: 'tenant' };
}

export function givenOf(connection: Connection): GivenConnection {
  const { name, issuer, clientId, domains, trustsMfa, allowsSignUp, allowsPrivateNetwork } = connection;
  const tenant = tenantOf(issuer) ?? '';
  const audience = microsoftAudiences.find((one) => one === tenant);
  return {
    name,
    issuer,
    audience: audience ?? 'tenant',
    tenant: audience ? '' : tenant,
    clientId,
    clientSecret: '',
    domains: domains.join('\n'),
    trustsMfa,
    allowsSignUp,
    allowsPrivateNetwork,
  };
}

export function formModel(
  given: GivenConnection,
  { preset, organization, isOwner, old }: ConnectionPlace,
): ConnectionFormModel {
  return {
    name: given.name,
    ...(preset === 'oidc' ? { issuer: given.issuer } : {}),
    ...(preset === 'microsoft' ? { audience: given.audience, tenant: given.tenant } : {}),
    clientId: given.clientId,
    isSecretKept: old?.clientSecret !== undefined,
    isSecretNeeded: preset !== 'oidc',
    domains: given.domains,
    trustsMfa: given.trustsMfa,
    ...(organization === undefined ? {} : { allowsSignUp: given.allowsSignUp }),
    ...(isOwner && preset === 'oidc' ? { allowsPrivateNetwork: given.allowsPrivateNetwork } : {}),
  };
}

/** What is stated, or what is wrong with the form. */
export function inputFrom(
  given: GivenConnection,
  place: ConnectionPlace,
): { input: ConnectionInput; errors?: undefined } | { errors: FieldError[] } {
  const { preset, organization, old } = place;
  const domains = given.domains
    .toLowerCase()
    .split(/[\s,;]+/)
    .filter(Boolean);
  const wanted = {
    name: given.name,
    ...(organization === undefined ? {} : { organization }),
    preset,
    ...(preset === 'google' ? {} : { issuer: issuerOf(preset, given) }),
    client_id: given.clientId,
    ...(given.clientSecret ? { client_secret: given.clientSecret } : {}),
    domains,
    trustsMfa: given.trustsMfa,
    allowsSignUp: organization !== undefined && given.allowsSignUp,
    // Where it is not asked, it stays.
    allowsPrivateNetwork:
      place.isOwner && preset === 'oidc' ? given.allowsPrivateNetwork : (old?.allowsPrivateNetwork ?? false),
    enabled: old?.isEnabled ?? false,
  };
  const parsed = connectionInputSchema.safeParse(wanted);
  const errors = [
    ...shapeErrors(given, domains, place),
    ...(parsed.success ? problemsIn(parsed.data).map(({ field, problem }) => errorOf(field, problem, preset)) : []),
    ...(parsed.success && isSecretAgainNeeded(parsed.data, old)
      ? [{ field: 'clientSecret', key: 'error.connection.secretAgain' }]
      : []),
  ];
  return parsed.success && errors.length === 0 ? { input: parsed.data } : { errors };
}

function issuerOf(preset: Preset, { audience, tenant, issuer }: GivenConnection): string {
  if (preset === 'oidc') return issuer;
  return microsoftIssuer(audience === 'tenant' ? tenant : audience);
}

function shapeErrors(
  given: GivenConnection,
  domains: readonly string[],
  { preset, old }: ConnectionPlace,
): FieldError[] {
  const { shape } = connectionInputSchema;
  const wrongDomains = domains.flatMap((domain) => {
    const refusal = domainRefusal(domain);
    return refusal
      ? [{ field: 'domains', key: `error.domain.${refusal}`, values: { domain: domain.slice(0, 100) } }]
      : [];
  });
  const secretMissing = given.clientSecret === '' && preset !== 'oidc' && old?.clientSecret === undefined;
  const secretOdd = given.clientSecret !== '' && !shape.client_secret.safeParse(given.clientSecret).success;
  const isNamed = shape.name.safeParse(given.name).success;
  return [
    ...(isNamed ? [] : [{ field: 'name', key: given.name === '' ? 'error.connection.name' : 'error.app.tooLong' }]),
    ...(shape.client_id.safeParse(given.clientId).success
      ? []
      : [{ field: 'clientId', key: 'error.connection.clientId' }]),
    ...(secretMissing ? [{ field: 'clientSecret', key: 'error.connection.secret' }] : []),
    ...(secretOdd ? [{ field: 'clientSecret', key: 'error.connection.secretFormat' }] : []),
    ...wrongDomains.slice(0, 1),
    ...(domains.length > 100 ? [{ field: 'domains', key: 'error.domain.tooMany', values: { count: 100 } }] : []),
  ];
}

function errorOf(field: string, problem: string, preset: Preset): FieldError {
  const place = field === 'issuer' && preset === 'microsoft' ? 'tenant' : field;
  return { field: place, key: `error.connection.${place === 'tenant' ? 'tenant' : problem}` };
}

/** A secret goes to no other provider than the one it was given for. */
function isSecretAgainNeeded(
  { issuer, preset, client_secret: secret }: ConnectionInput,
  old: Connection | undefined,
): boolean {
  return preset !== 'google' && old?.clientSecret !== undefined && secret === undefined && issuer !== old.issuer;
}
