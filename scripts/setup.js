// Runs before `npm start`, `npm test` and every other script: plain JavaScript without dependencies, good from Node 20 on.
// Installs what package-lock.json names unless it is there already. `--dev`: what tests and benchmarks need, too.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const wantsDev = process.argv.includes('--dev');

if (!isInstalled()) install();

/** npm keeps a lock file of what it installed; packages for other platforms are optional and may be missing. */
function isInstalled() {
  const hidden = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(hidden)) return false;
  const installed = packagesOf(hidden);
  return Object.entries(packagesOf(join(root, 'package-lock.json'))).every(
    ([path, { version, dev, optional, devOptional }]) =>
      path === '' || optional || devOptional || (dev && !wantsDev) || installed[path]?.version === version,
  );
}

function packagesOf(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}

function install() {
  console.error('Gatehouse: installing the packages of package-lock.json (once) …');
  const options = { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' };
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], options);
  if (status === 0) return;
  console.error('Gatehouse: `npm ci` failed; what it said stands above. (Node 20 and npm 11 or newer are needed.)');
  process.exit(status ?? 1);
}
