// The promises of src/storage/port.ts, one case each, for any engine that claims to keep them.
import { afterEach, beforeEach, describe, jest } from '@jest/globals';
import type { Collection, Storage } from '../../src/storage/port.ts';
import { type Engine, storageAt } from '../support/engines.ts';
import { endWorkers } from '../support/storage-process.ts';
import { keptThings, type Thing, things } from '../support/storage-things.ts';
import { expiryContract } from './storage-expiry.ts';
import { hostileInputContract } from './storage-hostile.ts';
import { openingContract } from './storage-opening.ts';
import { orderContract } from './storage-orders.ts';
import { parallelContract } from './storage-parallel.ts';
import { processContract } from './storage-processes.ts';
import { propertyContract } from './storage-properties.ts';
import { queryContract } from './storage-queries.ts';
import { verbContract } from './storage-verbs.ts';

/** A store of one test's own. */
export interface StoreUnderTest {
  url: string;
  /** One more adapter on the same store, not yet open. */
  connect(): Promise<Storage>;
  drop(): Promise<void>;
}

/** A store of the engine without records, whose collections may be there: to make them takes MongoDB longer than most cases. */
export async function openEmpty(engine: Engine): Promise<StoreUnderTest> {
  const url = engine.emptyUrl();
  return { url, connect: () => storageAt(url), drop: () => engine.giveBack(url) };
}

/** A store of the engine that does not exist yet. */
export async function openFresh(engine: Engine): Promise<StoreUnderTest> {
  const url = engine.freshUrl();
  return { url, connect: () => storageAt(url), drop: () => engine.drop(url) };
}

/** What the cases use; new for each test. */
export interface Bench {
  readonly store: StoreUnderTest;
  readonly storage: Storage;
  readonly things: Collection<Thing>;
  readonly kept: Collection<Thing>;
}

export function storageContract(name: string, engine: Engine): void {
  describe(`the storage port on ${name}`, () => {
    const bench = useBench(() => openEmpty(engine));
    verbContract(bench);
    queryContract(bench);
    orderContract(bench);
    expiryContract(bench);
    hostileInputContract(bench);
    parallelContract(bench);
    processContract(bench);
    propertyContract(bench);
  });

  describe(`opening ${name}`, () => openingContract(useBench(() => openFresh(engine))));
}

/** Gives each test an open, empty store and takes it away afterwards. */
export function useBench(open: () => Promise<StoreUnderTest>): Bench {
  let current: Bench | undefined;
  const now = (): Bench => {
    if (!current) throw new Error('a bench is for use inside a test');
    return current;
  };

  beforeEach(async () => {
    const store = await open();
    const storage = await store.connect();
    current = { store, storage, things: storage.collection(things), kept: storage.collection(keptThings) };
    await storage.open();
  });

  afterEach(async () => {
    jest.useRealTimers();
    endWorkers();
    await now().storage.close();
    await now().store.drop();
  });

  return {
    get store() {
      return now().store;
    },
    get storage() {
      return now().storage;
    },
    get things() {
      return now().things;
    },
    get kept() {
      return now().kept;
    },
  };
}

/** Moves `Date` and nothing else. */
export function setClock(now: number): void {
  jest.useFakeTimers({
    now,
    doNotFake: [
      'hrtime',
      'nextTick',
      'performance',
      'queueMicrotask',
      'setImmediate',
      'clearImmediate',
      'setInterval',
      'clearInterval',
      'setTimeout',
      'clearTimeout',
    ],
  });
}
