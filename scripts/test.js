// `npm test`: types, lint, then every suite on both engines and in the browser. Arguments go to Jest: `npm test -- test/rules`.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const args = process.argv.slice(2);

const steps = [
  ['types', process.execPath, ['node_modules/typescript/bin/tsc', '--noEmit']],
  ['lint', process.execPath, ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.']],
  [
    'suites',
    process.execPath,
    ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js', ...args],
  ],
];

for (const [name, command, parameters] of args.length > 0 ? steps.slice(-1) : steps) {
  console.error(`\n> ${name}`);
  const { status, signal } = spawnSync(command, parameters, { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    console.error(`\nnpm test: ${name} failed${signal ? ` (${signal})` : ''}.`);
    process.exit(status ?? 1);
  }
}
