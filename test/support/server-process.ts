// A real Gatehouse process (src/server.ts in production mode) for tests that need two of them, or that kill one.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { cheapHashes } from './start-app.ts';

export interface ServerProcess {
  /** Where this process answers; the issuer may be another address. */
  url: string;
  child: ChildProcess;
  /** SIGKILL: nothing is finished, nothing is closed. */
  kill(): Promise<void>;
  /** Resolves when it has ended, whoever ended it. */
  exited: Promise<unknown>;
  /** SIGTERM. @returns the exit status */
  stop(): Promise<number | null>;
}

export const processSecretKey = 'a-master-key-for-tests-that-is-long-enough';

/** @param options.port a fixed port, for a restart at the same address   @throws with what it printed, when it ends before it is ready */
export async function startProcess(options: {
  storageUrl: string;
  issuer?: string;
  port?: number;
  env?: Record<string, string>;
  /** The server of dying-server.ts: dies by SIGKILL, right after so many writes to this collection, as in `accounts 2`. */
  failPoint?: string;
}): Promise<ServerProcess> {
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const env = {
    ...process.env,
    NODE_COMPILE_CACHE: process.env.TEST_COMPILE_CACHE,
    NODE_ENV: 'production',
    LOG_LEVEL: 'silent',
    ...cheapHashes,
    SECRET_KEY: processSecretKey,
    SMTP_URL: 'off',
    HOST: '127.0.0.1',
    PORT: String(port),
    ISSUER: options.issuer ?? url,
    STORAGE_URL: options.storageUrl,
    ...options.env,
    FAIL_POINT: options.failPoint,
  };
  const program = options.failPoint === undefined ? '../../src/server.ts' : 'dying-server.ts';
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, program)], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await ready(child);
  const exited = once(child, 'exit');
  return {
    url,
    child,
    exited,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async stop() {
      child.kill('SIGTERM');
      const [code] = await exited;
      return code as number | null;
    },
  };
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let printed = '';
    const onData = (chunk: Buffer) => {
      printed += chunk;
      if (printed.includes('is ready at') || printed.includes('is running')) resolve();
    };
    child.stdout?.on('data', onData);
    child.stderr?.on('data', onData);
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${printed}`)));
  });
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
