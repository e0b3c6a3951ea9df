// The two storage engines as tests see them: a URL to an empty store, and its removal.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import mongoose from 'mongoose';
import type { Storage } from '../../src/storage/port.ts';

export interface Engine {
  name: 'sqlite' | 'mongodb';
  /** False where the machine has no MongoDB; `global-setup.js` has said so. */
  available: boolean;
  /** The URL of a store that does not exist yet. */
  freshUrl(): string;
  drop(url: string): Promise<void>;
  /** The URL of a store without records; its collections may be there. */
  emptyUrl(): string;
  /** For a store that nobody has open: it may be lent again, without its records. */
  giveBack(url: string): Promise<void>;
}

const mongodbUrl = process.env.TEST_MONGODB_URL;
/** To make collections and indexes takes MongoDB longer than to empty them. */
const emptied: string[] = [];

export const sqlite: Engine = {
  name: 'sqlite',
  available: true,
  freshUrl: () => `sqlite:${join(mkdtempSync(join(tmpdir(), 'gatehouse-test-')), 'gatehouse.sqlite')}`,
  drop: async (url) => rmSync(dirname(sqlitePath(url)), { recursive: true, force: true }),
  emptyUrl: () => sqlite.freshUrl(),
  giveBack: (url) => sqlite.drop(url),
};

export const mongodb: Engine = {
  name: 'mongodb',
  available: mongodbUrl !== undefined,
  freshUrl: () => freshDatabase(mongodbUrl ?? ''),
  drop: (url) => withDatabase(url, (database) => database.dropDatabase()),
  emptyUrl: () => emptied.pop() ?? mongodb.freshUrl(),
  giveBack: async (url) => {
    await withDatabase(url, async (database) => {
      const collections = await database.collections();
      await Promise.all(collections.map((collection) => collection.deleteMany({})));
    });
    emptied.push(url);
  },
};

async function withDatabase(url: string, use: (database: mongoose.mongo.Db) => Promise<unknown>): Promise<void> {
  const client = await mongoose.mongo.MongoClient.connect(url);
  await use(client.db());
  await client.close();
}

export const engines: readonly Engine[] = [sqlite, mongodb];

/** A new database of the server at `server`. */
export function freshDatabase(server: string): string {
  const url = new URL(server);
  url.pathname = `/test-${randomBytes(8).toString('hex')}`;
  return url.href;
}

export function sqlitePath(url: string): string {
  return url.slice('sqlite:'.length);
}

/** The adapter for the URL, not yet open. */
export async function storageAt(url: string): Promise<Storage> {
  if (url.startsWith('sqlite:')) {
    const { createSqliteStorage } = await import('../../src/storage/sqlite.ts');
    return createSqliteStorage({ path: sqlitePath(url) });
  }
  const { createMongoStorage } = await import('../../src/storage/mongo.ts');
  return createMongoStorage({ url });
}
