// Runs once before all suites: one folder, one signing key and, where there is MongoDB, one server for the whole run.
// JavaScript, since Jest loads it by itself.
import { generateKeyPairSync } from 'node:crypto';
import { accessSync, constants, mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findMongod } from '../../scripts/mongod.js';

export default async function setup() {
  process.env.TMPDIR = mkdtempSync(join(roomInMemory() ? memory : tmpdir(), 'gatehouse-tests-'));
  // Hundreds of processes are started that read the same modules. For them alone: Jest's own workers, with their modules in contexts, have
  // crashed in it.
  process.env.TEST_COMPILE_CACHE = join(process.env.TMPDIR, 'compiled');
  // The search for an RSA key takes longer than many a test: every server under test is given these.
  process.env.TEST_SIGNING_KEY = rsaKey();
  process.env.TEST_NEXT_SIGNING_KEY = rsaKey();
  if (process.env.TEST_MONGODB_URL) return;
  if (!(await findMongod({ fetch: true }))) {
    if (process.env.CI === 'true')
      throw new Error('CI=true, and no mongod was found or could be fetched: see scripts/mongod.js');
    console.warn('\nSkipped: all suites on MongoDB, since there is no mongod: install one, or set MONGOD to its path.');
    return;
  }
  const { startMongod } = await import('./mongod.ts');
  globalThis.gatehouseMongod = await startMongod();
  process.env.TEST_MONGODB_URL = globalThis.gatehouseMongod.url;
}

function rsaKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 3072 });
  return JSON.stringify(privateKey.export({ format: 'jwk' }));
}

const memory = '/dev/shm';

/** What kill -9 leaves does not depend on the disk, and without one thousands of stores are made in half of the time. */
function roomInMemory() {
  try {
    accessSync(memory, constants.W_OK);
    const { bavail, bsize } = statfsSync(memory);
    return bavail * bsize > 4 * 2 ** 30;
  } catch {
    return false;
  }
}
