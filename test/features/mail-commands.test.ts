// `gatehouse mail …`, as an operator uses it beside a running server.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { jsonOf, openShell, type Shell } from '../support/cli.ts';
import { engines } from '../support/engines.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';

const message = {
  to: 'ana@example.com',
  subject: 'A link for you',
  text: 'https://sign-in.example.com/reset?token=held-by-the-owner-alone',
  html: '<p>…</p>',
  purpose: 'reset',
};

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`gatehouse mail on ${engine.name}`, () => {
    let shell: Shell;
    let server: MailServer;

    beforeEach(async () => {
      shell = openShell(engine);
      server = await startMailServer();
    });
    afterEach(async () => {
      await server.stop();
      await shell.close();
    });

    /** Puts the message and has it tried once, as a server would. */
    const tried = () =>
      shell.look(async ({ outbox, mailSender, deliveries }) => {
        await outbox.put(message);
        await mailSender.sendDue();
        return (await deliveries.list())[0]?.id ?? '';
      }, server.env);

    it('REL-24: lists where each message stands, and never what it says', async () => {
      server.behave({ at: 'recipient', code: 550, text: '5.1.1 No such user here' });
      const id = await tried();
      const { status, stdout } = await shell.run(['mail', 'list']);
      expect(status).toBe(0);
      for (const shown of ['refused', 'ana@example.com', 'reset', id, '1 try', '550 5.1.1 No such user here'])
        expect(stdout).toContain(shown);
      expect(stdout).not.toMatch(/token|A link/);
      const asJson = await shell.run(['mail', 'list', '--json']);
      expect(jsonOf(asJson)).toEqual({
        messages: [
          {
            id,
            state: 'refused',
            to: 'ana@example.com',
            purpose: 'reset',
            tries: 1,
            answer: '550 5.1.1 No such user here',
            createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
            sendUntil: expect.stringMatching(/Z$/),
            lastTryAt: expect.stringMatching(/Z$/),
            endedAt: expect.stringMatching(/Z$/),
          },
        ],
      });
    });

    it('lists those of one state, and says so when there are none', async () => {
      await tried();
      expect((await shell.run(['mail', 'list', '--state', 'refused'])).stdout).toBe('No messages.\n');
      expect((await shell.run(['mail', 'list', '--state', 'sent'])).stdout).toContain('ana@example.com');
      expect((await shell.run(['mail', 'list', '--state', 'lost'])).status).toBe(2);
    });

    it('queues a refused message again, which the server then sends', async () => {
      server.behave({ at: 'recipient', code: 554 });
      const id = await tried();
      server.behave('accept');
      expect(await shell.run(['mail', 'retry', id])).toMatchObject({
        status: 0,
        stdout: expect.stringContaining('queued'),
      });
      await shell.look(({ mailSender }) => mailSender.sendDue(), server.env);
      expect(server.arrived).toHaveLength(1);
    });

    it('does not queue what was sent, or what is not there', async () => {
      const id = await tried();
      expect(await shell.run(['mail', 'retry', 'nothing'])).toMatchObject({
        status: 1,
        stderr: 'There is no message nothing.\n',
      });
      const again = await shell.run(['mail', 'retry', id]);
      expect(again).toMatchObject({ status: 1, stderr: expect.stringMatching(/cannot be sent again: /) });
    });
  });
}

describe('gatehouse mail test', () => {
  let shell: Shell;
  let server: MailServer;

  beforeEach(async () => {
    shell = openShell();
    server = await startMailServer();
  });
  afterEach(async () => {
    await server.stop();
    await shell.close();
  });

  it('sends at once, without the storage, and prints what the mail server says', async () => {
    const ended = await shell.run(['mail', 'test', 'you@example.com'], server.env);
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    expect(ended.stdout).toMatch(/^Sent to you@example\.com\.\n127\.0\.0\.1:\d+: 250 /);
    expect(server.arrived).toMatchObject([{ to: ['you@example.com'], raw: expect.stringContaining('This is a test') }]);
  });

  it('prints a refusal as it came', async () => {
    server.behave({ at: 'sender', code: 553, text: '5.7.1 Sender address rejected: not owned by user' });
    const ended = await shell.run(['mail', 'test', 'you@example.com', '--json'], server.env);
    expect(ended.status).toBe(1);
    expect(jsonOf(ended)).toMatchObject({
      state: 'refused',
      answer: '553 5.7.1 Sender address rejected: not owned by user',
    });
  });

  it('ends with 75 where no mail server answers', async () => {
    await server.stop();
    const ended = await shell.run(['mail', 'test', 'you@example.com'], server.env);
    expect(ended).toMatchObject({ status: 75, stderr: expect.stringContaining('ECONNREFUSED') });
  });

  it('says that SMTP_URL is missing, and that an address is none', async () => {
    expect(await shell.run(['mail', 'test', 'you@example.com'])).toMatchObject({
      status: 1,
      stderr: 'Nothing was sent: SMTP_URL names no mail server.\n',
    });
    expect(await shell.run(['mail', 'test', 'you'], server.env)).toMatchObject({ status: 2 });
  });
});
