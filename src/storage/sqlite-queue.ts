// Group commit: writes that arrive together share one transaction and one fsync. Neither the disk nor another process's lock stops the
// event loop: the log is synced by a thread of its own, and a lock is waited for between turns.

import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../platform/log.ts';
import { isBusy, toDomainError, unavailable } from './sqlite-errors.ts';

/** How long a verb waits for a lock before it gives up. */
export const patienceMs = 5000;

/** Keeps one turn of the event loop short, however many writes stand in line. */
const maxGroup = 256;
const maxTurnMs = 15;

interface Write {
  run(): unknown;
  /** Monotonic: tests move `Date`. */
  until: number;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** What became of a write whose group is committed: told once that is on disk. */
interface Outcome {
  write: Write;
  tell(): void;
}

export interface WriteQueueOptions {
  /** The file's name, for error texts. */
  where: string;
  log?: Log | undefined;
  /** Puts on disk what was committed before the call. */
  sync(): Promise<void>;
  /** Told how many writes were acknowledged. */
  committed?(writes: number): void;
}

export function createWriteQueue(db: DatabaseSync, { where, log, sync, committed }: WriteQueueOptions) {
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  let line: Write[] = [];
  let flushing: Promise<void> | undefined;
  let broken: Error | undefined;

  /** Runs `run` inside the next shared transaction; resolves when that is on disk.
   *  What `run` throws rejects this write alone, so it must throw before it writes or by its only writing statement. */
  function write<T>(run: () => T): Promise<T> {
    if (broken) return Promise.reject(broken);
    return new Promise<T>((resolve, reject) => {
      line.push({ run, until: performance.now() + patienceMs, resolve: resolve as (value: unknown) => void, reject });
      flushing ??= flush();
    });
  }

  async function flush(): Promise<void> {
    while (line.length > 0) {
      await nextTurn();
      // While the disk works, the next group gathers.
      if (begins()) await acknowledge(commitGroup());
      else if (line.length > 0) await pause(retryMs());
    }
    // In the same turn as the last look at the line: a write that comes later must start its own flush.
    flushing = undefined;
  }

  /** The lock is another's: those who waited long enough are told, the others wait on. Any other fault is told to all. */
  function begins(): boolean {
    try {
      begin.run();
      return true;
    } catch (error) {
      if (!isBusy(error)) undo();
      const patientUntil = isBusy(error) ? performance.now() : Number.POSITIVE_INFINITY;
      const told = line.filter((write) => write.until <= patientUntil);
      line = line.filter((write) => write.until > patientUntil);
      const reason = toDomainError(error, where);
      for (const write of told) write.reject(reason);
      return false;
    }
  }

  /** @returns nothing where the group was rolled back: its writers know already */
  function commitGroup(): Outcome[] {
    const group = line.splice(0, maxGroup);
    const outcomes: Outcome[] = [];
    const turnEnds = performance.now() + maxTurnMs;
    let tried = 0;
    try {
      for (const write of group) {
        if (tried > 0 && performance.now() > turnEnds) break;
        tried += 1;
        outcomes.push(attempt(write));
      }
      commit.run();
      return outcomes;
    } catch (error) {
      undo();
      const reason = toDomainError(error, where);
      for (const write of group.slice(0, tried)) write.reject(reason);
      return [];
    } finally {
      line.unshift(...group.slice(tried));
    }
  }

  /** @throws what made SQLite give up the whole transaction (a full disk may) */
  function attempt(write: Write): Outcome {
    try {
      const value = write.run();
      return { write, tell: () => write.resolve(value) };
    } catch (error) {
      if (!db.isTransaction) throw error;
      return { write, tell: () => write.reject(toDomainError(error, where)) };
    }
  }

  /** A sync that failed cannot be made good by another: the system may have dropped the pages and call the next one a success.
   *  Nothing is acknowledged from then on, until a restart has read what the disk really holds. */
  async function acknowledge(outcomes: Outcome[]): Promise<void> {
    try {
      if (outcomes.length > 0) await sync();
      for (const { tell } of outcomes) tell();
      committed?.(outcomes.length);
    } catch (error) {
      broken = unavailable(`${where}: the disk refused a write; look at the disk, then start the server again`, error);
      log?.error({ err: error }, broken.message);
      for (const { write } of [...outcomes, ...line.splice(0).map((write) => ({ write }))]) write.reject(broken);
    }
  }

  function undo(): void {
    try {
      if (db.isTransaction) db.exec('ROLLBACK');
    } catch (error) {
      // The next BEGIN tells what is wrong; what matters is that nothing of this group is acknowledged.
      log?.error({ err: error }, `${where}: rollback failed`);
    }
  }

  /** Resolves when every accepted write is settled. */
  async function drain(): Promise<void> {
    while (flushing) await flushing;
  }

  return { write, drain };
}

export type WriteQueue = ReturnType<typeof createWriteQueue>;

/** Runs what only reads or what is a transaction of its own, again and again while the lock is another's. */
export function whileBusy<T>(run: () => T, where: string): Promise<T> {
  try {
    return Promise.resolve(run());
  } catch (error) {
    return isBusy(error) ? againWhileBusy(run, where) : Promise.reject(toDomainError(error, where));
  }
}

async function againWhileBusy<T>(run: () => T, where: string): Promise<T> {
  const until = performance.now() + patienceMs;
  for (;;) {
    try {
      return run();
    } catch (error) {
      if (!isBusy(error) || performance.now() > until) throw toDomainError(error, where);
      await pause(retryMs());
    }
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Jitter, so that several waiting processes do not meet again and again. */
function retryMs(): number {
  return 1 + Math.random() * 9;
}
