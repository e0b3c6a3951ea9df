// ETag and If-Match (RFC 9110, 13.1.1): who changes what somebody else has changed since is told so, and nothing is written. The tag is a
// hash of what is shown, so that it needs no field of its own in any record.
import { sha256 } from '../../platform/secrets.ts';
import { Problem } from './problems.ts';

export function tagOf(shown: unknown): string {
  return `"${sha256(JSON.stringify(shown)).slice(0, 27)}"`;
}

/** @param ifMatch the header; empty where the caller demands nothing */
export function createPrecondition(ifMatch: string) {
  const isDemanded = ifMatch !== '' && ifMatch.trim() !== '*';
  let tags = ifMatch.split(',').map((tag) => tag.trim());
  let isBroken = false;

  function holds(shown: unknown): boolean {
    const isSame = !isDemanded || tags.includes(tagOf(shown));
    isBroken ||= !isSame;
    return isSame;
  }

  /** @throws Problem when it is not as the caller saw it */
  function check(shown: unknown): void {
    if (!holds(shown)) throw new Problem('precondition-failed');
  }

  /** For the write itself: between looking and writing somebody else may be faster. */
  function on<T>(show: (record: T) => unknown): (record: T) => boolean {
    return (record) => holds(show(record));
  }

  /** A change in several writes goes on from what its own last write left. */
  function renew(shown: unknown): void {
    tags = [tagOf(shown)];
  }

  return { check, on, renew, isBroken: () => isBroken };
}
export type Precondition = ReturnType<typeof createPrecondition>;
