// Random values. Everything that must not be guessed comes from here, and from nowhere else.
import { randomBytes, randomInt } from 'node:crypto';

/** A record id or bearer value of 256 random bits: 43 letters, digits, `-` and `_`. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

/** An identifier of 128 random bits that names something but opens nothing. */
export function newId(): string {
  return randomBytes(16).toString('base64url');
}

const readable = 'ABCDEFGHJKMNPQRSTVWXYZ23456789';

/** `length` characters without the look-alikes I, L, O, U, 0 and 1; about 4.9 bits each. */
export function readableCode(length: number): string {
  return Array.from({ length }, () => readable[randomInt(readable.length)]).join('');
}
