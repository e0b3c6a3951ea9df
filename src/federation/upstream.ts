// The one place where an upstream provider is spoken to, by openid-client: its metadata and keys (kept for a while), the authorization
// request, and the exchange of the code with every check of the ID token, its signature among them.
import * as openid from 'openid-client';
import { type Connection, personalTenant, tenantOf } from './connection.ts';
import type { Connections } from './connections.ts';
import { type UpstreamFetch, upstreamTimeoutSeconds } from './guarded-fetch.ts';
import { UpstreamError, upstreamErrorOf } from './upstream-problem.ts';

export interface UpstreamDependencies {
  connections: Pick<Connections, 'secretOf'>;
  fetch: UpstreamFetch;
  /** The one address that every provider sends people back to. */
  redirectUri: string;
}

/** What must come back as it went out. */
export interface Checks {
  state: string;
  nonce: string;
  verifier: string;
}

export interface AuthorizationHints {
  loginHint?: string | undefined;
  acrValues?: string | undefined;
  /** The person must prove anew who they are, whatever session they have there. */
  isFresh?: boolean | undefined;
}

export type UpstreamClaims = Record<string, unknown> & { iss: string; sub: string };

const metadataMs = 10 * 60_000;
/** After a failure nothing is asked for this long, so that a provider that is down is not asked by everybody. */
const restMs = 3_000;
const mostKept = 200;
/** What a fresh sign-in may be old, for clocks that differ. */
const freshSeconds = 120;

interface Kept {
  made: Promise<openid.Configuration>;
  until: number;
}

export function createUpstream({ connections, fetch, redirectUri }: UpstreamDependencies) {
  const kept = new Map<string, Kept>();

  /** A connection that was changed is another one: its metadata is asked for anew. */
  function configurationOf(connection: Connection): Promise<openid.Configuration> {
    const key = `${connection.id} ${connection.updatedAt} ${connection.issuer}`;
    const now = Date.now();
    const known = kept.get(key);
    if (known && known.until > now && known.until <= now + metadataMs) return known.made;
    const entry: Kept = { made: discover(connection), until: now + metadataMs };
    entry.made.catch(() => {
      entry.until = Math.min(entry.until, Date.now() + restMs);
    });
    kept.delete(key);
    kept.set(key, entry);
    if (kept.size > mostKept) kept.delete(kept.keys().next().value ?? '');
    return entry.made;
  }

  async function discover(connection: Connection): Promise<openid.Configuration> {
    const { issuer, clientId, allowsPrivateNetwork } = connection;
    const secret = connections.secretOf(connection);
    const isPlain = issuer.startsWith('http:');
    try {
      return await openid.discovery(new URL(issuer), clientId, {}, secret ? authenticatedBy(secret) : openid.None(), {
        timeout: upstreamTimeoutSeconds,
        execute: [openid.enableNonRepudiationChecks, ...(isPlain ? [openid.allowInsecureRequests] : [])],
        [openid.customFetch]: (url, { method, headers, body, signal }) =>
          fetch(url, {
            method,
            headers: Object.fromEntries(new Headers(headers)),
            ...(body === undefined || body === null ? {} : { body: String(body) }),
            signal,
            allowsPrivateNetwork,
          }),
      });
    } catch (error) {
      throw upstreamErrorOf(error, 'discovery');
    }
  }

  /** @returns where the browser is sent   @throws UpstreamError */
  async function authorizationUrl(connection: Connection, checks: Checks, hints: AuthorizationHints): Promise<string> {
    const configuration = await configurationOf(connection);
    const { loginHint, acrValues, isFresh } = hints;
    try {
      return openid.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: 'openid email profile',
        response_type: 'code',
        state: checks.state,
        nonce: checks.nonce,
        code_challenge: await openid.calculatePKCECodeChallenge(checks.verifier),
        code_challenge_method: 'S256',
        ...(loginHint ? { login_hint: loginHint } : {}),
        ...(acrValues ? { acr_values: acrValues } : {}),
        // Google knows no `login`.
        ...(isFresh ? { prompt: connection.preset === 'google' ? 'select_account' : 'login' } : {}),
      }).href;
    } catch (error) {
      throw upstreamErrorOf(error, 'discovery');
    }
  }

  /** @param query what came back to the redirect URI
   *  @returns the claims, checked: issuer, audience, nonce, times and signature
   *  @throws UpstreamError */
  async function exchange(
    connection: Connection,
    query: URLSearchParams,
    { checks, isFresh }: { checks: Checks; isFresh: boolean },
  ): Promise<UpstreamClaims> {
    const configuration = await configurationOf(connection);
    const url = new URL(redirectUri);
    url.search = query.toString();
    try {
      const tokens = await openid.authorizationCodeGrant(configuration, url, {
        expectedState: checks.state,
        expectedNonce: checks.nonce,
        pkceCodeVerifier: checks.verifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (!claims) throw new UpstreamError('bad-answer', 'no ID token');
      demandTenant(connection, claims);
      if (isFresh) demandFresh(claims);
      return { ...(await withUserinfo(configuration, tokens, claims)) };
    } catch (error) {
      throw upstreamErrorOf(error, 'exchange');
    }
  }

  /** Many providers tell the address there alone (OpenID Connect Core 5.3). Those with a preset put it into the ID token: what theirs says
   *  elsewhere is not looked at. */
  async function withUserinfo(
    configuration: openid.Configuration,
    tokens: openid.TokenEndpointResponse,
    claims: openid.IDToken,
  ): Promise<UpstreamClaims> {
    const isComplete = claims.email !== undefined || !configuration.serverMetadata().userinfo_endpoint;
    if (isComplete || tenantOf(claims.iss) || !tokens.access_token) return claims;
    const told = await openid.fetchUserInfo(configuration, tokens.access_token, claims.sub);
    // The mark goes with the address that it is about.
    return { ...told, ...claims, email: told.email, email_verified: told.email_verified };
  }

  return { configurationOf, authorizationUrl, exchange };
}
export type Upstream = ReturnType<typeof createUpstream>;

/** As the provider wants it; Basic is the default where it says nothing (OpenID Connect Discovery 3). */
function authenticatedBy(secret: string): openid.ClientAuth {
  return (as, client, body, headers) => {
    const methods = as.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const method = methods.includes('client_secret_basic') ? openid.ClientSecretBasic : openid.ClientSecretPost;
    return method(secret)(as, client, body, headers);
  };
}

/** Microsoft's tokens name the tenant in `iss`, and its metadata only a template: which tenants are meant is for us to check. */
function demandTenant({ preset, issuer }: Connection, { iss, tid }: openid.IDToken): void {
  if (preset !== 'microsoft') return;
  const wanted = tenantOf(issuer);
  const isPersonal = tid === personalTenant;
  const isMeant = wanted === 'organizations' ? !isPersonal : tid === (wanted === 'consumers' ? personalTenant : wanted);
  if (typeof tid !== 'string' || !isMeant || tenantOf(iss) !== tid)
    throw new UpstreamError('wrong-tenant', `tid ${String(tid).slice(0, 50)}`);
}

/** `auth_time` is not sent by all; where it is, it is held to. */
function demandFresh({ auth_time: at }: openid.IDToken): void {
  if (typeof at === 'number' && Date.now() / 1000 - at > freshSeconds)
    throw new UpstreamError('not-fresh', `auth_time ${at}`);
}
