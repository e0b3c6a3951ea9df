// The servers that are compared. Each start is timed to the first answered discovery request.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import mongoose from 'mongoose';
import type { BareArguments, OursArguments } from './arguments.ts';
import { type Child, freePort, runChild, startChild } from './children.ts';
import { createHttp } from './http.ts';
import type { Options } from './options.ts';

export type SideName = 'bare' | 'sqlite' | 'mongodb';

export interface Side {
  name: SideName;
  /** Fills the store; the bare one has none. */
  seed(): Promise<void>;
  start(options?: { profiled?: boolean }): Promise<Running>;
  /** Removes what the files of the temporary folder are not. */
  clean(): Promise<void>;
}

export interface Running {
  origin: string;
  server: Child;
  startMs: number;
}

const patienceMs = 30_000;

export function createSides({ mongo, ...options }: Options, cwd: string): Side[] {
  const { bare, ours } = createServers(options, cwd);
  const sqlite = ours('sqlite', `sqlite:${join(cwd, 'bench.db')}`);
  if (mongo === undefined) return [bare, sqlite];
  const database = ownDatabase(mongo);
  return [bare, sqlite, ours('mongodb', database, { clean: () => dropDatabase(database) })];
}

interface OursOptions {
  clean?: Side['clean'];
  /** What fills the store, with what it is told beside the rest. */
  seeds?: { script: string; args?: object };
}

export function createServers({ algorithm, profile }: Pick<Options, 'algorithm' | 'profile'>, cwd: string) {
  const bare: Side = {
    name: 'bare',
    seed: async () => undefined,
    start: async ({ profiled } = {}) => timed('server-bare.ts', { port: await freePort(), algorithm }, profiled),
    clean: async () => undefined,
  };

  /** The issuer names the port, so a server that starts again keeps it. */
  function ours(name: SideName, storageUrl: string, options: OursOptions = {}): Side {
    const { clean = async () => undefined, seeds = { script: 'seed-ours.ts' } } = options;
    let port: number | undefined;
    const args = async (): Promise<OursArguments> => {
      port ??= await freePort();
      return { port, storageUrl, algorithm };
    };
    return {
      name,
      seed: async () => runChild(seeds.script, { ...(await args()), ...seeds.args }, { cwd }),
      start: async ({ profiled } = {}) => timed('server-ours.ts', await args(), profiled),
      clean,
    };
  }

  async function timed(script: string, args: OursArguments | BareArguments, profiled = false): Promise<Running> {
    const startedAt = performance.now();
    const server = startChild(script, args, { cwd, profile: profiled ? profile : undefined });
    const origin = `http://127.0.0.1:${args.port}`;
    await Promise.race([firstAnswer(origin), refuseExit(server, script)]);
    return { origin, server, startMs: performance.now() - startedAt };
  }

  return { bare, ours };
}

async function firstAnswer(origin: string): Promise<void> {
  const { send, close } = createHttp(origin, 1);
  const until = performance.now() + patienceMs;
  for (;;) {
    try {
      await send({ path: '/.well-known/openid-configuration' });
      return close();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED' || performance.now() > until) throw error;
      await pause(5);
    }
  }
}

async function refuseExit(server: Child, script: string): Promise<never> {
  const [code] = await server.exited();
  throw new Error(`${script} ended with ${code} before it answered`);
}

/** Never the database the URL names: it may be somebody's. */
export function ownDatabase(url: string): string {
  const own = new URL(url);
  own.pathname = `/gatehouse-bench-${randomBytes(4).toString('hex')}`;
  return own.href;
}

export async function dropDatabase(url: string): Promise<void> {
  const connection = await mongoose.createConnection(url).asPromise();
  await connection.dropDatabase();
  await connection.close();
}
