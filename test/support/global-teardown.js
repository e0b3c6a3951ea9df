// Runs once after all suites: ends the server that global-setup.js started, and no other.
export default async function teardown() {
  await globalThis.gatehouseMongod?.stop();
}
