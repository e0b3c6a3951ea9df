// The embedded storage: one SQLite file, no server. Keeps the promises of port.ts for any number of processes on one machine.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type DomainError, isDomainError } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import type { CollectionSpec, Storage, Stored } from './port.ts';
import { type Checkpoints, createCheckpoints } from './sqlite-checkpoints.ts';
import { createSqliteCollection } from './sqlite-collection.ts';
import { resultCode, toDomainError, unavailable } from './sqlite-errors.ts';
import { connect, createLogSync, inspect, type LogSync, prepareFile, setModes } from './sqlite-file.ts';
import { createWriteQueue, type WriteQueue, whileBusy } from './sqlite-queue.ts';
import { migrate, writeMeta } from './sqlite-schema.ts';

interface SqliteOptions {
  /** A file, made with its folder when missing; `:memory:` for a store that ends with the process. */
  path: string;
  log?: Log | undefined;
}

interface Opened {
  db: DatabaseSync;
  queue: WriteQueue;
  logSync: LogSync;
  checkpoints: Checkpoints;
  statements: Map<string, StatementSync>;
}

export function createSqliteStorage({ path, log }: SqliteOptions): Storage {
  const specs = new Map<string, CollectionSpec<Stored>>();
  let opened: Opened | undefined;
  let closing = false;

  function collection<T extends Stored>(spec: CollectionSpec<T>) {
    if (opened) throw new Error(`collection ${spec.name} was declared after open`);
    if (specs.has(spec.name)) throw new Error(`collection ${spec.name} is declared twice`);
    const made = createSqliteCollection(spec, { statement, read, write });
    specs.set(spec.name, spec as unknown as CollectionSpec<Stored>);
    return made;
  }

  /** May be called again after it failed: nothing is left open. */
  async function open(): Promise<void> {
    if (opened) return;
    let db: DatabaseSync | undefined;
    try {
      prepareFile(path);
      db = connect(path);
      const connected = db;
      await whileBusy(() => inspect(connected, path), path);
      await whileBusy(() => setModes(connected, path), path);
      await whileBusy(() => inTransaction(connected, () => migrate(connected, [...specs.values()], path)), path);
      const logSync = createLogSync(db);
      const checkpoints = createCheckpoints(db.location(), log);
      const queue = createWriteQueue(db, { where: path, log, sync: logSync.sync, committed: checkpoints.committed });
      opened = { db, queue, logSync, checkpoints, statements: new Map() };
    } catch (error) {
      db?.close();
      throw unusable(error, path);
    }
  }

  /** A real write: it also finds out about a full disk. */
  async function ping(): Promise<void> {
    await write(() => writeMeta(use().db, 'ping', String(Date.now())));
  }

  async function close(): Promise<void> {
    if (!opened || closing) return;
    closing = true;
    await opened.queue.drain();
    await opened.checkpoints.close();
    checkpoint(opened.db);
    opened.logSync.close();
    opened.db.close();
    opened = undefined;
    closing = false;
  }

  function use(): Opened {
    if (!opened) throw unavailable(`${path} is not open`);
    return opened;
  }

  function statement(sql: string): StatementSync {
    const { db, statements } = use();
    const known = statements.get(sql);
    if (known) return known;
    const prepared = db.prepare(sql);
    statements.set(sql, prepared);
    return prepared;
  }

  function read<R>(run: () => R): Promise<R> {
    return closing ? refuseClosing() : whileBusy(run, path);
  }

  function write<R>(run: () => R): Promise<R> {
    if (closing || !opened) return closing ? refuseClosing() : Promise.reject(unavailable(`${path} is not open`));
    return opened.queue.write(run);
  }

  function refuseClosing(): Promise<never> {
    return Promise.reject(unavailable(`${path} is closing`));
  }

  return { collection, open, ping, close };
}

function inTransaction(db: DatabaseSync, run: () => void): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    run();
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/** So that a copy of the one file is the whole store. Where another process still reads, it is left to that one. */
function checkpoint(db: DatabaseSync): void {
  try {
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch (error) {
    if (resultCode(error) === undefined) throw error;
  }
}

/** Says what the operator can do, in the one error that `open` promises. */
function unusable(error: unknown, path: string): DomainError {
  if (isDomainError(error)) return error;
  const told = toDomainError(error, path);
  if (isDomainError(told)) return told;
  return unavailable(`${path} cannot be used: ${(error as Error).message}`, error);
}
