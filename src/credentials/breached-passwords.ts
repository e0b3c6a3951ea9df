// Whether a password is among leaked ones, asked of a service by k-anonymity (the range form of Have I Been Pwned): five of the forty
// hexadecimal signs of its SHA-1 leave the house, the answer has every hash that begins so. Off unless the operator names a service.
import { createHash } from 'node:crypto';
import type { Log } from '../platform/log.ts';

export interface BreachedPasswordsDependencies {
  /** Where the prefix is appended; undefined switches the look-up off. */
  url: string | undefined;
  log: Log;
}

/** A person waits for it. */
const timeoutMs = 1000;
/** After a failure nothing is asked for this long, so that a service that is down does not slow every sign-in. */
const restMs = 30_000;
const cachedMs = 5 * 60_000;
/** Of about 40 kB each. */
const mostCached = 50;
/** A padded range has about 1,000 lines; what is much longer is no range. */
const mostBytes = 512 * 1024;

export function createBreachedPasswords({ url, log }: BreachedPasswordsDependencies) {
  const cache = new Map<string, { range: string; until: number }>();
  let restsUntil = 0;

  /** Fails open: whoever is asked may be slow or down, and people must get in all the same. @returns false when it cannot be told */
  async function isBreached(password: string): Promise<boolean> {
    if (url === undefined) return false;
    const hash = createHash('sha1').update(password.normalize('NFKC')).digest('hex').toUpperCase();
    const range = await rangeOf(url, hash.slice(0, 5));
    // A count of 0 is padding, made up to hide how long the true answer is.
    return range !== undefined && new RegExp(`^${hash.slice(5)}:0*[1-9]`, 'm').test(range);
  }

  async function rangeOf(base: string, prefix: string): Promise<string | undefined> {
    const now = Date.now();
    const known = cache.get(prefix);
    if (known && known.until > now) return known.range;
    if (restsUntil > now && restsUntil <= now + restMs) return undefined;
    try {
      const range = await fetchRange(`${base.replace(/\/$/, '')}/${prefix}`);
      cache.delete(prefix);
      cache.set(prefix, { range, until: now + cachedMs });
      if (cache.size > mostCached) cache.delete(cache.keys().next().value ?? '');
      return range;
    } catch (error) {
      restsUntil = now + restMs;
      // Neither the prefix nor the address it stands in.
      log.warn(
        { reason: (error as Error).message },
        'the look-up of leaked passwords failed; passwords are taken unchecked',
      );
      return undefined;
    }
  }

  return { isBreached };
}
export type BreachedPasswords = ReturnType<typeof createBreachedPasswords>;

/** @throws Error when there is no range in time */
async function fetchRange(address: string): Promise<string> {
  const response = await fetch(address, {
    headers: { 'Add-Padding': 'true', 'User-Agent': 'Gatehouse' },
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (response.status !== 200 || !response.body) {
    await response.body?.cancel();
    throw new Error(`the service answered ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > mostBytes) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  const range = Buffer.concat(chunks).toString('latin1').replaceAll('\r', '').toUpperCase();
  if (!/^[0-9A-F]{35}:\d+$/m.test(range)) throw new Error('the answer is no range of hashes');
  return range;
}
