// A thread of its own: copies the write-ahead log back into the file while the event loop goes on (sqlite-checkpoints.ts).
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

/** 32 MB. A log that never rests would otherwise grow: only a log that is copied as a whole is begun anew. */
const restartAtPages = 8000;
/** For the write lock that beginning anew takes; waited for in this thread alone. */
const patienceMs = 2000;

const db = new DatabaseSync(workerData as string, { timeout: patienceMs });
db.exec('PRAGMA synchronous = NORMAL');
db.exec('PRAGMA wal_autocheckpoint = 0');
const passive = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');
const restart = db.prepare('PRAGMA wal_checkpoint(RESTART)');

parentPort?.on('message', () => {
  const { log } = passive.get() as { log: number };
  // By now the most is copied: writers are held up for the rest alone.
  if (log > restartAtPages) restart.get();
  parentPort?.postMessage('done');
});
