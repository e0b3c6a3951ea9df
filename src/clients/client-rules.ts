// What makes client metadata safe: the shape of its addresses, and what must go together.
import { z } from 'zod';
import { isApiScope } from '../organizations/api-scopes.ts';

/** What an authorization request may ask for besides the scopes of the administration API. */
export const protocolScopes = ['openid', 'offline_access', 'profile', 'email', 'organizations'] as const;
export type ProtocolScope = (typeof protocolScopes)[number];

/** @returns those of a `scope` text that nobody here has heard of */
export function unknownScopes(scope: string): string[] {
  const known = new Set<string>(protocolScopes);
  return scope.split(' ').filter((one) => one !== '' && !known.has(one) && !isApiScope(one));
}

const privateSchemes = /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:$/;
const dangerousSchemes = new Set([
  'javascript:',
  'data:',
  'vbscript:',
  'file:',
  'blob:',
  'about:',
  'ws:',
  'wss:',
  'ftp:',
]);

/** https:, or http: on loopback. */
export const webUri = z
  .string()
  .max(2000)
  .superRefine((value, ctx) => {
    const url = parse(value);
    if (!url || !(url.protocol === 'https:' || isLoopbackHttp(url)))
      ctx.addIssue(`"${value}" must be an https: address (http: for loopback only)`);
  });

/** As RFC 8252 and RFC 9700 2.1 allow: https:, http: on loopback, or a private-use scheme with a dot; never a fragment. */
export const redirectUri = z
  .string()
  .max(2000)
  .superRefine((value, ctx) => {
    const url = parse(value);
    if (!url) return ctx.addIssue(`"${value}" is not an absolute address`);
    if (value.includes('#')) return ctx.addIssue(`"${value}" must have no fragment (#…)`);
    if (value.includes('*')) return ctx.addIssue(`"${value}" must be exact: wildcards are not allowed`);
    if (url.username || url.password) return ctx.addIssue(`"${value}" must have no user name`);
    if (url.protocol === 'https:' || isLoopbackHttp(url)) return;
    if (dangerousSchemes.has(url.protocol) || !privateSchemes.test(url.protocol)) {
      ctx.addIssue(
        `"${value}" must be an https: address, http: on loopback, or a private scheme such as com.example.app:/callback`,
      );
    }
  });

interface Rules {
  application_type: 'web' | 'native';
  grant_types: string[];
  redirect_uris: string[];
  response_types?: string[] | undefined;
  token_endpoint_auth_method: string;
  jwks?: unknown;
  jwks_uri?: string | undefined;
  require_pkce: boolean;
  subject_type?: string | undefined;
  sector_identifier_uri?: string | undefined;
}

/** The rules between fields, all told at once. */
export function checkMetadata(client: Rules, ctx: z.core.$RefinementCtx<Rules>): void {
  const fault = (field: keyof Rules, message: string) =>
    ctx.addIssue({ code: 'custom', path: [field], message, input: client[field] });
  const usesCode = client.grant_types.includes('authorization_code');
  const isPublic = client.token_endpoint_auth_method === 'none';
  if (usesCode && client.redirect_uris.length === 0)
    fault('redirect_uris', 'at least one is needed for the authorization code grant');
  if (!usesCode && client.redirect_uris.length > 0)
    fault('redirect_uris', 'must be empty without the authorization code grant');
  if (isPublic && client.grant_types.includes('client_credentials'))
    fault('grant_types', 'client_credentials needs a client that can keep a secret');
  if (isPublic && !client.require_pkce)
    fault('require_pkce', 'PKCE cannot be lifted for a public client (RFC 9700, 2.1.1)');
  if (client.token_endpoint_auth_method === 'private_key_jwt' && !client.jwks && !client.jwks_uri)
    fault('jwks', 'private_key_jwt needs jwks or jwks_uri');
  if (client.jwks && client.jwks_uri) fault('jwks_uri', 'must not be given together with jwks');
  const hosts = new Set(client.redirect_uris.map((uri) => parse(uri)?.host));
  if (client.subject_type === 'pairwise' && hosts.size > 1 && !client.sector_identifier_uri) {
    fault('sector_identifier_uri', 'is needed for pairwise subjects with redirect URIs on several hosts');
  }
}

function parse(value: string): URL | undefined {
  return URL.canParse(value) ? new URL(value) : undefined;
}

function isLoopbackHttp({ protocol, hostname }: URL): boolean {
  return (
    protocol === 'http:' && (hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname))
  );
}
