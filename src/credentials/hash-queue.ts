// Password hashing is the one costly thing anybody may ask for: only so many at once, only so many waiting, only so long.
import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import { DomainError } from '../platform/errors.ts';

export interface HashQueueOptions {
  concurrency?: number;
  /** Waiting ones; one more is refused at once. */
  maxQueued?: number;
  /** Longest wait in milliseconds before the work is refused instead of begun. */
  maxWaitMs?: number;
}

/** @returns `run(work)`; rejects with DomainError 'too_many_requests' when the queue is full or the wait was too long */
export function createHashQueue({
  concurrency = availableParallelism(),
  maxQueued = 64,
  maxWaitMs = 2000,
}: HashQueueOptions = {}) {
  const limit = pLimit(concurrency);

  return function run<T>(work: () => Promise<T>): Promise<T> {
    if (limit.pendingCount >= maxQueued) return Promise.reject(busy('queue full'));
    const askedAt = performance.now();
    return limit(() => {
      if (performance.now() - askedAt > maxWaitMs) throw busy('waited too long');
      return work();
    });
  };
}
export type HashQueue = ReturnType<typeof createHashQueue>;

function busy(why: string): DomainError {
  return new DomainError('too_many_requests', `password hashing: ${why}`);
}
