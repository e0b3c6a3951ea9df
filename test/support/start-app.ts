// A whole server for a test: real services on a real engine, on a port of its own, stopped and removed afterwards.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type App, createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { mailboxRouter } from '../../src/development.ts';
import { createLog } from '../../src/platform/log.ts';
import { createServices, type Services } from '../../src/services.ts';
import { createBrowser, type TestBrowser } from './browser.ts';
import { type Engine, sqlite } from './engines.ts';

export interface TestApp {
  issuer: string;
  services: Services;
  app: App;
  server: Server;
  /** A fresh browser: no cookies, no script. */
  browser(): TestBrowser;
  stop(): Promise<void>;
}

export interface StartOptions {
  engine?: Engine;
  /** Environment variables over the test defaults. */
  env?: Record<string, string>;
  /** An existing store, for restarts. */
  storageUrl?: string;
  keepStorage?: boolean;
}

/** OWASP's floor: what is tested costs half of the default. */
export const cheapHashes = { PASSWORD_HASH_MEMORY: '46', PASSWORD_HASH_PASSES: '1' };

const testEnvironment = {
  ...cheapHashes,
  SECRET_KEY: 'a-master-key-for-tests-that-is-long-enough',
  LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
};

export async function startApp({
  engine: on = sqlite,
  env = {},
  storageUrl,
  keepStorage = false,
}: StartOptions = {}): Promise<TestApp> {
  const url = storageUrl ?? on.freshUrl();
  let handler: ReturnType<ReturnType<App['stack']>['callback']> | undefined;
  const server = createServer((req, res) => void handler?.(req, res));
  const port = await listenAnywhere(server);
  const config = loadConfig({
    env: { ...testEnvironment, ISSUER: `http://127.0.0.1:${port}`, STORAGE_URL: url, ...env },
  });
  const services = await createServices(config, createLog(config.logLevel));
  const app = await createApp(services);
  handler = app.stack([mailboxRouter(services, app)]).callback();

  async function stop(): Promise<void> {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await services.deferredWork.settled();
    await services.storage.close();
    if (!keepStorage) await on.drop(url);
  }
  return { issuer: config.issuer, services, app, server, browser: () => createBrowser(config.issuer), stop };
}

function listenAnywhere(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
