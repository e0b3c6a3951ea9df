// A thread of its own: copies the write-ahead log back into the file while the event loop goes on (sqlite-checkpoints.ts).
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

/** 32 MB. A log that never rests would otherwise grow: only a log that is copied as a whole is begun anew. */
const restartAtPages = 8000;
/** What may have been written since the copying began. */
const fewPages = 1000;
/** For the write lock, and for readers that finish at once: waited for in this thread, but with that lock in hand. */
const patienceMs = 100;

const db = new DatabaseSync(workerData as string, { timeout: patienceMs });
db.exec('PRAGMA synchronous = NORMAL');
db.exec('PRAGMA wal_autocheckpoint = 0');
const passive = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');
const restart = db.prepare('PRAGMA wal_checkpoint(RESTART)');

parentPort?.on('message', () => {
  const { log, checkpointed } = passive.get() as { log: number; checkpointed: number };
  // Beginning anew takes the write lock. With a reader in the way, such as a backup, it would be held for all our patience and in vain; as it
  // is, writers are held up for what was written in this moment.
  if (log > restartAtPages && log - checkpointed < fewPages) restart.get();
  parentPort?.postMessage('done');
});
