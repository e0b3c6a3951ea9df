// What both sides are given alike: the client, the people, the scopes. A ratio between two servers that do different work says nothing.
import { createHash } from 'node:crypto';

export const algorithms = ['ES256', 'RS256'] as const;
export type Algorithm = (typeof algorithms)[number];

/** One virtual user each, on a connection of its own. */
export const peopleCount = 64;
export const password = 'seven grey herons 1962';
export const scope = 'openid profile email';
export const redirectUri = 'https://app.example/callback';
export const clientId = 'bench';
export const clientSecret = 'bench-secret-of-bench-0123456789';
export const codeVerifier = 'bench-verifier-of-forty-three-characters-or-more';
export const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');

export function emailOf(person: number): string {
  return `person${person}@example.com`;
}

/** RFC 7591 metadata that both sides take. */
export function registration(algorithm: Algorithm) {
  return {
    client_id: clientId,
    client_secret: clientSecret,
    client_name: 'Bench',
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'client_secret_basic' as const,
    id_token_signed_response_alg: algorithm,
  };
}
