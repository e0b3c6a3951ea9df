// oidc-provider's configuration, in one place. What is not named here is the library's default, looked at and kept.
import type { Configuration, ErrorOut, KoaContextWithOIDC, ResourceServer } from 'oidc-provider';
import type { Account } from '../accounts/account.ts';
import type { Barrier, SessionUse } from '../accounts/barrier.ts';
import type { Origin } from '../audit/audit.ts';
import { ownClientId } from '../clients/client.ts';
import { protocolScopes } from '../clients/client-rules.ts';
import { acr } from './acr.ts';
import { enabledAlgorithms } from './algorithms.ts';
import type { SignOutReport } from './backchannel.ts';
import { accountClaims, claimsByScope } from './claims.ts';
import { createPrompts } from './prompts.ts';
import { sessionUse } from './session-use.ts';
import { idTokenSeconds } from './signing-key.ts';

/** Pages that the library asks us to draw. */
export interface ProviderPages {
  error(ctx: KoaContextWithOIDC, out: ErrorOut, error: Error): Promise<void> | void;
  /** @param form the library's hidden fields: where the confirmation posts to, and its anti-forgery value */
  confirmSignOut(ctx: KoaContextWithOIDC, form: { action: string; xsrf: string }): Promise<void> | void;
  signedOut(ctx: KoaContextWithOIDC): Promise<void> | void;
  /** Where the browser hears that it is signed out, and what became of telling the apps. */
  signedOutUrl(report: SignOutReport): string;
}

export interface ConfigurationParts {
  issuer: string;
  adapter: Configuration['adapter'];
  jwks: Record<string, unknown>[];
  cookieKeys: string[];
  sessionAbsoluteSeconds: number;
  /** BCP 47 tags of the languages that pages are in; an app asks for one by `ui_locales`. */
  uiLocales: readonly string[];
  findAccount(id: string): Promise<Account | undefined>;
  barrierOf(account: Account, origin: Origin, use?: SessionUse): Promise<Barrier | undefined>;
  loadExistingGrant: NonNullable<Configuration['loadExistingGrant']>;
  /** Notes that the session behind a refresh token is in use. */
  touchSession(uid: string): Promise<void>;
  pairwise(accountId: string, sector: string): string;
  /** What a client may ask for at a resource that its tokens are for. */
  resourceServer(ctx: KoaContextWithOIDC, identifier: string, client: { clientId: string }): Promise<ResourceServer>;
  /** Signs out at once where the app proved whom it means. @returns false when the person must be asked */
  signOutByHint(ctx: KoaContextWithOIDC): Promise<boolean>;
  pages: ProviderPages;
}

const day = 24 * 3600;
/** A family of refresh tokens with `offline_access` ends this long after its first (ASVS 10.4.8). */
const offlineSeconds = 90 * day;
/** Long enough for a slow first sign-in; the attempt has shorter limits of its own. */
export const interactionSeconds = 3600;

export function createConfiguration(parts: ConfigurationParts): Configuration {
  return {
    adapter: parts.adapter,
    jwks: { keys: parts.jwks } as NonNullable<Configuration['jwks']>,
    clients: [ownClient(parts.issuer)],
    clientDefaults: { id_token_signed_response_alg: 'RS256' },
    extraClientMetadata: { properties: ['first_party', 'require_pkce', 'refresh_counts_as_activity'] },
    findAccount: async (ctx, id) => {
      const account = await parts.findAccount(id);
      return (
        account && {
          accountId: account.id,
          claims: async () => accountClaims(account),
          barrier: () => parts.barrierOf(account, ctx.state.origin, sessionUse(ctx)),
        }
      );
    },
    claims: claimsByScope,
    scopes: protocolScopes,
    acrValues: Object.values(acr),
    discovery: { ui_locales_supported: parts.uiLocales },
    conformIdTokenClaims: false,
    subjectTypes: ['public', 'pairwise'],
    pairwiseIdentifier: async (_ctx, accountId, client) =>
      parts.pairwise(accountId, (client as unknown as { sectorIdentifier: string }).sectorIdentifier),
    responseTypes: ['code', 'none'],
    pkce: { required: (_ctx, client) => (client as { require_pkce?: boolean }).require_pkce !== false },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    enabledJWA: enabledAlgorithms,
    interactions: { policy: createPrompts(), url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    loadExistingGrant: parts.loadExistingGrant,
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: async (ctx) => {
      const uid = ctx.oidc.entities.RefreshToken?.sessionUid;
      const client = ctx.oidc.client as { refresh_counts_as_activity?: boolean } | undefined;
      if (uid && client?.refresh_counts_as_activity !== false) await parts.touchSession(uid);
      return true;
    },
    // The library would keep the grant of a revoked access token and delete what else hangs on it, one by one.
    revokeGrantPolicy: () => true,
    clientBasedCORS: (_ctx, origin, client) =>
      (client.redirectUris ?? []).some((uri) => URL.canParse(uri) && new URL(uri).origin === origin),
    cookies: cookies(parts),
    ttl: lifetimes(parts.sessionAbsoluteSeconds),
    clockTolerance: 0,
    renderError: async (ctx, out, error) => parts.pages.error(ctx, out, error),
    features: features(parts),
    fetch: fetchWithTimeout,
  };
}

function features({
  pages,
  resourceServer,
  signOutByHint,
}: ConfigurationParts): NonNullable<Configuration['features']> {
  return {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    claimsParameter: { enabled: true },
    clientCredentials: { enabled: true },
    dPoP: { enabled: true },
    // A resource server asks about tokens of other clients; one that cannot keep a secret, about its own alone.
    introspection: {
      enabled: true,
      allowedPolicy: (_ctx, client, token) => isConfidential(client) || isOwn(client, token),
    },
    jwtUserinfo: { enabled: true },
    pushedAuthorizationRequests: { enabled: true },
    registration: { enabled: false },
    resourceIndicators: { enabled: true, getResourceServerInfo: resourceServer },
    revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => isOwn(client, token) },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: async (ctx, form) => {
        if (!(await signOutByHint(ctx))) await pages.confirmSignOut(ctx, formOf(form));
      },
      postLogoutSuccessSource: async (ctx) => pages.signedOut(ctx),
    },
    userinfo: { enabled: true },
  };
}

function cookies({ issuer, cookieKeys }: ConfigurationParts): NonNullable<Configuration['cookies']> {
  const { path, ...short } = sessionCookieOptions(issuer);
  return { keys: cookieKeys, names: cookieNames(issuer), long: { ...short, path }, short };
}

function isConfidential({ tokenEndpointAuthMethod }: { tokenEndpointAuthMethod?: string | undefined }): boolean {
  return tokenEndpointAuthMethod !== 'none';
}

function isOwn({ clientId }: { clientId: string }, token: { clientId?: string | undefined }): boolean {
  return token.clientId === clientId;
}

/** The library scopes the short ones by path, which `__Host-` does not allow (ASVS 3.3.3, a written deviation). */
export function cookieNames(issuer: string) {
  const [host, path] = issuer.startsWith('https:') ? ['__Host-', '__Secure-'] : ['', ''];
  return {
    session: `${host}gatehouse-session`,
    interaction: `${path}gatehouse-interaction`,
    resume: `${path}gatehouse-resume`,
  };
}

export function sessionCookieOptions(issuer: string) {
  return { httpOnly: true, sameSite: 'lax', secure: issuer.startsWith('https:'), signed: true, path: '/' } as const;
}

function lifetimes(sessionSeconds: number): NonNullable<Configuration['ttl']> {
  return {
    AccessToken: 15 * 60,
    AuthorizationCode: 60,
    ClientCredentials: 15 * 60,
    // A grant must outlive every refresh token that hangs on it.
    Grant: Math.max(offlineSeconds, sessionSeconds) + day,
    IdToken: idTokenSeconds,
    Interaction: interactionSeconds,
    RefreshToken: (_ctx, token) => {
      const whole = token.expiresWithSession ? sessionSeconds : offlineSeconds;
      return Math.max(1, (token as { iiat?: number }).iiat === undefined ? whole : whole - token.totalLifetime());
    },
    // Only shapes the cookie: the limits of each session stand in its own record.
    Session: sessionSeconds,
  };
}

function ownClient(issuer: string) {
  return {
    client_id: ownClientId,
    client_name: 'My Profile',
    redirect_uris: [`${issuer}/profile`],
    response_types: ['none'] as const,
    grant_types: [],
    token_endpoint_auth_method: 'none' as const,
    first_party: true,
  } as unknown as NonNullable<Configuration['clients']>[number];
}

/** The library's logout form holds nothing but these two. */
function formOf(html: string): { action: string; xsrf: string } {
  const action = /action="([^"]+)"/.exec(html)?.[1] ?? '';
  const xsrf = /name="xsrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
  return { action, xsrf };
}

/** Back-channel logout, `jwks_uri` and `sector_identifier_uri`. Clients are registered by administrators alone, and on-premises ones
 *  stand at private addresses: the library's ban on these is lifted, redirects are not followed, and no answer is waited for long. */
const fetchWithTimeout: NonNullable<Configuration['fetch']> = (url, options) => {
  const { dispatcher: _privateAddressBan, ...rest } = options as RequestInit & { dispatcher?: unknown };
  return fetch(url, { ...rest, redirect: 'manual', signal: AbortSignal.timeout(2500) });
};
