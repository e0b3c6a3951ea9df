// Callers of the administration API for tests: people with roles and programs, each with a token of their own, and how they call.
import type { Account } from '../../src/accounts/account.ts';
import { apiScopes } from '../../src/organizations/api-scopes.ts';
import { createPerson, type Person, signIn } from './people.ts';
import { type RelyingParty, registerRelyingParty } from './relying-party.ts';
import type { TestApp } from './start-app.ts';

export const everyScope = apiScopes.join(' ');

export interface ApiAnswer {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any;
}

export type Caller = (
  method: string,
  path: string,
  options?: { body?: unknown; headers?: Record<string, string>; text?: string },
) => Promise<ApiAnswer>;

/** @param token sent as Bearer; none when empty */
export function callerWith({ issuer }: Pick<TestApp, 'issuer'>, token: string): Caller {
  return async (method, path, { body, headers = {}, text } = {}) => {
    const sent = text ?? (body === undefined ? undefined : JSON.stringify(body));
    const response = await fetch(`${issuer}/api/v1${path}`, {
      method,
      headers: {
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
        ...(sent === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(sent === undefined ? {} : { body: sent }),
    });
    const answer = await response.text();
    const isJson = /json/.test(response.headers.get('Content-Type') ?? '');
    return {
      status: response.status,
      headers: response.headers,
      text: answer,
      body: isJson && answer ? JSON.parse(answer) : undefined,
    };
  };
}

/** A program that acts for itself: on the instance, or in one organization. */
export async function machineFor(
  gatehouse: TestApp,
  { scope = everyScope, organization }: { scope?: string; organization?: string } = {},
): Promise<{ rp: RelyingParty; token: string }> {
  const rp = await registerRelyingParty(gatehouse, {
    grant_types: ['client_credentials'],
    redirect_uris: [],
    post_logout_redirect_uris: [],
    scope,
  });
  if (organization !== undefined) {
    const stored = await gatehouse.services.clients.get(rp.clientId);
    await gatehouse.services.clients.apply(stored?.metadata, { actor: 'test' }, { organization });
  }
  return { rp, token: await machineToken(gatehouse, rp, scope) };
}

export async function machineToken({ issuer }: TestApp, rp: RelyingParty, scope = everyScope): Promise<string> {
  const fields = { grant_type: 'client_credentials', resource: `${issuer}/api/v1`, scope };
  const { access_token: token } = (await (await rp.post('/token', fields)).json()) as { access_token?: string };
  if (!token) throw new Error(`no token for ${scope}`);
  return token;
}

/** Somebody with roles in firms, `{ acme: ['admin'] }`, or on the `instance`. */
export async function personWith(
  gatehouse: TestApp,
  { instance = [], ...firms }: Record<string, string[]>,
  options: { withTotp?: boolean } = {},
): Promise<Person> {
  const person = await createPerson(gatehouse, options);
  const memberships = Object.entries(firms).map(([organization, roles]) => ({ organization, roles }));
  const account = await gatehouse.services.accounts.update(
    person.account.id,
    (old): Account => ({ ...old, roles: instance, memberships }),
  );
  return { ...person, account: account ?? person.account };
}

/** What a person gets who signs in to the app. */
export async function personToken(
  gatehouse: TestApp,
  rp: RelyingParty,
  { person, scope = everyScope, browser = gatehouse.browser() }: PersonTokenOptions,
): Promise<string> {
  const resource = `${gatehouse.issuer}/api/v1`;
  const request = rp.request({ scope: `openid ${scope}`, resource });
  const { leftFor, heading } = await signIn(browser, request, person);
  if (!leftFor) throw new Error(`the sign-in ended on "${heading}"`);
  const { body } = await rp.redeem(leftFor, request, { resource });
  if (!body.access_token) throw new Error(`no token: ${JSON.stringify(body)}`);
  return body.access_token;
}

interface PersonTokenOptions {
  person: Person;
  scope?: string;
  browser?: ReturnType<TestApp['browser']>;
}

/** The app through which people of these tests act. */
export function adminApp(gatehouse: TestApp, metadata: Record<string, unknown> = {}): Promise<RelyingParty> {
  return registerRelyingParty(gatehouse, { scope: `openid profile email offline_access ${everyScope}`, ...metadata });
}
