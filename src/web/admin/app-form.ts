// An app as its form asks for it: what each type is asked, with defaults that are safe, and how that becomes a registration (RFC 7591).
import { type ClientMetadata, type ClientType, presetOf, usesSecret } from '../../clients/client.ts';
import type { ProtocolScope } from '../../clients/client-rules.ts';
import { type ApiScope, apiScopes, apiScopesIn } from '../../organizations/api-scopes.ts';
import type { AppFormModel } from '../http/admin-app-models.ts';
import { scopeLabel, scopesOf } from './app-models.ts';

/** `openid` is what a sign-in is: nobody has to tick it. */
const personScopes = [
  'profile',
  'email',
  'organizations',
  'offline_access',
] as const satisfies readonly ProtocolScope[];
const secretMethods = ['client_secret_basic', 'client_secret_post'];
const idTokenAlgs = ['ES256', 'RS256'];

const texts = [
  'name',
  'redirectUris',
  'postLogoutRedirectUris',
  'backchannelLogoutUri',
  'authMethod',
  'idTokenAlg',
] as const;
export const appFields = [...texts, ...[...personScopes, ...apiScopes].map(fieldOf)];

export type GivenTexts = Record<(typeof texts)[number], string>;
export interface GivenApp extends GivenTexts {
  scopes: readonly string[];
}

function fieldOf(scope: string): string {
  return `scope-${scope}`;
}

/** @param form what was posted of `appFields` */
export function givenFrom(form: Record<string, string>): GivenApp {
  const text = (name: string) => form[name]?.trim() ?? '';
  const given = Object.fromEntries(texts.map((name) => [name, text(name)])) as GivenTexts;
  return { ...given, scopes: [...personScopes, ...apiScopes].filter((scope) => form[fieldOf(scope)] === 'yes') };
}

/** What is proposed for a new one: the secret where RFC 6749 wants it, signatures that are fast, no more of a person than most apps need. */
export function proposalFor(type: ClientType): GivenApp {
  const basic = { name: '', redirectUris: '', postLogoutRedirectUris: '', backchannelLogoutUri: '' };
  const scopes = { web: ['profile', 'email'], spa: ['profile', 'email'], native: ['profile', 'email'], machine: [] };
  return { ...basic, authMethod: 'client_secret_basic', idTokenAlg: 'ES256', scopes: scopes[type] };
}

export function givenOf(metadata: ClientMetadata): GivenApp {
  return {
    name: metadata.client_name ?? '',
    redirectUris: metadata.redirect_uris.join('\n'),
    postLogoutRedirectUris: metadata.post_logout_redirect_uris.join('\n'),
    backchannelLogoutUri: metadata.backchannel_logout_uri ?? '',
    authMethod: metadata.token_endpoint_auth_method,
    idTokenAlg: metadata.id_token_signed_response_alg,
    scopes: scopesOf(metadata),
  };
}

/** @param options.apiScopes those that may be given   @param options.old the app as it stands, where it is changed */
export function appFormModel(
  type: ClientType,
  given: GivenApp,
  { apiScopes: ofApi, old }: { apiScopes: readonly ApiScope[]; old?: ClientMetadata },
): AppFormModel {
  const had = apiScopesIn(old?.scope);
  const offered = type === 'machine' ? [...new Set([...ofApi, ...had])] : [...personScopes, ...had];
  const algs = old?.id_token_signed_response_alg === 'PS256' ? [...idTokenAlgs, 'PS256'] : idTokenAlgs;
  return {
    name: given.name,
    ...(type === 'machine'
      ? {}
      : { redirectUris: given.redirectUris, postLogoutRedirectUris: given.postLogoutRedirectUris }),
    ...(isCallable(type) ? { backchannelLogoutUri: given.backchannelLogoutUri } : {}),
    isNative: type === 'native',
    scopes: offered.map((scope) => ({
      field: fieldOf(scope),
      scope,
      label: scopeLabel(scope),
      isTicked: given.scopes.includes(scope),
    })),
    authMethods: (choosesMethod(type, old) ? secretMethods : []).map((value) => ({
      value,
      label: { key: `admin.app.auth.${value}` },
    })),
    authMethod: given.authMethod,
    idTokenAlgs: (type === 'machine' ? [] : algs).map((value) => ({ value, label: { key: `admin.app.alg.${value}` } })),
    idTokenAlg: given.idTokenAlg,
  };
}

/** The metadata to be stored. Of an app that is changed, what the form does not ask stays as it is. */
export function registrationFrom(type: ClientType, given: GivenApp, old?: ClientMetadata): Record<string, unknown> {
  const { client_name: _name, backchannel_logout_uri: logoutUri, scope, ...kept } = old ?? presetOf(type);
  return withoutUndefined({
    ...kept,
    client_name: given.name || undefined,
    ...(type === 'machine'
      ? {}
      : {
          redirect_uris: linesOf(given.redirectUris),
          post_logout_redirect_uris: linesOf(given.postLogoutRedirectUris),
          id_token_signed_response_alg: given.idTokenAlg,
        }),
    ...(choosesMethod(type, old) ? { token_endpoint_auth_method: given.authMethod } : {}),
    backchannel_logout_uri: isCallable(type) ? given.backchannelLogoutUri || undefined : logoutUri,
    scope: scopeFrom(type, { ...given, scopes: offeredOf(type, given.scopes, old) }, old ? scope : ''),
  });
}

/** What the form does not offer is not taken either: rights in the API are for what acts by itself, which asks for a fresh sign-in. */
function offeredOf(type: ClientType, scopes: readonly string[], old: ClientMetadata | undefined): string[] {
  const had: readonly string[] = apiScopesIn(old?.scope);
  return scopes.filter((scope) => (type === 'machine' ? isOfApi(scope) : !isOfApi(scope) || had.includes(scope)));
}

function choosesMethod(type: ClientType, old: ClientMetadata | undefined): boolean {
  return old ? usesSecret(old) : type === 'web' || type === 'machine';
}

/** Whether Gatehouse can tell it of a sign-out. */
function isCallable(type: ClientType): boolean {
  return type === 'web';
}

/** @param old undefined for an app that may ask for all there is: it stays so while everything is ticked */
function scopeFrom(type: ClientType, { scopes }: GivenApp, old: string | undefined): string | undefined {
  if (type === 'machine') return scopes.join(' ') || undefined;
  const isAll = personScopes.every((scope) => scopes.includes(scope)) && scopes.every((scope) => !isOfApi(scope));
  return old === undefined && isAll ? undefined : ['openid', ...scopes.filter((scope) => scope !== 'openid')].join(' ');
}

function isOfApi(scope: string): boolean {
  return (apiScopes as readonly string[]).includes(scope);
}

export function linesOf(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean);
}

function withoutUndefined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
