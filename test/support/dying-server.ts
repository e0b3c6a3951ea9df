// A server for startProcess that ends by SIGKILL, by its own hand, right after the N-th write to a collection: FAIL_POINT is
// `COLLECTION N`. It answers as src/server.ts does in production; it sweeps nothing and sends no mail.
import { createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { openStorage } from '../../src/ground.ts';
import { listen } from '../../src/platform/listen.ts';
import { createLog } from '../../src/platform/log.ts';
import { createServices } from '../../src/services.ts';
import { dyingStorage } from './dying-storage.ts';

const { FAIL_POINT: failPoint = '', ...env } = process.env;
const [fatal = '', count = '1'] = failPoint.split(' ');
const config = loadConfig({ env });
let isReady = false;
let writesLeft = Number(count);

function dieAt(collection: string): void {
  if (isReady && collection === fatal) writesLeft -= 1;
  if (writesLeft <= 0) process.kill(process.pid, 'SIGKILL');
}

const services = await createServices(config, createLog(config.logLevel), {
  storageAt: async (url, log) => dyingStorage(await openStorage(url, log), dieAt),
});
const app = await createApp(services);
await listen(app.stack().callback(), config);
isReady = true;
console.log(`Gatehouse is ready at ${config.issuer}`);
