// The clock of a test: Date alone is moved, for our code and oidc-provider alike; timers and everything else stay real.
import { jest } from '@jest/globals';

const doNotFake = [
  'cancelAnimationFrame',
  'cancelIdleCallback',
  'clearImmediate',
  'clearInterval',
  'clearTimeout',
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'requestAnimationFrame',
  'requestIdleCallback',
  'setImmediate',
  'setInterval',
  'setTimeout',
] as const;

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
/** One time step of an authenticator app. */
export const stepMs = 30_000;

/** Stops Date at `now`, milliseconds UTC. @returns the same */
export function stopClock(now = Date.now()): number {
  jest.useFakeTimers({ now, doNotFake: [...doNotFake] });
  return now;
}

/** Stops Date so much later than it stands. @returns what it says now */
export function moveClock(byMs: number): number {
  return stopClock(Date.now() + byMs);
}

export function letClockRun(): void {
  jest.useRealTimers();
}
