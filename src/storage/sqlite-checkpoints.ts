// When the write-ahead log is copied back into the file: by a thread of its own, since copying and syncing thousands of pages would hold
// up the event loop. SQLite's own way (`wal_autocheckpoint`, in whichever thread commits) stays as the last resort.
import { Worker } from 'node:worker_threads';
import type { Log } from '../platform/log.ts';

/** Some ten megabytes of log: pages that change often are copied once instead of many times. */
const everyWrites = 1000;

export interface Checkpoints {
  /** @param writes how many were committed */
  committed(writes: number): void;
  /** Resolves when the thread has left the file. */
  close(): Promise<void>;
}

/** The thread begins with the first thousand writes, so that a short command, or an idle server, never has one.
 *  @param file the true name; null for a store in memory, which has no log */
export function createCheckpoints(file: string | null, log?: Log): Checkpoints {
  let worker: Worker | undefined;
  let isCopying = false;
  let hasFailed = file === null;
  let since = 0;

  function start(): Worker {
    const started = new Worker(new URL('./sqlite-checkpoint-thread.ts', import.meta.url), { workerData: file });
    started.unref();
    started.on('message', () => {
      isCopying = false;
    });
    started.on('error', (err) => {
      hasFailed = true;
      log?.warn({ err }, `${file}: the thread that copies the log ended; it is copied between requests from now on`);
    });
    return started;
  }

  return {
    committed(writes) {
      since += writes;
      if (hasFailed || isCopying || since < everyWrites) return;
      since = 0;
      isCopying = true;
      worker ??= start();
      worker.postMessage('copy');
    },
    async close() {
      hasFailed = true;
      await worker?.terminate();
    },
  };
}
