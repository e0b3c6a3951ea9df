// Code to begin with, filled in for one client: which languages fit its type.
import { type Client, clientType } from '../../clients/client.ts';
import { apiScopesIn } from '../../organizations/api-scopes.ts';
import type { SnippetModel } from '../http/admin-app-models.ts';
import { scopesOf } from './app-models.ts';
import type { SnippetInput } from './snippet-input.ts';
import { browserSignIn } from './snippets-browser.ts';
import { goMachine, goSignIn } from './snippets-go.ts';
import { javaMachine, javaSignIn } from './snippets-java.ts';
import { nodeMachine, nodeSignIn } from './snippets-node.ts';
import { pythonMachine, pythonSignIn } from './snippets-python.ts';

/** @returns none for a client that shows who it is by a key: where its key lies, its own people know */
export function snippetsFor(issuer: string, { id, metadata }: Client): SnippetModel[] {
  const type = clientType(metadata);
  if (metadata.token_endpoint_auth_method === 'private_key_jwt') return [];
  const api = apiScopesIn(metadata.scope);
  const input: SnippetInput = {
    issuer,
    clientId: id,
    authMethod: metadata.token_endpoint_auth_method,
    redirectUri: type === 'native' ? withPort(metadata.redirect_uris[0]) : (metadata.redirect_uris[0] ?? ''),
    postLogoutRedirectUri: metadata.post_logout_redirect_uris[0],
    scopes: type === 'machine' ? api : scopesOf(metadata).filter((scope) => !(api as string[]).includes(scope)),
    alg: metadata.id_token_signed_response_alg,
  };
  const byType = {
    web: [nodeSignIn, pythonSignIn, goSignIn, javaSignIn],
    spa: [browserSignIn],
    native: input.redirectUri.startsWith('http:') ? [nodeSignIn, goSignIn] : [nodeSignIn],
    machine: [nodeMachine, pythonMachine, goMachine, javaMachine],
  };
  return byType[type].map((make) => make(input));
}

/** Of a loopback address any port is registered (RFC 8252, 7.3), and a program needs one. */
function withPort(uri = ''): string {
  const url = URL.parse(uri);
  if (url?.protocol !== 'http:' || url.port !== '') return uri;
  url.port = '8080';
  return url.href;
}
