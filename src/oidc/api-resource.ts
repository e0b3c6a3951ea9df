// The administration API as a resource of our own (RFC 8707): which client may ask for which of its scopes, and what a token that comes
// back opens. Tokens are opaque and looked up at each call, so that whatever ends one ends it at once.
import { errors, type KoaContextWithOIDC, type Provider, type ResourceServer } from 'oidc-provider';
import type { Account } from '../accounts/account.ts';
import type { Client } from '../clients/client.ts';
import type { Clients } from '../clients/clients.ts';
import { type ApiScope, apiScopesIn, isApiScope } from '../organizations/api-scopes.ts';
import { readDpopProof } from './dpop-proof.ts';

export function apiIdentifier(issuer: string): string {
  return `${issuer}/api/v1`;
}

/** The library's own limit is on the scopes of OpenID Connect alone: what a client may ask of the API is what its registration names.
 *  @throws InvalidTarget for another resource, or a client that may ask for nothing of this one; InvalidScope for a scope too many */
export function createApiResource({ issuer, findClient }: { issuer: string; findClient: Clients['get'] }) {
  return async function resourceServer(
    { oidc }: KoaContextWithOIDC,
    identifier: string,
    { clientId }: { clientId: string },
  ): Promise<ResourceServer> {
    const allowed = apiScopesIn((await findClient(clientId))?.metadata.scope);
    if (identifier !== apiIdentifier(issuer) || allowed.length === 0)
      throw new errors.InvalidTarget('no resource server is registered under this identifier for this client');
    const asked = apiScopesIn(typeof oidc.params?.scope === 'string' ? oidc.params.scope : undefined);
    const tooMany = asked.find((scope) => !allowed.includes(scope));
    if (tooMany) throw new errors.InvalidScope('requested scope is not allowed', tooMany);
    return { scope: allowed.join(' '), audience: identifier, accessTokenFormat: 'opaque' };
  };
}

/** What the library is told of a registered `scope`: it knows its own alone, and refuses a client that names others. */
export function protocolScope(scope: string | undefined): string | undefined {
  if (scope === undefined) return undefined;
  return (
    scope
      .split(' ')
      .filter((one) => one !== '' && !isApiScope(one))
      .join(' ') || 'openid'
  );
}

/** Whoever stands behind a call. */
export interface ApiToken {
  client: Client;
  /** The person who lent their rights; absent for a program that acts for itself. */
  account?: Account;
  /** Of the token, as far as the client may still have them. */
  scopes: ApiScope[];
}

/** How a call shows its token (RFC 6750, RFC 9449). */
export interface Presented {
  scheme: 'Bearer' | 'DPoP';
  token: string;
  /** The DPoP header. */
  proof: string | undefined;
  method: string;
  /** Without query. */
  url: string;
}

export interface ApiTokensDependencies {
  issuer: string;
  provider(): Provider;
  clients: Clients;
  findAccount(id: string): Promise<Account | undefined>;
}

interface Held {
  aud?: string | string[];
  clientId?: string;
  scope?: string;
  jkt?: string;
  accountId?: string;
  grantId?: string;
}

export function createApiTokens({ issuer, provider, clients, findAccount }: ApiTokensDependencies) {
  /** @returns undefined for whatever opens nothing: unknown, expired or revoked, for another audience, of a client or an account that is
   *  gone, of a session that is over, without the proof that it is bound to */
  async function open(presented: Presented): Promise<ApiToken | undefined> {
    const machine = (await provider().ClientCredentials.find(presented.token)) as Held | undefined;
    const held = machine ?? ((await provider().AccessToken.find(presented.token)) as Held | undefined);
    if (held?.aud !== apiIdentifier(issuer) || !(await isProved(held, presented))) return undefined;
    const client = await clients.get(held.clientId ?? '');
    if (!client) return undefined;
    const allowed = apiScopesIn(client.metadata.scope);
    const scopes = apiScopesIn(held.scope).filter((scope) => allowed.includes(scope));
    if (machine) return client.metadata.grant_types.includes('client_credentials') ? { client, scopes } : undefined;
    const account = await personBehind(held);
    return account && { client, account, scopes };
  }

  /** The grant looks at its account itself: a reset of the password or a suspension ends it. */
  async function personBehind({ grantId = '', accountId, clientId }: Held): Promise<Account | undefined> {
    const grant = await provider().Grant.find(grantId);
    if (!grant || grant.accountId !== accountId || grant.clientId !== clientId) return undefined;
    return findAccount(accountId ?? '');
  }

  async function isProved({ jkt, clientId = '' }: Held, presented: Presented): Promise<boolean> {
    if (jkt === undefined || presented.scheme === 'Bearer') return jkt === undefined && presented.scheme === 'Bearer';
    const proof = await readDpopProof(presented, Date.now());
    if (!proof || proof.thumbprint !== jkt) return false;
    const { ReplayDetection } = provider() as unknown as {
      ReplayDetection: { unique(iss: string, jti: string, exp: number): Promise<boolean> };
    };
    return ReplayDetection.unique(clientId, proof.jti, proof.usableUntil);
  }

  return { open };
}
export type ApiTokens = ReturnType<typeof createApiTokens>;
