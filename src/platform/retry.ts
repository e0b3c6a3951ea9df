// When to try again what another server refused or did not answer: mail, back-channel logout.

const firstWaitMs = 5_000;
const longestWaitMs = 3_600_000;

/** Doubles from five seconds to an hour, with a jitter of a fifth, so that what failed together does not come back together.
 *  @param failures how often it has failed by now, 1 or more
 *  @param now milliseconds UTC
 *  @param random 0 to 1
 *  @returns milliseconds UTC */
export function nextTryAt(failures: number, now: number, random = Math.random()): number {
  const wait = Math.min(firstWaitMs * 2 ** Math.max(0, failures - 1), longestWaitMs);
  return Math.round(now + wait * (0.9 + random * 0.2));
}
