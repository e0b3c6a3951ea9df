// The one guard around every guess: counts failures per subject in storage, so that nodes share them, and makes the next try wait.
// Delays grow with each failure; nothing is ever locked for good, so that a guesser cannot lock the owner out.

import { z } from 'zod';
import { isDomainError } from '../platform/errors.ts';
import { inTurn } from '../platform/in-turn.ts';
import type { Collection, CollectionSpec, Storage } from '../storage/port.ts';

const counterSchema = z.object({
  id: z.string(),
  failures: z.number().int(),
  blockedUntil: z.number(),
  expiresAt: z.number(),
});
type Counter = z.output<typeof counterSchema>;

const countersSpec: CollectionSpec<Counter> = { name: 'throttle', schema: counterSchema, expiresAt: 'expiresAt' };

/** What is counted: who is guessed at and from where. `free` failures cost nothing; then waits double from `firstWaitSeconds`. */
export interface ThrottleSubject {
  /** For instance `password ana@example.com 192.0.2.7`. Kept as a keyed hash by the caller where it is personal. */
  key: string;
  free: number;
  firstWaitSeconds: number;
  longestWaitSeconds: number;
  /** A right guess clears the count: for what one person alone can get right, not for a shared address. */
  isClearedBySuccess: boolean;
}

export type Guarded<T> = { outcome: 'throttled'; retryAfterSeconds: number } | { outcome: 'checked'; value: T };

/** Failures are forgotten a day after the last one. */
const memorySeconds = 24 * 3600;

export function createThrottle({ storage }: { storage: Storage }) {
  const counters = storage.collection(countersSpec);
  const gates = new Map<string, Promise<unknown>>();

  /** Runs `attempt` unless one of the subjects must wait. Success clears the subjects that say so; others fade by time.
   *  Guesses at the first subject are checked one at a time in this process, so that parallel ones cannot outrun the counter. */
  function guard<T>(
    subjects: readonly [ThrottleSubject, ...ThrottleSubject[]],
    attempt: () => Promise<T>,
    isSuccess: (value: T) => boolean,
  ): Promise<Guarded<T>> {
    return inTurn(gates, subjects[0].key, () => check(subjects, attempt, isSuccess));
  }

  async function check<T>(
    subjects: readonly ThrottleSubject[],
    attempt: () => Promise<T>,
    isSuccess: (value: T) => boolean,
  ): Promise<Guarded<T>> {
    const now = Date.now();
    const known = await Promise.all(subjects.map(({ key }) => counters.get(key)));
    const retryAfterSeconds = Math.max(
      ...subjects.map((subject, index) => remainingSeconds(known[index], subject, now)),
    );
    if (retryAfterSeconds > 0) return { outcome: 'throttled', retryAfterSeconds };
    const value = await attempt();
    if (!isSuccess(value)) await Promise.all(subjects.map((subject) => countFailure(counters, subject, now)));
    else
      await Promise.all(
        subjects
          .filter(({ isClearedBySuccess }, index) => isClearedBySuccess && known[index])
          .map(({ key }) => counters.delete(key)),
      );
    return { outcome: 'checked', value };
  }

  return { guard };
}
export type Throttle = ReturnType<typeof createThrottle>;

async function countFailure(counters: Collection<Counter>, subject: ThrottleSubject, now: number): Promise<void> {
  const expiresAt = now + memorySeconds * 1000;
  const updated = await counters.update(subject.key, (old) =>
    counted({ ...old, failures: old.failures + 1, expiresAt }, subject, now),
  );
  if (updated) return;
  const first = counted({ id: subject.key, failures: 1, blockedUntil: 0, expiresAt }, subject, now);
  try {
    await counters.insert(first);
  } catch (error) {
    // Another process counted the first failure at the same moment.
    if (!isDomainError(error, 'duplicate')) throw error;
    await countFailure(counters, subject, now);
  }
}

/** Pure: the wait that a number of failures earns. */
export function waitSeconds(failures: number, { free, firstWaitSeconds, longestWaitSeconds }: ThrottleSubject): number {
  if (failures < free) return 0;
  return Math.min(longestWaitSeconds, firstWaitSeconds * 2 ** Math.min(failures - free, 30));
}

function counted(counter: Counter, subject: ThrottleSubject, now: number): Counter {
  const wait = waitSeconds(counter.failures, subject);
  return { ...counter, blockedUntil: wait === 0 ? 0 : now + wait * 1000 };
}

/** Never more than the longest wait: a clock that was set back must not lock anybody out. */
function remainingSeconds(counter: Counter | undefined, { longestWaitSeconds }: ThrottleSubject, now: number): number {
  const remaining = Math.ceil(((counter?.blockedUntil ?? 0) - now) / 1000);
  return Math.min(Math.max(remaining, 0), longestWaitSeconds);
}
