// Node.js with openid-client, for a program that can show a secret and for one that has none.
import type { SnippetModel } from '../http/admin-app-models.ts';
import { apiOf, literal, type SnippetInput, secretVariable } from './snippet-input.ts';

const common = { id: 'node', title: 'Node.js (openid-client 6)', install: 'npm install openid-client' };

export function nodeSignIn(input: SnippetInput): SnippetModel {
  const { redirectUri, scopes } = input;
  return {
    ...common,
    code: `${imports(input)}

const redirectUri = ${literal(redirectUri)};
${configuration(input)}

// Send the browser to \`url\`, and keep \`kept\` in its session.
export async function startSignIn() {
  const verifier = client.randomPKCECodeVerifier();
  const kept = { verifier, state: client.randomState(), nonce: client.randomNonce() };
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: ${literal(scopes.join(' '))},
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state: kept.state,
    nonce: kept.nonce,
  });
  return { url: url.href, kept };
}

// At the redirect URI: \`query\` is the query of the request.
export async function finishSignIn(query, kept) {
  const tokens = await client.authorizationCodeGrant(config, new URL(\`\${redirectUri}?\${query}\`), {
    pkceCodeVerifier: kept.verifier,
    expectedState: kept.state,
    expectedNonce: kept.nonce,
    idTokenExpected: true,
  });
  return tokens.claims();
}
`,
  };
}

export function nodeMachine(input: SnippetInput): SnippetModel {
  const { issuer, scopes } = input;
  const asked =
    scopes.length === 0
      ? ''
      : `{
    scope: ${literal(scopes.join(' '))},
    resource: ${literal(apiOf(issuer))},
  }`;
  return {
    ...common,
    code: `${imports(input)}

${configuration(input)}

export async function accessToken() {
  const tokens = await client.clientCredentialsGrant(config${asked && `, ${asked}`});
  return tokens.access_token;
}
`,
  };
}

function imports({ authMethod }: SnippetInput): string {
  const openidClient = 'import * as client from "openid-client";';
  return authMethod === 'none' ? openidClient : `import { env } from "node:process";\n${openidClient}`;
}

function configuration({ issuer, clientId, authMethod, alg }: SnippetInput): string {
  const secret = `(env.${secretVariable})`;
  const method = {
    client_secret_basic: `ClientSecretBasic${secret}`,
    client_secret_post: `ClientSecretPost${secret}`,
  }[authMethod];
  return `const config = await client.discovery(
  new URL(${literal(issuer)}),
  ${literal(clientId)},
  { id_token_signed_response_alg: ${literal(alg)} },
  client.${method ?? 'None()'},${issuer.startsWith('http:') ? '\n  { execute: [client.allowInsecureRequests] },' : ''}
);`;
}
