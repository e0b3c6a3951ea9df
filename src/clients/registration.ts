// What a registration must be to be stored: RFC 7591 metadata, the secret where a client brings its own, and what the protocol
// library would only refuse later, at each request of the client. Every problem is told at once, one line each.
import { createPublicKey } from 'node:crypto';
import { z } from 'zod';
import { DomainError } from '../platform/errors.ts';
import { type ClientMetadata, clientMetadataSchema, usesSecret } from './client.ts';

/** What is registered: metadata as in RFC 7591, and the secret where the client brings its own. */
export const registrationSchema = z.looseObject({
  client_id: z.string(),
  client_secret: z
    .string()
    .regex(
      /^[A-Za-z0-9_-]{16,512}$/,
      'must be 16 to 512 letters, digits, "-" and "_" (other characters break HTTP Basic in some libraries)',
    )
    .optional(),
});

export interface Registration {
  metadata: ClientMetadata;
  clientSecret: string | undefined;
}

/** Far more than any client needs; storage takes 60 levels and 4,000,000 characters. */
const maxDepth = 20;
const maxCharacters = 100_000;
const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

/** oidc-provider's own list. */
const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);
const privateJwkMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** @throws DomainError 'invalid_input' with one line a problem, `field: what is wrong` */
export function parseRegistration(input: unknown): Registration {
  if (!isObject(input)) throw new DomainError('invalid_input', 'client: must be a list of fields and values');
  const unfit = unfitPlaces(input);
  if (unfit.length > 0) throw new DomainError('invalid_input', unfit.join('\n'));
  const registration = registrationSchema.safeParse(input);
  const { client_secret: clientSecret, ...rest } = input;
  const metadata = clientMetadataSchema.safeParse(rest);
  const issues = [...(registration.error?.issues ?? []), ...(metadata.error?.issues ?? [])];
  const problems = new Set(issues.flatMap((issue) => sentences(issue, input)));
  if (metadata.data && clientSecret !== undefined && !usesSecret(metadata.data)) {
    const method = metadata.data.token_endpoint_auth_method;
    problems.add(`client_secret: must not be given with token_endpoint_auth_method ${method}`);
  }
  for (const problem of metadata.data ? refusedByTheLibrary(metadata.data) : []) problems.add(problem);
  if (problems.size > 0 || !metadata.data) throw new DomainError('invalid_input', [...problems].join('\n'));
  return { metadata: metadata.data, clientSecret: clientSecret as string | undefined };
}

/** oidc-provider checks a client when it reads it: what it refuses then is a client that is stored and never works. */
function refusedByTheLibrary(client: ClientMetadata): string[] {
  const { application_type: type, token_endpoint_auth_method: method } = client;
  const problems = [
    ...client.redirect_uris.flatMap((uri, n) => misplaced(`redirect_uris.${n}`, uri, type)),
    ...client.post_logout_redirect_uris.flatMap((uri, n) => misplaced(`post_logout_redirect_uris.${n}`, uri, type)),
    ...(client.contacts ?? []).flatMap((contact, n) =>
      /^[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9.-]+$/.test(contact) ? [] : [`contacts.${n}: must be an email address`],
    ),
  ];
  if (client.token_endpoint_auth_signing_alg && method !== 'private_key_jwt') {
    problems.push('token_endpoint_auth_signing_alg: must only be given with private_key_jwt');
  }
  for (const field of ['initiate_login_uri', 'sector_identifier_uri'] as const) {
    if (client[field]?.startsWith('http:')) problems.push(`${field}: must be an https: address`);
  }
  const hasSector = client.sector_identifier_uri !== undefined || client.redirect_uris.length > 0;
  if (client.subject_type === 'pairwise' && !hasSector) {
    problems.push('sector_identifier_uri: is needed for pairwise subjects without redirect URIs');
  }
  client.jwks?.keys.forEach((key, n) => {
    if (!isPublicKey(key)) problems.push(`jwks.keys.${n}: must be a public key`);
  });
  return problems;
}

function isPublicKey(key: Record<string, unknown>): boolean {
  if (privateJwkMembers.some((member) => member in key)) return false;
  try {
    createPublicKey({ key, format: 'jwk' });
    return true;
  } catch {
    return false;
  }
}

function misplaced(field: string, uri: string, type: ClientMetadata['application_type']): string[] {
  const { protocol, hostname } = new URL(uri);
  const isWeb = protocol === 'https:' || protocol === 'http:';
  if (type === 'web') return isWeb ? [] : [`${field}: a private scheme needs application_type native`];
  if (protocol === 'http:' && !loopbackHosts.has(hostname)) {
    return [`${field}: a native client's loopback address must be localhost, 127.0.0.1 or [::1]`];
  }
  const isClaimedLoopback = protocol === 'https:' && loopbackHosts.has(hostname);
  return isClaimedLoopback ? [`${field}: a native client's loopback address must start with http:`] : [];
}

function sentences(issue: z.core.$ZodIssue, input: Record<string, unknown>): string[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => `${key}: is not a known field`);
  const field = issue.path.join('.') || 'client';
  const given = issue.path.reduce<unknown>((value, step) => (value as Record<PropertyKey, unknown>)?.[step], input);
  if (given === undefined && issue.code === 'invalid_type') return [`${field}: is missing`];
  if (issue.code === 'invalid_value') return [`${field}: must be one of ${issue.values.join(', ')}`];
  if (issue.code === 'invalid_type') return [`${field}: must be of type ${issue.expected}`];
  return [`${field}: ${issue.message}`];
}

/** Storage refuses such values when it comes to writing, which is too late where several clients go together. */
function unfitPlaces(input: Record<string, unknown>): string[] {
  const problems: string[] = [];
  let characters = 0;
  look(input, []);
  return characters > maxCharacters ? [`client: must be ${maxCharacters} characters or less`] : problems;

  function look(value: unknown, path: string[]): void {
    const place = path.join('.') || 'client';
    if (typeof value === 'string') {
      characters += value.length;
      if (isUnfit(value)) problems.push(`${place}: must have no control characters`);
    }
    if (typeof value !== 'object' || value === null) return;
    if (path.length > maxDepth) return void problems.push(`${place}: is nested too deeply`);
    for (const [key, item] of Object.entries(value)) {
      characters += key.length;
      const isAllowed = !isUnfit(key) && !(path.length > 0 && forbiddenKeys.has(key));
      if (isAllowed) look(item, [...path, key]);
      else problems.push(`${place}: has a field name that is not allowed`);
    }
  }
}

function isUnfit(text: string): boolean {
  return /\p{Cc}/u.test(text) || !text.isWellFormed();
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
