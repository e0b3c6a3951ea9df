// Fills a store with a million people. What the services keep together is made by them; the rest is written in bulk straight into the tables,
// without their indexes, which opening the store makes as an upgrade would.
import { DatabaseSync } from 'node:sqlite';
import mongoose from 'mongoose';
import { loadConfig } from '../../src/config.ts';
import { newId } from '../../src/platform/ids.ts';
import { createLog } from '../../src/platform/log.ts';
import { createServices, type Services } from '../../src/services.ts';
import { environmentOf, type OursArguments } from './arguments.ts';
import { childArguments } from './children.ts';
import { emailOf, password, peopleCount, registration } from './fixtures.ts';
import { accountRecords, eventRecords, firmCount, firmName } from './million-data.ts';

interface Row {
  id: string;
}
/** Puts rows of a collection into the store, and is done with it at `end`. */
interface Bulk {
  write(collection: string, rows: Iterable<Row>, count: number): Promise<void>;
  end(): Promise<void>;
}

const given = childArguments<OursArguments & { people: number; events: number }>();
const { storageUrl, people, events } = given;
const collections = ['accounts', 'audit-events'];

await withServices(seedByServices);
const bulk = storageUrl.startsWith('sqlite:')
  ? sqliteBulk(storageUrl.slice('sqlite:'.length))
  : await mongoBulk(storageUrl);
await bulk.write('accounts', accountRecords(people), people);
await bulk.write('audit-events', eventRecords(events, people), events);
await bulk.end();
say('the indexes …');
const startedAt = performance.now();
await withServices(async () => undefined);
say(`made in ${Math.round((performance.now() - startedAt) / 1000)} s`);
process.disconnect();

async function withServices(use: (services: Services) => Promise<void>): Promise<void> {
  const services = await createServices(loadConfig({ env: environmentOf(given) }), createLog('warn'));
  await use(services);
  await services.audit.close();
  await services.storage.close();
}

/** The client, the firms, and those who sign in; the first of them is an owner. */
async function seedByServices({ accounts, clients, organizations, passwords }: Services): Promise<void> {
  const origin = { actor: 'cli' };
  await clients.apply({ ...registration(given.algorithm), first_party: true }, origin);
  for (let n = 0; n < firmCount; n += 1) await organizations.create({ id: firmName(n), name: `Firm ${n}` }, origin);
  const passwordHash = await passwords.hash(password);
  for (let n = 0; n < peopleCount; n += 1) {
    const roles = n === 0 ? ['owner'] : [];
    const names = { givenName: 'Ada', familyName: `Heron ${n}` };
    await accounts.create({ email: emailOf(n), emailVerified: true, status: 'active', passwordHash, roles, ...names });
  }
}

function sqliteBulk(path: string): Bulk {
  const db = new DatabaseSync(path);
  db.exec('PRAGMA journal_mode = DELETE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF');
  for (const table of collections) dropDerived(db, table);
  return {
    async write(collection, rows, count) {
      const insert = db.prepare(`INSERT INTO "${collection}" (id, doc) VALUES (?, ?)`);
      db.exec('BEGIN');
      await inBatches(collection, { rows, count, size: 1000 }, (batch) => {
        for (const row of batch) insert.run(row.id, JSON.stringify(row));
      });
      db.exec('COMMIT');
    },
    async end() {
      db.close();
    },
  };
}

function dropDerived(db: DatabaseSync, table: string): void {
  const named = db.prepare(
    "SELECT type, name FROM sqlite_schema WHERE (tbl_name = ? AND type <> 'table' AND sql IS NOT NULL) OR (type = 'table' AND name LIKE ?)",
  );
  // Triggers first: they stand on the table and speak of the others.
  const rank = ['trigger', 'index', 'table'];
  const found = named
    .all(table, `${table}:%`)
    .toSorted((a, b) => rank.indexOf(String(a.type)) - rank.indexOf(String(b.type)));
  for (const { type, name } of found) db.exec(`DROP ${type} "${name}"`);
}

async function mongoBulk(url: string): Promise<Bulk> {
  const connection = await mongoose.createConnection(url).asPromise();
  for (const name of collections) await connection.collection(name).dropIndexes();
  return {
    async write(name, rows, count) {
      const collection = connection.collection(name);
      const options = { ordered: false, writeConcern: { w: 1, j: false } } as const;
      await inBatches(name, { rows, count, size: 5000 }, async (batch) => {
        const made = batch.map((row) => ({ _id: row.id as never, revision: newId(), doc: row }));
        await collection.insertMany(made, options);
      });
    },
    end: () => connection.close(),
  };
}

async function inBatches(
  name: string,
  { rows, count, size }: { rows: Iterable<Row>; count: number; size: number },
  write: (batch: Row[]) => Promise<void> | void,
): Promise<void> {
  let batch: Row[] = [];
  let done = 0;
  const flush = async () => {
    await write(batch);
    done += batch.length;
    batch = [];
    if (done % Math.max(size, Math.ceil(count / 10 / size) * size) === 0 || done === count)
      say(`${name}: ${done} of ${count}`);
  };
  for (const row of rows) {
    batch.push(row);
    if (batch.length === size) await flush();
  }
  if (batch.length > 0) await flush();
}

function say(text: string): void {
  console.error(text);
}
