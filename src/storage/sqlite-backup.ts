// A copy of the SQLite file as it was at one moment, made while servers go on writing; and its way back, when none has the file open.
import { closeSync, fsyncSync, linkSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { isDomainError } from '../platform/errors.ts';
import { isBusy, isDamage, toDomainError, unavailable } from './sqlite-errors.ts';
import { applicationId } from './sqlite-file.ts';
import { formatVersion } from './sqlite-schema.ts';

const pagesAtOnce = 2000;

export type CopyProgress = (donePages: number, allPages: number) => void;

/** Copies through one read transaction: all of it is of the same moment, and nobody who writes meanwhile is held up or makes it begin anew.
 *  The copy takes its name when it is whole and on disk.
 *  @throws DomainError 'storage_unavailable' */
export async function backUpSqlite(
  path: string,
  copy: string,
  onProgress: CopyProgress = () => undefined,
): Promise<void> {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile())
    throw unavailable(`${path} is not there: there is nothing to back up`);
  await telling(path, async () => {
    const source = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
    try {
      refuseForeign(source, path);
      source.exec('BEGIN');
      source.prepare('SELECT count(*) FROM sqlite_schema').get();
      await copied(source, copy, onProgress);
    } finally {
      source.close();
    }
  });
}

/** Puts the copy in the place of the store, which is kept beside it under another name.
 *  @returns the name under which the former store was kept; undefined where there was none
 *  @throws DomainError 'storage_unavailable' when the copy is none of ours or damaged, or a process has the store open */
export async function restoreSqlite(
  copy: string,
  path: string,
  onProgress: CopyProgress = () => undefined,
): Promise<string | undefined> {
  const fresh = `${path}.restored`;
  await telling(copy, async () => {
    const source = new DatabaseSync(copy, { readOnly: true, timeout: 5000 });
    try {
      refuseForeign(source, copy);
      refuseDamaged(source, copy);
      await copied(source, fresh, onProgress);
    } finally {
      source.close();
    }
  });
  try {
    return await telling(path, async () => exchange(fresh, path));
  } finally {
    rmSync(fresh, { force: true });
  }
}

/** Read by its owner alone from the first byte on. A copy that was cut off is never taken for one. */
async function copied(source: DatabaseSync, copy: string, onProgress: CopyProgress): Promise<void> {
  const part = `${copy}.part`;
  rmSync(part, { force: true });
  closeSync(openSync(part, 'wx', 0o600));
  try {
    const progress = ({ totalPages, remainingPages }: { totalPages: number; remainingPages: number }) =>
      onProgress(totalPages - remainingPages, totalPages);
    await backup(source, part, { rate: pagesAtOnce, progress });
    const made = new DatabaseSync(part);
    try {
      // A file that is whole by itself, wherever it is taken; a server puts it back into WAL mode.
      made.exec('PRAGMA journal_mode = DELETE');
      refuseDamaged(made, part);
    } finally {
      made.close();
    }
    synced(part);
    renameSync(part, copy);
    synced(dirname(copy));
  } finally {
    rmSync(part, { force: true });
  }
}

/** A log that is left of the former store must not meet the new one: SQLite would take it for its own. */
function exchange(fresh: string, path: string): string | undefined {
  const release = heldAlone(path);
  try {
    const kept = `${path}.before-${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}`;
    const files = ['', '-wal', '-shm'].filter((ending) => statSync(path + ending, { throwIfNoEntry: false }));
    for (const ending of files) keepAside(path + ending, kept + ending, ending === '');
    renameSync(fresh, path);
    synced(dirname(path));
    return files.length > 0 ? kept : undefined;
  } finally {
    release();
  }
}

/** The store itself keeps its name until the new one takes it: whoever dies in between, or starts then, finds one of the two. */
function keepAside(file: string, kept: string, isStore: boolean): void {
  try {
    if (isStore) linkSync(file, kept);
    else renameSync(file, kept);
  } catch {
    // Some file systems know no links.
    renameSync(file, kept);
  }
}

/** Whoever has a store in WAL mode open holds a lock that keeps others from leaving that mode: so it tells of any process. What is damaged
 *  beyond recognition nobody can have open for long. */
function heldAlone(path: string): () => void {
  if (!statSync(path, { throwIfNoEntry: false })) return () => undefined;
  const old = new DatabaseSync(path, { timeout: 0 });
  try {
    old.exec('PRAGMA journal_mode = DELETE; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    if (!isDamage(error)) {
      old.close();
      throw isBusy(error) ? unavailable(`${path} is open in another process: stop the server first`, error) : error;
    }
  }
  return () => old.close();
}

function refuseForeign(db: DatabaseSync, path: string): void {
  if (db.prepare('PRAGMA application_id').get()?.application_id !== applicationId)
    throw unavailable(`${path} is no store of Gatehouse`);
  const format = Number(db.prepare("SELECT value FROM gatehouse_meta WHERE key = 'format'").get()?.value);
  if (!(format <= formatVersion))
    throw unavailable(`${path} was written by a newer Gatehouse (format ${format}, this one knows ${formatVersion})`);
}

function refuseDamaged(db: DatabaseSync, path: string): void {
  const verdict = db.prepare('PRAGMA quick_check(1)').get()?.quick_check;
  if (verdict !== 'ok') throw unavailable(`${path} is damaged (${verdict})`);
}

/** Survives a power cut: the bytes of a file, or the names in a folder. */
function synced(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

async function telling<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw isDomainError(error) ? error : toDomainError(error, path);
  }
}
