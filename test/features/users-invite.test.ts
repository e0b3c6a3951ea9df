// `gatehouse users invite|resend|cancel|invitations`: the mail holds the way in, the command's answer never does.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { jsonOf, openShell, type Shell } from '../support/cli.ts';
import { sqlite } from '../support/engines.ts';
import { temporaryPasswordIn } from '../support/invited.ts';

describe('users invite', () => {
  let shell: Shell;
  beforeEach(() => {
    shell = openShell(sqlite);
  });
  afterEach(() => shell.close());

  it('invites, sends again, lists and withdraws, and shows neither link nor temporary password', async () => {
    const email = 'ana@example.com';
    const invited = await shell.run(['users', 'invite', email, '--given-name', 'Ana', '--role', 'clerk', '--json']);
    expect(invited.status).toBe(0);
    expect(jsonOf(invited)).toMatchObject({ email, state: 'created', invitedBy: 'cli' });
    const again = await shell.run(['users', 'resend', email]);
    expect([again.status, again.stdout]).toEqual([
      0,
      `${email}: a new link and a new temporary password are on the way.\n`,
    ]);
    const listed = await shell.run(['users', 'invitations', '--json']);
    expect(jsonOf(listed)).toMatchObject({
      invitations: [{ email, history: [{ event: 'created' }, { event: 'resent' }] }],
    });
    for (const { stdout } of [invited, again, listed])
      expect([temporaryPasswordIn(stdout), stdout.includes('token')]).toEqual(['', false]);
    expect((await shell.run(['users', 'cancel', email])).stdout).toContain('the account is deleted');
    const { accounts, events } = await shell.stored();
    expect(accounts).toEqual([]);
    expect(events.map(({ type }) => type)).toEqual([
      'account.created',
      'invitation.sent',
      'invitation.resent',
      'invitation.cancelled',
    ]);
  }, 60_000);

  it.each([
    [['invite', 'nobody'], 2, '"nobody" is not an email address.'],
    [['invite', 'ana@example.com', '--role', 'owner'], 2, 'The role "owner" is given by'],
    [['invite', 'ana@example.com', '--client', 'x'], 1, 'there is no client "x"'],
    [['resend', 'ana@example.com'], 1, 'ana@example.com has no account'],
  ])('ends %j with status %i', async (args, status, message) => {
    const ended = await shell.run(['users', ...args]);
    expect(ended.status).toBe(status);
    expect(ended.stderr).toContain(message);
  });
});
