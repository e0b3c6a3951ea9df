// Runs once after all suites: ends the server and removes the folder that global-setup.js made, and no others.
import { rmSync } from 'node:fs';

export default async function teardown() {
  await globalThis.gatehouseMongod?.stop();
  rmSync(process.env.TMPDIR, { recursive: true, force: true });
}
