// The bearer values we hand out, and the keys they are stored under. Both begin with the time: what is written together then stands
// together on disk, where wholly random keys would touch a page each.
import { sha256 } from '../platform/secrets.ts';

/** Milliseconds UTC in base 36, from 1972 to 2059. */
const timeLength = 8;

/** @param random what nobody can guess (RFC 6749 10.10); it stays as long as it was */
export function tokenId(random: string, now = Date.now()): string {
  return now.toString(36).padStart(timeLength, '0') + random;
}

/** Of any bearer value, ours or not: its first letters, then the hash of all of it. */
export function tokenKey(value: string): string {
  return value.slice(0, timeLength) + sha256(value);
}
