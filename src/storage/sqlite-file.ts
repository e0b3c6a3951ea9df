// The file itself: who may read it, whether it is ours and whole, and in which mode it is opened.
import { chmodSync, closeSync, fdatasync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { restoreAdvice, unavailable } from './sqlite-errors.ts';

/** `GATE`: written into the file's head, so that `file` and we know whose it is. */
export const applicationId = 0x47415445;

/** Above this size a full check would hold up the start for seconds; `PRAGMA integrity_check` is then the operator's. */
const checkedUpToBytes = 256 * 1024 * 1024;

const sync = promisify(fdatasync);

/** Only its owner may read the file: what is in it is not for every account of the machine. */
export function prepareFile(path: string): void {
  if (path === ':memory:') return;
  refuseOrphanedLog(path);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    tighten(path);
  }
}

/** SQLite would throw the write-ahead log away and begin an empty store, though acknowledged writes may stand in it. */
function refuseOrphanedLog(path: string): void {
  if (sizeOf(path) > 0 || sizeOf(`${path}-wal`) === 0) return;
  throw unavailable(
    `${path} is missing or empty, but its log ${path}-wal is there: restore the latest backup, or move the log away to begin anew`,
  );
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** By name and not by handle: closing a handle would drop the locks that another connection of this process holds on the file. */
function tighten(path: string): void {
  for (const file of [path, `${path}-wal`, `${path}-shm`]) {
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat?.isFile() && stat.mode & 0o077) chmodSync(file, stat.mode & 0o700);
  }
}

/** Time-out 0: a lock is waited for in sqlite-queue.ts, since SQLite would sleep in our thread. */
export function connect(path: string): DatabaseSync {
  return new DatabaseSync(path, { timeout: 0, allowExtension: false, enableDoubleQuotedStringLiterals: false });
}

/** Refuses what is damaged or not ours before anything is written to it.
 *  @throws DomainError 'storage_unavailable', or SQLite's own error */
export function inspect(db: DatabaseSync, path: string): void {
  const id = pragma(db, 'application_id');
  const tables = db.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE type = 'table'").get()?.n;
  const ours = id === applicationId;
  if (!ours && (id !== 0 || tables !== 0)) {
    throw unavailable(`${path} is a SQLite database of another program: name another file`);
  }
  const bytes = Number(pragma(db, 'page_count')) * Number(pragma(db, 'page_size'));
  if (bytes > checkedUpToBytes) return;
  const verdict = pragma(db, 'quick_check(1)');
  if (verdict !== 'ok') throw unavailable(`${path} is damaged: ${restoreAdvice} (${verdict})`);
}

/** A log that is synced before a commit is acknowledged, so that what was acknowledged survives power loss. That is what
 *  `synchronous = FULL` does in our thread; with NORMAL SQLite leaves it to us (see `createLogSync`), and itself syncs around a
 *  checkpoint alone (sqlite.org/pragma.html#pragma_synchronous). */
export function setModes(db: DatabaseSync, path: string): void {
  const mode = pragma(db, 'journal_mode = WAL');
  if (mode !== 'wal' && mode !== 'memory') {
    throw unavailable(`${path} cannot be kept in WAL mode (it stays ${mode}): it must stand on a local disk`);
  }
  db.exec('PRAGMA synchronous = NORMAL');
  db.exec('PRAGMA journal_size_limit = 67108864');
  // 64 MB: only where the thread of sqlite-checkpoints.ts does not keep up.
  db.exec('PRAGMA wal_autocheckpoint = 16000');
  db.exec('PRAGMA cache_size = -16000');
}

export interface LogSync {
  /** Resolves when everything committed before the call is on disk; rejects when the disk refused it. */
  sync(): Promise<void>;
  close(): void;
}

/** Syncs the write-ahead log in a thread of its own. The file exists and stays the same while a connection is open; SQLite holds no
 *  lock on it that closing our handle could drop.
 *  @param db in WAL mode, read or written at least once */
export function createLogSync(db: DatabaseSync): LogSync {
  // The true name: SQLite follows links before it appends its ending.
  const file = db.location();
  if (file === null) return { sync: async () => undefined, close: () => undefined };
  const handle = openSync(`${file}-wal`, 'r+');
  return { sync: () => sync(handle), close: () => closeSync(handle) };
}

function pragma(db: DatabaseSync, name: string): unknown {
  const row = db.prepare(`PRAGMA ${name}`).get() ?? {};
  return Object.values(row)[0];
}
