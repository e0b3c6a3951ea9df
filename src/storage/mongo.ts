// The storage for more than one machine: MongoDB, standalone, replica set or sharded cluster, through mongoose.
import { type Connection, createConnection } from 'mongoose';
import { type DomainError, isDomainError } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { createMongoCollection } from './mongo-collection.ts';
import { toDomainError, unavailable } from './mongo-errors.ts';
import { checkFormat, ensureCollection, makeModel, type RowModel, writePing } from './mongo-schema.ts';
import type { CollectionSpec, Storage, Stored } from './port.ts';

interface MongoOptions {
  /** `mongodb://` or `mongodb+srv://`; the database is `gatehouse` where the URL names none. */
  url: string;
  log?: Log | undefined;
}

/** A verb has ended after this time, one way or the other; each wait inside it ends somewhat earlier and can say why. */
const patienceMs = 5000;
const stepMs = 4500;

/** Given here they stand above what the URL says: durability is a promise of the port, not of the operator's URL. */
const connectionOptions = {
  autoIndex: false,
  autoCreate: false,
  bufferCommands: false,
  readPreference: 'primary',
  readConcernLevel: 'majority',
  // One by one: as an object (`writeConcern`) they would only be mixed with the URL's.
  w: 'majority',
  journal: true,
  wtimeoutMS: stepMs,
  serverSelectionTimeoutMS: stepMs,
  connectTimeoutMS: stepMs,
  socketTimeoutMS: patienceMs,
  waitQueueTimeoutMS: stepMs,
} as const;

interface Opened {
  connection: Connection;
  models: Map<string, RowModel>;
}

export function createMongoStorage({ url, log }: MongoOptions): Storage {
  const where = withoutSecrets(url);
  const specs = new Map<string, CollectionSpec<Stored>>();
  const working = new Set<Promise<unknown>>();
  let opened: Opened | undefined;
  let closing = false;

  function collection<T extends Stored>(spec: CollectionSpec<T>) {
    if (opened) throw new Error(`collection ${spec.name} was declared after open`);
    if (specs.has(spec.name)) throw new Error(`collection ${spec.name} is declared twice`);
    const made = createMongoCollection(spec, {
      ask: (use) => within(spec.name, ({ models }, until) => use(models.get(spec.name) as RowModel, until)),
    });
    specs.set(spec.name, spec as unknown as CollectionSpec<Stored>);
    return made;
  }

  /** May be called again after it failed: nothing is left open. */
  async function open(): Promise<void> {
    if (opened) return;
    let connection: Connection | undefined;
    try {
      connection = createConnection(url, { ...connectionOptions, ...database(url) });
      await connection.asPromise();
      await checkFormat(connection, where);
      await ensureCollections();
      opened = { connection, models: makeModels(connection) };
      connection.on('error', (error) => log?.error({ err: error }, `${where}: connection failed`));
    } catch (error) {
      await connection?.destroy().catch(() => undefined);
      throw unusable(error, where);
    }
  }

  /** On a connection of its own: a new index over millions of records takes longer than any verb may. */
  async function ensureCollections(): Promise<void> {
    const patient = createConnection(url, { ...connectionOptions, ...database(url), socketTimeoutMS: 0 });
    try {
      await patient.asPromise();
      await Promise.all([...specs.values()].map((spec) => ensureCollection(makeModel(patient, spec), spec)));
    } finally {
      await patient.close();
    }
  }

  function makeModels(connection: Connection): Map<string, RowModel> {
    return new Map([...specs.values()].map((spec) => [spec.name, makeModel(connection, spec)]));
  }

  function ping(): Promise<void> {
    return within('ping', ({ connection }) => writePing(connection));
  }

  async function close(): Promise<void> {
    if (!opened || closing) return;
    closing = true;
    await Promise.allSettled(working);
    await opened.connection.close();
    opened = undefined;
    closing = false;
  }

  /** Ends at the latest after `patienceMs`; what the driver still does then ends by its own time-outs and is not waited for. */
  async function within<R>(name: string, use: (opened: Opened, until: number) => Promise<R>): Promise<R> {
    const current = opened;
    if (!current || closing) throw unavailable(`${where} is not open`);
    const work = start(() => use(current, performance.now() + patienceMs));
    working.add(work);
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(unavailable(`${where}: no answer within ${patienceMs} ms`)), patienceMs);
    try {
      return await Promise.race([work, late]);
    } catch (error) {
      throw toDomainError(error, name);
    } finally {
      clearTimeout(timer);
      working.delete(work);
    }
  }

  return { collection, open, ping, close };
}

/** Whatever it is: the URL, the network, a login, an index that cannot be built. */
function unusable(error: unknown, where: string): DomainError {
  if (isDomainError(error)) return error;
  const advice = 'check that the server runs, that it can be reached from here, and the URL with its user and password';
  return unavailable(`${where} cannot be used: ${advice} (${(error as Error).message})`, error);
}

/** A real promise even of a mongoose query, which would run once more each time somebody waits for it. */
async function start<R>(run: () => Promise<R>): Promise<R> {
  return run();
}

function database(url: string): { dbName?: string } {
  return /^[^/]+\/\/[^/]+\/[^?]/.test(url) ? {} : { dbName: 'gatehouse' };
}

/** For logs: neither user and password nor options. */
function withoutSecrets(url: string): string {
  return url.replace(/\?.*$/s, '').replace(/\/\/.*@/s, '//');
}
