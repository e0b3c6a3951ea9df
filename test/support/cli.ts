// The real command line in a process of its own, on a store of its own; and a look into that store, as its server would have.
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll } from '@jest/globals';
import { type Account, accountsSpec } from '../../src/accounts/account.ts';
import { type AuditEvent, auditEventsSpec } from '../../src/audit/event.ts';
import { loadConfig } from '../../src/config.ts';
import { createLog } from '../../src/platform/log.ts';
import { createServices, type Services } from '../../src/services.ts';
import type { Collection, Stored } from '../../src/storage/port.ts';
import type { Order } from './cli-host.ts';
import { type Engine, storageAt } from './engines.ts';
import { cheapHashes } from './start-app.ts';

const program = join(import.meta.dirname, '../../src/cli.ts');

export interface Ended {
  status: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  child: ChildProcess;
  ended: Promise<Ended>;
}

/** @param engine where the commands keep what they write; without one, they have a store that cannot be opened */
export function openShell(engine?: Engine) {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-cli-'));
  const url = engine?.emptyUrl() ?? `sqlite:${join(folder, 'a-file', 'gatehouse.sqlite')}`;
  if (!engine) writeFileSync(join(folder, 'a-file'), 'where a folder should be');
  const settings = { ...cheapHashes, SECRET_KEY: 'a master key of 32 characters and more', STORAGE_URL: url };

  /** A file beside the command. @returns its name */
  function file(name: string, contents: string | Buffer): string {
    writeFileSync(join(folder, name), contents);
    return name;
  }

  /** A process for this command alone, to be killed, to be run beside another one, or to be seen to end.
   *  Its folder is a fresh one, so that nobody's config/gatehouse.yaml is read. */
  function start(args: string[], env: Record<string, string> = {}): Running {
    const command = ['--disable-warning=ExperimentalWarning', program, ...args];
    const child = spawn(process.execPath, command, {
      cwd: folder,
      env: { NODE_COMPILE_CACHE: process.env.TEST_COMPILE_CACHE, ...settings, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const outputs = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    const ended = outputs.then(([stdout, stderr, [status, signal]]) => ({ status, signal, stdout, stderr }) as Ended);
    return { child, ended };
  }

  /** The same in a process that runs what comes one after another. */
  function run(args: string[], env: Record<string, string> = {}): Promise<Ended> {
    return runByHost({ args, env: { ...settings, ...env }, folder });
  }

  /** What a second process on the same store sees, and does. */
  async function look<T>(use: (services: Services) => Promise<T>, env: Record<string, string> = {}): Promise<T> {
    const services = await createServices(loadConfig({ env: { ...settings, ...env } }), createLog('silent'));
    try {
      return await use(services);
    } finally {
      await services.audit.close();
      await services.storage.close();
    }
  }

  /** Everything the commands wrote of people and events, past all services. */
  async function stored(): Promise<{ accounts: Account[]; events: AuditEvent[] }> {
    const storage = await storageAt(url);
    const accounts = storage.collection(accountsSpec);
    const events = storage.collection(auditEventsSpec);
    await storage.open();
    try {
      return { accounts: await all(accounts), events: await all(events) };
    } finally {
      await storage.close();
    }
  }

  async function close(): Promise<void> {
    rmSync(folder, { recursive: true, force: true });
    await engine?.giveBack(url);
  }

  return { folder, url, file, start, run, look, stored, close };
}
export type Shell = ReturnType<typeof openShell>;

let host: { child: ChildProcess; broken: Promise<never> } | undefined;
let isFree: Promise<unknown> = Promise.resolve();
afterAll(() => host?.child.disconnect());

function runByHost(order: Order): Promise<Ended> {
  host ??= startHost();
  const { child, broken } = host;
  const ended = isFree.then(() => {
    child.send(order);
    return Promise.race([once(child, 'message').then(([answer]) => answer as Ended), broken]);
  });
  isFree = ended.catch(() => undefined);
  return ended;
}

function startHost() {
  const child = fork(join(import.meta.dirname, 'cli-host.ts'), {
    env: { NODE_COMPILE_CACHE: process.env.TEST_COMPILE_CACHE },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const broken = once(child, 'exit').then(([code]): never => {
    throw new Error(`the process that runs the commands ended with ${code}`);
  });
  broken.catch(() => undefined);
  return { child, broken };
}

/** With --json, standard output is one document and nothing else. */
export function jsonOf<T = Record<string, unknown>>({ stdout }: Ended): T {
  return JSON.parse(stdout) as T;
}

async function all<T extends Stored>(collection: Collection<T>): Promise<T[]> {
  const records: T[] = [];
  for (
    let page = await collection.list({ limit: 1000 });
    page.length > 0;
    page = await collection.list({ limit: 1000, after: page.at(-1)?.id ?? '' })
  ) {
    records.push(...page);
  }
  return records;
}
