// What snippets are made from. Values go in as string literals, so that no name or address becomes code; a secret never goes in: the program
// reads it from its environment.

export const secretVariable = 'CLIENT_SECRET';

export interface SnippetInput {
  issuer: string;
  clientId: string;
  /** As in RFC 7591. */
  authMethod: string;
  redirectUri: string;
  postLogoutRedirectUri: string | undefined;
  /** What a sign-in asks for, or a program without people. */
  scopes: readonly string[];
  /** Of the ID token. */
  alg: string;
}

/** A string literal of JavaScript, Python, Go, Java and YAML alike. */
export function literal(value: string): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export function pathOf(uri: string): string {
  return new URL(uri).pathname || '/';
}

/** The administration API as the resource that its scopes are asked for. */
export function apiOf(issuer: string): string {
  return `${issuer}/api/v1`;
}
