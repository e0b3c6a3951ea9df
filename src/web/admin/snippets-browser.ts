// A single-page app with oidc-client-ts: code and PKCE, no secret.
import type { SnippetModel } from '../http/admin-app-models.ts';
import { literal, pathOf, type SnippetInput } from './snippet-input.ts';

export function browserSignIn(input: SnippetInput): SnippetModel {
  const { issuer, clientId, redirectUri, postLogoutRedirectUri, scopes } = input;
  const afterSignOut =
    postLogoutRedirectUri === undefined ? '' : `\n  post_logout_redirect_uri: ${literal(postLogoutRedirectUri)},`;
  return {
    id: 'browser',
    title: 'JavaScript (oidc-client-ts)',
    install: 'npm install oidc-client-ts',
    code: `import { UserManager } from "oidc-client-ts";

export const users = new UserManager({
  authority: ${literal(issuer)},
  client_id: ${literal(clientId)},
  redirect_uri: ${literal(redirectUri)},${afterSignOut}
  scope: ${literal(scopes.join(' '))},
});

if (location.pathname === ${literal(pathOf(redirectUri))} && location.search.includes("state=")) {
  await users.signinRedirectCallback();
  location.replace("/");
} else if (!(await users.getUser())) {
  await users.signinRedirect();
}

export const signOut = () => users.signoutRedirect();
`,
  };
}
