// Runs once before all suites: one MongoDB server for the whole run, where there is one. JavaScript, since Jest loads it by itself.
import { findMongod } from '../../scripts/mongod.js';

export default async function setup() {
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
