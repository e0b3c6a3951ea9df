/** Every suite runs as ES modules on the TypeScript as it is; see scripts/test.js for the order and the engines. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/scripts/jest-transform.cjs' },
  globalSetup: '<rootDir>/test/support/global-setup.js',
  globalTeardown: '<rootDir>/test/support/global-teardown.js',
  testTimeout: 60_000,
  // Suites wait a good deal, for disks, hashes and browsers: one for each core keeps the machine busy.
  maxWorkers: '100%',
  // Modules in contexts are not let go of: a worker that has run many suites spends its time on sweeping them up, and is begun anew.
  workerIdleMemoryLimit: '700MB',
};
