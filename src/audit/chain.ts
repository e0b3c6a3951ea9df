// How entries hang together: each carries the hash of the one before it in its chain, so that none can be changed, dropped or put
// elsewhere without breaking it. Each process writes a chain of its own, so that no node waits for another. Pure.
import { randomToken } from '../platform/ids.ts';
import { sha256 } from '../platform/secrets.ts';
import type { AuditEvent } from './event.ts';

/** What a chain hangs on at its beginning. */
export function genesis(chain: string): string {
  return sha256(`gatehouse audit chain ${chain}`);
}

/** Where the next entry goes. */
export interface Head {
  chain: string;
  /** Of the last entry; -1 before the first. */
  seq: number;
  hash: string;
}

export type Unchained = Omit<AuditEvent, 'chain' | 'seq' | 'previous' | 'hash' | 'personalSalt' | 'personalHash'>;

export function chained(entry: Unchained, { chain, seq, hash: previous }: Head): AuditEvent {
  const salt = entry.personal ? randomToken() : undefined;
  const personal =
    entry.personal && salt ? { personalSalt: salt, personalHash: hashOfPersonal(salt, entry.personal) } : {};
  const linked = { ...entry, ...personal, chain, seq: seq + 1, previous };
  return { ...linked, hash: hashOf(linked) };
}

/** Of everything but the personal part, which may be taken out; its own hash stays.
 *  @param entry `hash` is not looked at */
export function hashOf(entry: Omit<AuditEvent, 'hash'>): string {
  const { personal: _personal, personalSalt: _salt, hash: _own, ...fixed } = entry as AuditEvent;
  return sha256(canonical(fixed));
}

function hashOfPersonal(salt: string, personal: Record<string, string>): string {
  return sha256(canonical([salt, personal]));
}

/** What is wrong with an entry by itself; undefined when nothing is. */
export function faultOf(entry: AuditEvent): 'changed' | undefined {
  if (hashOf(entry) !== entry.hash) return 'changed';
  const { personal, personalSalt, personalHash } = entry;
  // Both went together where they were taken out.
  if (personal === undefined && personalSalt === undefined) return undefined;
  const isWhole = personal !== undefined && personalSalt !== undefined;
  return isWhole && hashOfPersonal(personalSalt, personal) === personalHash ? undefined : 'changed';
}

/** The one spelling of a value, whatever order a storage gives its fields back in: names sorted by code unit, nothing undefined. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).filter(([, item]) => item !== undefined);
  const sorted = fields.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([name, item]) => `${JSON.stringify(name)}:${canonical(item)}`).join(',')}}`;
}
