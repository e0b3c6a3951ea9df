// `gatehouse keys …`, as an operator uses it beside a running server.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { jsonOf, openShell, type Shell } from '../support/cli.ts';
import { sqlite } from '../support/engines.ts';

interface Listed {
  keys: { kid: string; algorithm: string; state: string; since: string; until?: string; readyAt?: string }[];
}

describe('gatehouse keys', () => {
  let shell: Shell;

  beforeEach(() => {
    shell = openShell(sqlite);
  });
  afterEach(() => shell.close());

  /** Those of a server's first start, by their place. */
  const made = () =>
    shell.look(async ({ keys }) => {
      await keys.load();
      const lives = (await keys.list()).filter(({ key }) => key.algorithm === 'ES256');
      const kidIn = (wanted: string) => lives.find(({ state }) => state === wanted)?.key.kid ?? '';
      return { signing: kidIn('signing'), next: kidIn('next') };
    });
  const run = async (...args: string[]) => jsonOf<Listed>(await shell.run(['keys', ...args, '--json'])).keys;
  const kidOf = (keys: Listed['keys'], state: string) =>
    keys.find((key) => key.algorithm === 'ES256' && key.state === state)?.kid;

  it('says that there is none before the first start, then lists what each is for, and never a secret', async () => {
    expect((await shell.run(['keys', 'list'])).stdout).toMatch(/^There is none yet/);
    await made();
    const { status, stdout } = await shell.run(['keys', 'list']);
    expect([status, stdout.trim().split('\n').length]).toEqual([0, 4]);
    expect(stdout).toMatch(/^ES256 {2}signing {3}\S{22} {2}since \d{4}-.*Z {2}until \d{4}-.*Z\nES256 {2}next/);
    const keys = await run('list');
    expect(keys.map(({ algorithm, state }) => `${algorithm} ${state}`)).toEqual([
      'ES256 signing',
      'ES256 next',
      'RS256 signing',
      'RS256 next',
    ]);
    for (const key of keys)
      expect(Object.keys(key)).not.toEqual(expect.arrayContaining([expect.stringMatching(/jwk|^d$/)]));
    expect(keys[1]?.until).toBe(keys[0]?.until);
  });

  it('lets the next ones sign, once an hour at most, and writes down who did it', async () => {
    const { signing, next } = await made();
    const after = await run('rotate');
    expect([kidOf(after, 'signing'), kidOf(after, 'retiring')]).toEqual([next, signing]);
    const again = await shell.run(['keys', 'rotate']);
    expect([again.status, again.stdout]).toEqual([1, '']);
    expect(again.stderr).toMatch(/^the next keys may sign from \d{4}-.*Z: until then apps may not know them\n$/);
    const { events } = await shell.stored();
    expect(events.filter(({ type }) => type === 'signing-key.rotated').map(({ actor }) => actor)).toEqual([
      'cli',
      'cli',
    ]);
  });

  it('takes out one that has leaked, and refuses what is none', async () => {
    const { signing: leaked, next } = await made();
    const after = await run('revoke', leaked);
    expect([kidOf(after, 'signing'), kidOf(after, 'revoked')]).toEqual([next, leaked]);
    const again = await shell.run(['keys', 'revoke', leaked]);
    expect([again.status, again.stderr]).toEqual([1, `there is no signing key "${leaked}"\n`]);
  });
});
