// `npm start`: reads the configuration, builds the app, opens the port, and stops without dropping a request.
import cluster from 'node:cluster';
import type { Server } from 'node:http';
import { createApp } from './app.ts';
import { type Config, ConfigError, loadConfig } from './config.ts';
import { mailboxRouter, sampleUrl, startDevelopment } from './development.ts';
import { closeAll, listen } from './platform/listen.ts';
import { createLog, type Log } from './platform/log.ts';
import { createServices } from './services.ts';
import { startSweeper } from './sweeper.ts';

/** EX_CONFIG of sysexits.h. */
const badConfiguration = 78;
const graceMs = 10_000;

export async function startServer(config: Config, log: Log): Promise<{ stop(): Promise<void> }> {
  let stopping = false;
  const services = await createServices(config, log);
  const app = await createApp(services, { isStopping: () => stopping });
  const stack = config.isProduction ? app.stack() : app.stack([mailboxRouter(services, app)]);
  const servers: Server[] = await listen(stack.callback(), config);
  // Several workers share one sample app: the first one's.
  const isFirst = !cluster.isWorker || cluster.worker?.id === 1;
  if (!config.isProduction && isFirst) servers.push(...(await startDevelopment(services, app)));
  const stopSweeper = startSweeper(services, app);
  const stopMail = services.mailSender.start();
  if (config.smtpUrl === 'off')
    log.warn(
      'mail is off (SMTP_URL): no invitation and no reset link goes out, and nobody is told of changes to their account',
    );

  async function stop(): Promise<void> {
    if (stopping) return;
    stopping = true;
    stopSweeper();
    await Promise.all([closeAll(servers, graceMs), stopMail()]);
    await services.deferredWork.settled();
    await services.audit.close();
    await services.storage.close();
  }
  if (isFirst) announce(config, sampleUrl(services));
  return { stop };
}

function announce({ issuer, isProduction }: Config, sample: string): void {
  if (isProduction) {
    console.log(`Gatehouse is ready at ${issuer}`);
    return;
  }
  console.log(
    [
      '',
      '  Gatehouse is running (development).',
      '',
      `  Provider    ${issuer}`,
      `  Sample app  ${sample}`,
      `  Mailbox     ${issuer}/dev/mailbox`,
      '',
      '  Open the mailbox for your invitation, then sign in to the sample app.',
      '',
    ].join('\n'),
  );
}

async function main(): Promise<void> {
  const parent = process.ppid;
  const config = loadConfig({ env: process.env, ...fileArgument() });
  const log = createLog(config.logLevel);
  if (config.workers > 1 && cluster.isPrimary) return startWorkers(config.workers);
  const { stop } = await startServer(config, log);
  const end = () => void stop().then(() => process.exit(0));
  process.once('SIGTERM', end).once('SIGINT', end);
  if (process.env.npm_lifecycle_event) onParentGone(parent, end);
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'));
}

/** npm ends its shell on SIGTERM and tells nobody else: without this, a server would go on that nobody can see. */
function onParentGone(parent: number, end: () => void): void {
  setInterval(() => {
    if (process.ppid !== parent) end();
  }, 500).unref();
}

/** Workers share the port and the database; one that dies is replaced. */
function startWorkers(count: number): void {
  let stopping = false;
  for (let n = 0; n < count; n += 1) cluster.fork();
  cluster.on('exit', (worker, code) => {
    if (stopping) return;
    if (code === badConfiguration || (!worker.exitedAfterDisconnect && code === 1)) process.exit(code);
    cluster.fork();
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      stopping = true;
      for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill(signal);
    });
  }
}

function fileArgument(): { file: string } | undefined {
  const at = process.argv.indexOf('--config');
  const file = at < 0 ? undefined : process.argv[at + 1];
  return file === undefined ? undefined : { file };
}

if (import.meta.main) {
  main().catch((error: Error) => {
    console.error(error instanceof ConfigError ? error.message : `Gatehouse could not start: ${error.message}`);
    process.exit(error instanceof ConfigError ? badConfiguration : 1);
  });
}
