// What every command of `gatehouse` has, and `gatehouse config check`.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { jsonOf, openShell, type Shell } from '../support/cli.ts';
import { sqlite } from '../support/engines.ts';

let shell: Shell;
afterEach(() => shell.close());

describe('config check', () => {
  beforeEach(() => {
    shell = openShell(sqlite);
  });

  it('says ok', async () => {
    expect(await shell.run(['config', 'check'])).toMatchObject({ status: 0, stdout: 'ok\n', stderr: '' });
  });

  it('tells every problem and ends with status 78', async () => {
    const path = shell.file('settings.yaml', 'workers: many\ncolour: blue\n');
    const ended = await shell.run(['config', 'check', '--config', path], { PORT: 'x' });
    expect(ended).toMatchObject({ status: 78, stdout: '' });
    expect(ended.stderr.trim().split('\n')).toEqual([
      'PORT: must be a whole number between 0 and 65535',
      'settings.yaml line 1 (workers): must be a whole number between 1 and 64',
      'settings.yaml line 2 (colour): there is no setting "colour"',
    ]);
  });

  it('tells them as JSON', async () => {
    const ended = await shell.run(['config', 'check', '--json'], { PORT: 'x' });
    expect(jsonOf(ended)).toEqual({ ok: false, problems: ['PORT: must be a whole number between 0 and 65535'] });
  });

  it.each(['nowhere.yaml', '.'])('refuses %s as a file of settings', async (path) => {
    const { status, stderr } = await shell.run(['config', 'check', '--config', path]);
    expect(status).toBe(78);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

describe('every command', () => {
  beforeEach(() => {
    shell = openShell(sqlite);
  });

  it.each([
    [['config', 'check']],
    [['config', 'apply']],
    [['users', 'import']],
    [['users', 'invite']],
    [['users', 'resend']],
    [['users', 'cancel']],
    [['users', 'invitations']],
    [['admin', 'recover']],
    [['keys', 'revoke']],
  ])('has help with an example and its exit status: %j', async (args) => {
    const { status, stdout } = await shell.run([...args, '--help']);
    expect(status).toBe(0);
    expect(stdout).toContain(`Example:\n  gatehouse ${args.join(' ')}`);
    expect(stdout).toMatch(/Exit status:\n +0 {2}done\n[\s\S]+ 78 {2}/);
  });

  it('tells its version', async () => {
    expect((await shell.run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
