// Who calls the API: an access token in the Authorization header and nowhere else (RFC 6750; RFC 9449 for one bound to a key). What it
// opens is looked up at each call, so that a suspension, a lost role or a revocation acts on the next one.
import type { Context } from 'koa';
import type { Account } from '../../accounts/account.ts';
import type { Barrier } from '../../accounts/barrier.ts';
import {
  type Administrator,
  administratorOf,
  machineAdministrator,
  narrowedTo,
} from '../../administration/administrator.ts';
import type { Origin } from '../../audit/audit.ts';
import { dpopAlgorithms } from '../../oidc/algorithms.ts';
import type { ApiToken, ApiTokens } from '../../oidc/api-resource.ts';
import { type ApiScope, covers, permissionsOf } from '../../organizations/api-scopes.ts';
import { Problem } from './problems.ts';

export interface Caller {
  who: Administrator;
  /** The client, and the person behind it. */
  name: string;
}

export interface CallersDependencies {
  issuer: string;
  apiTokens: ApiTokens;
  barrierOf(account: Account, origin: Origin): Promise<Barrier | undefined>;
}

export function createCallers({ issuer, apiTokens, barrierOf }: CallersDependencies) {
  /** @throws Problem 'unauthorized', 'insufficient-scope', 'sign-in-incomplete' */
  async function read(ctx: Context, scope: ApiScope): Promise<Caller> {
    const header = ctx.get('Authorization');
    const [, scheme, token] = /^(bearer|dpop) +([\w.~+/-]+=*)$/i.exec(header) ?? [];
    if (!scheme || !token) throw refused('unauthorized', header === '' ? {} : { error: 'invalid_request' });
    const found = await apiTokens.open({
      scheme: scheme.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer',
      token,
      proof: ctx.get('DPoP') || undefined,
      method: ctx.method,
      url: `${issuer}${ctx.path}`,
    });
    if (!found) throw refused('unauthorized', { error: 'invalid_token' });
    const name = [found.client.id, found.account?.id].filter(Boolean).join(' ');
    ctx.state.apiCaller = name;
    if (!covers(found.scopes, scope)) throw refused('insufficient-scope', { error: 'insufficient_scope', scope });
    return { who: await administrator(found, ctx.state.origin), name };
  }

  async function administrator({ client, account, scopes }: ApiToken, origin: Origin): Promise<Administrator> {
    const permissions = permissionsOf(scopes);
    const { organization } = client;
    if (!account) return machineAdministrator(client.id, origin, { scopes: permissions, organization });
    const barrier = await barrierOf(account, origin);
    if (barrier) throw new Problem('sign-in-incomplete', { detail: barrier });
    const who = administratorOf(account, origin, permissions);
    return organization === undefined ? who : narrowedTo(who, organization);
  }

  function refused(kind: 'unauthorized' | 'insufficient-scope', about: Record<string, string>): Problem {
    const parameters = Object.entries({ realm: `${issuer}/api/v1`, ...about }).map(
      ([name, value]) => `${name}="${value}"`,
    );
    const challenge = [
      `Bearer ${parameters.join(', ')}`,
      `DPoP ${[...parameters, `algs="${dpopAlgorithms.join(' ')}"`].join(', ')}`,
    ].join(', ');
    return new Problem(kind, { headers: { 'WWW-Authenticate': challenge } });
  }

  return { read };
}
export type Callers = ReturnType<typeof createCallers>;
