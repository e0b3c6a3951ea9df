// A relying party for tests: it is registered, sends people off with PKCE, and redeems what comes back. It does no more than a test asks.
import { createHash, randomBytes } from 'node:crypto';
import { decodeJwt, type JWTPayload } from 'jose';
import type { TestApp } from './start-app.ts';

export interface AuthorizationRequest {
  /** Path and query on the issuer. */
  url: string;
  verifier: string;
  state: string;
  nonce: string;
}

export interface TokenAnswer {
  status: number;
  body: {
    access_token?: string;
    refresh_token?: string;
    id_token?: string;
    error?: string;
    error_description?: string;
    scope?: string;
    [key: string]: unknown;
  };
  claims: JWTPayload | undefined;
}

export interface RelyingParty {
  clientId: string;
  redirectUri: string;
  /** HTTP Basic with the client's secret; empty for a public client. */
  authorization: string;
  request(params?: Record<string, string>): AuthorizationRequest;
  /** @param callback where the browser was sent, with code and state */
  redeem(callback: URL, request: AuthorizationRequest, extra?: Record<string, string>): Promise<TokenAnswer>;
  refresh(refreshToken: string, extra?: Record<string, string>): Promise<TokenAnswer>;
  /** A form post with this client's authentication. */
  post(path: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<Response>;
}

const secret = 'a-client-secret-for-tests-of-32-or-more';
let count = 0;

/** @param metadata over a confidential first-party web client with refresh tokens; `token_endpoint_auth_method: 'none'` makes it public */
export async function registerRelyingParty(
  { issuer, services }: TestApp,
  metadata: Record<string, unknown> = {},
): Promise<RelyingParty> {
  count += 1;
  const clientId = String(metadata.client_id ?? `client-${count}`);
  const redirectUri = (metadata.redirect_uris as string[] | undefined)?.[0] ?? `https://${clientId}.example/callback`;
  const isPublic =
    metadata.token_endpoint_auth_method === 'none' || metadata.token_endpoint_auth_method === 'private_key_jwt';
  const registration = {
    client_id: clientId,
    client_name: `Client ${clientId}`,
    redirect_uris: [redirectUri],
    post_logout_redirect_uris: [`https://${clientId}.example/`],
    grant_types: ['authorization_code', 'refresh_token'],
    id_token_signed_response_alg: 'ES256',
    first_party: true,
    ...(isPublic ? {} : { client_secret: secret }),
    ...metadata,
  };
  await services.clients.apply(registration, { actor: 'test' });

  function request(params: Record<string, string> = {}): AuthorizationRequest {
    const [verifier, state, nonce] = [random(), random(), random()];
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    const query = {
      client_id: clientId,
      response_type: 'code',
      scope: 'openid profile email',
      redirect_uri: redirectUri,
      state,
      nonce,
      code_challenge: challenge,
      code_challenge_method: 'S256',
      ...params,
    };
    return { url: `/auth?${new URLSearchParams(query)}`, verifier, state, nonce };
  }

  const authorization = isPublic ? '' : `Basic ${btoa(`${clientId}:${secret}`)}`;

  function post(path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
    const authentication = authorization ? { Authorization: authorization } : {};
    const own = isPublic ? { client_id: clientId } : {};
    return fetch(`${issuer}${path}`, {
      method: 'POST',
      body: new URLSearchParams({ ...own, ...fields }),
      headers: { ...authentication, ...headers },
    });
  }

  async function token(fields: Record<string, string>): Promise<TokenAnswer> {
    const response = await post('/token', fields);
    const body = (await response.json()) as TokenAnswer['body'];
    return { status: response.status, body, claims: body.id_token ? decodeJwt(body.id_token) : undefined };
  }

  return {
    clientId,
    redirectUri,
    authorization,
    request,
    post,
    redeem: (callback, { verifier }, extra = {}) =>
      token({
        grant_type: 'authorization_code',
        code: callback.searchParams.get('code') ?? '',
        redirect_uri: redirectUri,
        code_verifier: verifier,
        ...extra,
      }),
    refresh: (refreshToken, extra = {}) =>
      token({ grant_type: 'refresh_token', refresh_token: refreshToken, ...extra }),
  };
}

function random(): string {
  return randomBytes(32).toString('base64url');
}
