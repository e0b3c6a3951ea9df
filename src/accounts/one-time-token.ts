// Links that are mailed: a token names its account and holds 256 random bits, of which the account record keeps the hash alone, beside
// whatever the token opens. Looking it up is a read by id, using it up is part of the one write that does what it was made for.
import { randomToken } from '../platform/ids.ts';
import { constantTimeEqual, sha256 } from '../platform/secrets.ts';

/** What the account record keeps. */
export interface StoredToken {
  /** SHA-256 of purpose and secret: a token that was made for one purpose opens no other. */
  tokenHash: string;
  /** Milliseconds UTC. */
  expiresAt: number;
}

/** @param expiresAt milliseconds UTC
 *  @returns the token for the link, and what to keep of it; a newer one takes its place and so kills it */
export function makeToken(
  purpose: string,
  accountId: string,
  expiresAt: number,
): { token: string; stored: StoredToken } {
  const secret = randomToken();
  return { token: `${accountId}.${secret}`, stored: { tokenHash: hashOf(purpose, secret), expiresAt } };
}

/** @returns the account a token names, whether or not it is good; undefined for what is no token */
export function accountOfToken(token: string): string | undefined {
  return /^([\w-]{22})\.[\w-]{43}$/.exec(token)?.[1];
}

/** Expired or not: the caller tells the two apart, since a person is told when a link has run out. */
export function matchesToken(purpose: string, token: string, stored: StoredToken | undefined): boolean {
  const secret = token.split('.')[1] ?? '';
  return stored !== undefined && constantTimeEqual(hashOf(purpose, secret), stored.tokenHash);
}

function hashOf(purpose: string, secret: string): string {
  return sha256(`${purpose} ${secret}`);
}
