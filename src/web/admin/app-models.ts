// Client apps as the console shows them: in plain words what their metadata says.
import { type Administrator, may } from '../../administration/administrator.ts';
import { mayChangeClient } from '../../administration/client-apps.ts';
import { type Client, type ClientMetadata, clientName, clientType, usesSecret } from '../../clients/client.ts';
import { protocolScopes } from '../../clients/client-rules.ts';
import type { AppModel, AppRow, AppSecretModel, EndpointsModel } from '../http/admin-app-models.ts';
import type { Label } from '../http/admin-models.ts';
import type { Message } from '../http/view-models.ts';

export const appsPath = '/admin/apps';
export const registerPath = '/admin/register-app';

export function appPath(clientId: string, part = ''): string {
  return `${appsPath}/${encodeURIComponent(clientId)}${part}`;
}

export function endpointsOf(issuer: string): EndpointsModel {
  return { issuer, discovery: `${issuer}/.well-known/openid-configuration` };
}

/** @param names of the organizations, by id */
export function appRow(client: Client, names: ReadonlyMap<string, string>): AppRow {
  const { id, metadata, createdAt, usedAt } = client;
  return {
    href: appPath(id),
    name: clientName(metadata),
    clientId: id,
    type: { key: `admin.app.type.${clientType(metadata)}` },
    organization: firmLabel(client, names),
    createdAt,
    ...(usedAt === undefined ? {} : { usedAt }),
  };
}

export function appModel(who: Administrator, client: Client, names: ReadonlyMap<string, string>): AppModel {
  const mayChange = mayChangeClient(who, client);
  const { href: _, ...row } = appRow(client, names);
  const { metadata } = client;
  return {
    ...row,
    isDeclared: client.isDeclared === true,
    rules: rulesOf(metadata),
    scopes: scopesOf(metadata).map(scopeLabel),
    redirectUris: metadata.redirect_uris,
    postLogoutRedirectUris: metadata.post_logout_redirect_uris,
    ...(metadata.backchannel_logout_uri ? { backchannelLogoutUri: metadata.backchannel_logout_uri } : {}),
    ...(usesSecret(metadata) ? { secrets: secretModels(client, mayChange) } : {}),
    ...(usesSecret(metadata) && mayChange && client.secrets.length < 2
      ? { addSecretUrl: appPath(client.id, '/secrets/new') }
      : {}),
  };
}

function secretModels({ id, secrets }: Client, mayChange: boolean): AppSecretModel[] {
  const inOrder = secrets.toSorted((a, b) => a.createdAt - b.createdAt);
  return inOrder.map((secret, n) => ({
    createdAt: secret.createdAt,
    isNewest: n > 0,
    ...(mayChange && secrets.length > 1
      ? { retireUrl: appPath(id, `/secrets/${encodeURIComponent(secret.id)}/retire`) }
      : {}),
  }));
}

export function firmLabel(
  { organization }: { organization?: string | undefined },
  names: ReadonlyMap<string, string>,
): Label {
  return organization === undefined ? { key: 'admin.instance' } : { text: names.get(organization) ?? organization };
}

function rulesOf(metadata: ClientMetadata): Message[] {
  const usesCode = metadata.grant_types.includes('authorization_code');
  return [
    ...metadata.grant_types.map((grant) => ({ key: `admin.app.grant.${grant}` })),
    { key: `admin.app.auth.${metadata.token_endpoint_auth_method}` },
    ...(usesCode
      ? [
          { key: metadata.require_pkce ? 'admin.app.pkce' : 'admin.app.noPkce' },
          { key: metadata.first_party ? 'admin.app.noConsent' : 'admin.app.consent' },
          { key: 'admin.app.idTokenAlg', values: { alg: metadata.id_token_signed_response_alg } },
        ]
      : []),
    ...(metadata.subject_type === 'pairwise' ? [{ key: 'admin.app.pairwise' }] : []),
  ];
}

/** Left out means all of OpenID Connect's; a program without people asks nobody for them. */
export function scopesOf(metadata: ClientMetadata): string[] {
  if (metadata.scope !== undefined) return metadata.scope.split(' ').filter(Boolean);
  return clientType(metadata) === 'machine' ? [] : [...protocolScopes];
}

export function scopeLabel(scope: string): Message {
  return { key: `scope.${scope}` };
}

/** Whether there is a place for new apps: in the firm that is looked at, or anywhere. */
export function mayRegister(who: Administrator, organization: string | undefined): boolean {
  return may(who, 'clients:write', organization);
}
