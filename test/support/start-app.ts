// A whole server for a test: real services on a real engine, on a port of its own, stopped and removed afterwards.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type App, createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { mailboxRouter } from '../../src/development.ts';
import type { UpstreamFetch } from '../../src/federation/guarded-fetch.ts';
import { openStorage } from '../../src/ground.ts';
import type { ResolveTxt } from '../../src/platform/dns.ts';
import { createLog } from '../../src/platform/log.ts';
import { createServices, type Services } from '../../src/services.ts';
import type { Storage } from '../../src/storage/port.ts';
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
  /** `localhost` where passkeys are made: an address is no relying party. */
  host?: '127.0.0.1' | 'localhost';
  /** Environment variables over the test defaults. */
  env?: Record<string, string>;
  /** An existing store, for restarts. */
  storageUrl?: string;
  keepStorage?: boolean;
  /** What is built between the services and the storage. */
  wrap?: (storage: Storage) => Storage;
  /** What is asked for TXT records; no test asks the resolvers of the machine. */
  resolveTxt?: ResolveTxt;
  /** How upstream providers are asked. */
  fetch?: UpstreamFetch;
}

/** OWASP's floor, for processes of their own. */
export const cheapHashes = { PASSWORD_HASH_MEMORY: '46', PASSWORD_HASH_PASSES: '1' };

/** Below any floor: what is tested is when a hash is made and compared, not what it costs (`test/rules/password-hashes.test.ts` does). */
const nearlyFreeHashes = { passwordHashMemory: 1, passwordHashPasses: 1 };

const testEnvironment = {
  SECRET_KEY: 'a-master-key-for-tests-that-is-long-enough',
  LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
};

export async function startApp({
  engine: on = sqlite,
  host = '127.0.0.1',
  env = {},
  storageUrl,
  keepStorage = false,
  wrap = (storage) => storage,
  resolveTxt = async () => ({ failure: 'no-name' }),
  fetch,
}: StartOptions = {}): Promise<TestApp> {
  const url = storageUrl ?? on.emptyUrl();
  let handler: ReturnType<ReturnType<App['stack']>['callback']> | undefined;
  const server = createServer((req, res) => void handler?.(req, res));
  const port = await listenAnywhere(server);
  const settings = { ...testEnvironment, ISSUER: `http://${host}:${port}`, STORAGE_URL: url, ...env };
  const config = { ...loadConfig({ env: settings }), ...('PASSWORD_HASH_MEMORY' in env ? {} : nearlyFreeHashes) };
  const storageAt: typeof openStorage = async (at, log) => wrap(await openStorage(at, log));
  const edges = { storageAt, resolveTxt, fetch };
  const services = await createServices(config, createLog(config.logLevel), edges);
  await giveSigningKeys(services);
  const app = await createApp(services);
  handler = app.stack([mailboxRouter(services, app)]).callback();

  async function stop(): Promise<void> {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await services.deferredWork.settled();
    await services.audit.close();
    await services.storage.close();
    if (!keepStorage) await on.giveBack(url);
  }
  return { issuer: config.issuer, services, app, server, browser: () => createBrowser(config.issuer), stop };
}

/** The keys of the whole run, unless the store has some. */
async function giveSigningKeys({ keys }: Services): Promise<void> {
  const { TEST_SIGNING_KEY: first, TEST_NEXT_SIGNING_KEY: second } = process.env;
  if (first) await keys.adopt('RS256', JSON.parse(first), 1);
  if (second) await keys.adopt('RS256', JSON.parse(second), 2);
}

function listenAnywhere(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
