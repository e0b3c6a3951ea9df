// What a browser and a relying app do together: a sign-in, the code flow of a session, the redemption of codes and refresh tokens.
import {
  clientId,
  clientSecret,
  codeChallenge,
  codeVerifier,
  emailOf,
  password,
  redirectUri,
  scope,
} from './fixtures.ts';
import type { Answer, Question, Send } from './http.ts';

const basic = { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` };
/** A sign-in takes seven requests; more than this is a circle. */
const mostHops = 12;

export interface Tokens {
  access_token: string;
  refresh_token: string;
  id_token: string;
}

/** A whole sign-in of a fresh browser, from the authorization request to the tokens. */
export async function signIn(browser: Send, app: Send, person: number): Promise<Tokens> {
  let next: Question = authorizationRequest();
  for (let hop = 0; hop < mostHops; hop += 1) {
    const { status, headers, body } = await browser(next);
    const { location } = headers;
    if (location?.startsWith(redirectUri)) return redeem(app, codeOf(location));
    next = location ? { path: pathOf(location) } : filledForm({ status, headers, body }, person);
  }
  throw new Error(`a sign-in did not end after ${mostHops} requests`);
}

/** Single sign-on: the session answers at once. */
export async function codeFlow(browser: Send, app: Send): Promise<Tokens> {
  const { status, headers } = await browser(authorizationRequest());
  if (!headers.location?.startsWith(redirectUri))
    throw new Error(`GET /auth with a session answered ${status} ${headers.location ?? ''}`);
  return redeem(app, codeOf(headers.location));
}

export async function refresh(app: Send, { refresh_token }: Tokens): Promise<Tokens> {
  const tokens = await post(app, '/token', { grant_type: 'refresh_token', refresh_token });
  if (tokens.refresh_token === refresh_token) throw new Error('the refresh token was not rotated');
  return tokens;
}

export async function userinfo(app: Send, { access_token }: Tokens): Promise<void> {
  const { body } = await app({ path: '/me', headers: { authorization: `Bearer ${access_token}` } });
  if (!body.includes('"email"')) throw new Error(`GET /me answered without claims: ${body.slice(0, 200)}`);
}

export async function introspect(app: Send, { access_token }: Tokens): Promise<void> {
  const { body } = await app({ path: '/token/introspection', headers: basic, form: { token: access_token } });
  if (!body.includes('"active":true')) throw new Error(`a live token is not active: ${body.slice(0, 200)}`);
}

export async function discover(app: Send): Promise<void> {
  const { body } = await app({ path: '/.well-known/openid-configuration' });
  if (!body.includes('"token_endpoint"')) throw new Error('discovery names no token endpoint');
}

function redeem(app: Send, code: string): Promise<Tokens> {
  return post(app, '/token', {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: codeVerifier,
  });
}

async function post(app: Send, path: string, form: Record<string, string>): Promise<Tokens> {
  const { body } = await app({ path, headers: basic, form });
  const tokens = JSON.parse(body) as Partial<Tokens>;
  const { access_token, refresh_token, id_token } = tokens;
  if (!access_token || !refresh_token || !id_token) throw new Error(`POST ${path} answered without all tokens`);
  return { access_token, refresh_token, id_token };
}

function authorizationRequest(): Question {
  const pkce = { code_challenge: codeChallenge, code_challenge_method: 'S256' };
  const params = {
    client_id: clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope,
    state: 'st',
    nonce: 'no',
    ...pkce,
  };
  return { path: `/auth?${new URLSearchParams(params)}` };
}

function codeOf(location: string): string {
  const { searchParams } = new URL(location);
  const code = searchParams.get('code');
  if (!code) throw new Error(`the app got ${searchParams.get('error')}: ${searchParams.get('error_description')}`);
  return code;
}

export function pathOf(location: string): string {
  const { pathname, search } = new URL(location, 'http://relative');
  return pathname + search;
}

export function filledForm({ status, body }: Answer, person: number): Question {
  const [, path] = /<form method="post" action="([^"]+)"/.exec(body) ?? [];
  const [, csrf] = /name="_csrf" value="([^"]+)"/.exec(body) ?? [];
  if (!path || !csrf) throw new Error(`a page of status ${status} is no sign-in form: ${body.slice(0, 200)}`);
  return { path, form: { _csrf: csrf, email: emailOf(person), password } };
}
