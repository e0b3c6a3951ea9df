// The house rule: a file imports its own folder and the ranks below, nothing beside or above. Read from the imports themselves.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const src = join(import.meta.dirname, '../../src');

/** From the top of the house to its ground. The longest name that fits a file decides. */
const ranks: readonly (readonly [rank: number, places: readonly string[]])[] = [
  [15, ['server.ts', 'cli.ts']],
  [14, ['commands', 'development.ts', 'sweeper.ts']],
  [13, ['app.ts']],
  [12, ['web/stack.ts', 'services.ts']],
  [11, ['web/interaction', 'web/account', 'web/admin', 'web/api', 'web/dev']],
  [10, ['web/http']],
  [9, ['administration']],
  [8, ['sign-in']],
  [7, ['credentials', 'federation', 'oidc']],
  [6, ['accounts']],
  [5, ['clients', 'sessions', 'ground.ts']],
  [4, ['organizations']],
  [3, ['audit', 'mail', 'storage', 'config.ts']],
  [2, ['storage/port.ts', 'config-rules.ts', 'config-sources.ts']],
  [1, ['platform']],
];

const places = ranks
  .flatMap(([rank, names]) => names.map((name) => ({ rank, name })))
  .sort((a, b) => b.name.length - a.name.length);

function placeOf(file: string): { rank: number; name: string } | undefined {
  return places.find(({ name }) => file === name || file.startsWith(`${name}/`));
}

/** @returns why `from` may not import `to`; undefined when it may */
function objection(from: string, to: string): string | undefined {
  const [here, there] = [placeOf(from), placeOf(to)];
  if (!here || !there) return `${here ? to : from} has no rank: give it a place in the table`;
  if (here.name === there.name || there.rank < here.rank) return undefined;
  return `${from} (rank ${here.rank}) imports ${to} (rank ${there.rank})`;
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

function importsOf(file: string): { specifier: string; isType: boolean }[] {
  const text = readFileSync(join(src, file), 'utf8');
  const statements = text.matchAll(
    /^\s*(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm,
  );
  return [...statements].map(([, isType, named, dynamic]) => ({
    specifier: named ?? dynamic ?? '',
    isType: isType !== undefined,
  }));
}

/** Which file a relative import names. */
function target(file: string, specifier: string): string {
  return normalize(relative(src, join(src, dirname(file), specifier)));
}

describe('the house', () => {
  it('lets no file import beside or above itself', () => {
    const objections = files.flatMap((file) =>
      importsOf(file)
        .filter(({ specifier }) => specifier.startsWith('.') && specifier.endsWith('.ts'))
        .map(({ specifier }) => objection(file, target(file, specifier))),
    );
    expect(objections.filter(Boolean)).toEqual([]);
  });

  it.each([
    ['accounts/account.ts', 'sign-in/steps.ts'],
    ['credentials/totp.ts', 'oidc/claims.ts'],
    ['web/account/router.ts', 'web/interaction/router.ts'],
    ['storage/port.ts', 'storage/sqlite.ts'],
    ['nowhere/file.ts', 'platform/ids.ts'],
  ])('would object to %s importing %s', (from, to) => {
    expect(objection(from, to)).toEqual(expect.any(String));
  });

  const doors: readonly (readonly [what: string, specifier: RegExp, allowed: RegExp, typesToo: boolean])[] = [
    ['koa', /^(koa|@koa\/router)$/, /^(web\/|app\.ts)/, false],
    ['oidc-provider', /^oidc-provider$/, /^oidc\//, false],
    ['mongoose', /^mongoose$/, /^storage\/mongo/, true],
    ['node:sqlite', /^node:sqlite$/, /^storage\/sqlite/, true],
    ['the storage adapters', /storage\/(sqlite|mongo)\.ts$/, /^ground\.ts$/, true],
  ];

  it.each(doors)('keeps %s behind its door', (_what, specifier, allowed, typesToo) => {
    const strays = files.filter(
      (file) =>
        !allowed.test(file) &&
        importsOf(file).some((found) => specifier.test(found.specifier) && (typesToo || !found.isType)),
    );
    expect(strays).toEqual([]);
  });

  it('reads the environment in config.ts alone', () => {
    const readers = files.filter((file) => /process\.env/.test(readFileSync(join(src, file), 'utf8')));
    expect(readers.filter((file) => !['config.ts', 'server.ts', 'cli.ts'].includes(file))).toEqual([]);
  });

  it('keeps every file within about 200 lines', () => {
    const long = files.filter((file) => readFileSync(join(src, file), 'utf8').split('\n').length > 210);
    expect(long).toEqual([]);
  });
});
