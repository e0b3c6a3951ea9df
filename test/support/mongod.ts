// A real MongoDB server of our own on a free port, with a folder of its own; ends only what it started.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import mongoose from 'mongoose';
import { findMongod } from '../../scripts/mongod.js';

interface MongodOptions {
  /** A replica set of one: elections, retryable writes and majority commit as in production. */
  replicaSet?: boolean;
}

export async function startMongod({ replicaSet = false }: MongodOptions = {}) {
  const binary = await findMongod({ fetch: false });
  if (!binary) throw new Error('no mongod was found: run node scripts/mongod.js');
  const dbPath = mkdtempSync(join(tmpdir(), 'gatehouse-mongod-'));
  const port = await freePort();
  const url = `mongodb://127.0.0.1:${port}/`;
  const options = replicaSet ? ['--replSet', 'gatehouse', '--oplogSize', '64'] : [];
  let child = await launch(binary, { dbPath, port, options });
  if (replicaSet) await initiate(url, port);

  /** kill -9, as a power cut would. */
  async function kill(): Promise<void> {
    await end(child, 'SIGKILL');
  }

  /** The same server on the same folder once more. */
  async function restart(): Promise<void> {
    child = await launch(binary as string, { dbPath, port, options });
    if (replicaSet) await untilPrimary(url);
  }

  /** Stops answering without closing its connections, as a machine does that hangs. */
  function freeze(): void {
    child.kill('SIGSTOP');
  }

  function thaw(): void {
    child.kill('SIGCONT');
  }

  async function stop(): Promise<void> {
    await end(child, 'SIGKILL');
    rmSync(dbPath, { recursive: true, force: true });
  }

  return { url, kill, restart, freeze, thaw, stop };
}

export type Mongod = Awaited<ReturnType<typeof startMongod>>;

interface Launch {
  dbPath: string;
  port: number;
  options: string[];
}

async function launch(binary: string, { dbPath, port, options }: Launch): Promise<ChildProcess> {
  // Its own cleaner is off: it goes by the machine's clock, and tests move theirs.
  const quiet = [
    '--nounixsocket',
    '--setParameter',
    'ttlMonitorEnabled=false',
    '--setParameter',
    'diagnosticDataCollectionEnabled=false',
  ];
  const place = [
    '--dbpath',
    dbPath,
    '--port',
    String(port),
    '--bind_ip',
    '127.0.0.1',
    '--wiredTigerCacheSizeGB',
    '0.25',
  ];
  const child = spawn(binary, [...place, ...quiet, ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  process.once('exit', () => child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    if (!line.includes('Waiting for connections')) continue;
    child.stdout.resume();
    return child;
  }
  throw new Error(`mongod ended with ${child.exitCode} before it was ready`);
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

async function initiate(url: string, port: number): Promise<void> {
  const members = [{ _id: 0, host: `127.0.0.1:${port}` }];
  await asAdmin(url, (admin) => admin.command({ replSetInitiate: { _id: 'gatehouse', members } }));
  await untilPrimary(url);
}

async function untilPrimary(url: string): Promise<void> {
  await asAdmin(url, async (admin) => {
    while (!(await admin.command({ hello: 1 })).isWritablePrimary)
      await new Promise((resolve) => setTimeout(resolve, 20));
  });
}

async function asAdmin(url: string, use: (admin: mongoose.mongo.Admin) => Promise<unknown>): Promise<void> {
  const client = await mongoose.mongo.MongoClient.connect(url, { directConnection: true });
  await use(client.db().admin());
  await client.close();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
