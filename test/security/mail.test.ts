// What a mail must never do: go out in clear unasked, wear a header that somebody slipped in, or leave its secrets lying about.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SMTPServerOptions } from 'smtp-server';
import { canMakeCertificates, makeCertificate } from '../support/certificate.ts';
import { openShell } from '../support/cli.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const link = 'https://sign-in.example.com/reset?token=held-by-the-owner-alone';
const message = { to: 'ana@example.com', subject: 'A link', text: `Open ${link}`, html: `<p>${link}</p>` };
const password = 'a word that nobody but us should see';

let server: MailServer;
let app: TestApp | undefined;

beforeEach(async () => {
  server = await startMailServer();
});
afterEach(async () => {
  await app?.stop();
  app = undefined;
  await server.stop();
});

async function another(options: SMTPServerOptions): Promise<void> {
  await server.stop();
  server = await startMailServer(options);
}

/** @returns where the message stands after one try */
async function trySending(env: Record<string, string> = {}, changes: Partial<typeof message> = {}) {
  app = await startApp({ env: { ...server.env, ...env } });
  await app.services.outbox.put({ ...message, ...changes });
  await app.services.mailSender.sendDue();
  return (await app.services.deliveries.list())[0];
}

describe('a connection to the mail server', () => {
  it('carries nothing where STARTTLS is demanded and not offered', async () => {
    const status = await trySending({ SMTP_URL: `${server.url}?tls=starttls` });
    expect(status).toMatchObject({ state: 'retrying' });
    expect(server.arrived).toEqual([]);
  });

  it('carries nothing in clear where smtps: was asked for', async () => {
    const status = await trySending({ SMTP_URL: server.url.replace('smtp:', 'smtps:') });
    expect(status).toMatchObject({ state: 'retrying' });
    expect(server.arrived).toEqual([]);
  });

  const withCertificate = canMakeCertificates ? it : it.skip;

  withCertificate('carries nothing where the certificate is nobody’s', async () => {
    const { key, cert, remove } = makeCertificate();
    await another({ disabledCommands: ['AUTH'], key, cert });
    const status = await trySending({ SMTP_URL: `smtp://localhost:${server.port}?tls=starttls` });
    remove();
    expect(status).toMatchObject({ state: 'retrying', answer: expect.stringMatching(/certificate/i) });
    expect(server.arrived).toEqual([]);
  });

  withCertificate.each([
    ['smtp', '?tls=starttls', false],
    ['smtps', '', true],
  ])('is encrypted under a certificate of a trusted authority (%s:%s)', async (scheme, query, secure) => {
    const { file, key, cert, remove } = makeCertificate();
    await another({ disabledCommands: ['AUTH'], secure, key, cert });
    const shell = openShell();
    const env = { SMTP_URL: `${scheme}://localhost:${server.port}${query}`, NODE_EXTRA_CA_CERTS: file };
    // Node.js reads these authorities when a process begins.
    const { ended: end } = shell.start(['mail', 'test', 'you@example.com'], { ...server.env, ...env });
    const ended = await end;
    await shell.close();
    remove();
    expect(ended).toMatchObject({ status: 0, stdout: expect.stringContaining('250') });
  });
});

describe('the password of the mail server', () => {
  const withPassword = (word: string) => ({
    SMTP_URL: `smtp://us:${encodeURIComponent(word)}@127.0.0.1:${server.port}`,
  });
  const asking: SMTPServerOptions = {
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: ({ username, password: given }, _session, done) =>
      username === 'us' && given === password ? done(null, { user: 'us' }) : done(new Error('Wrong password')),
  };

  it('opens it', async () => {
    await another(asking);
    expect(await trySending(withPassword(password))).toMatchObject({ state: 'sent' });
  });

  it('leaves mail waiting when it is wrong, and appears nowhere', async () => {
    await another(asking);
    const status = await trySending(withPassword('wrong-word-of-ours'));
    expect(status).toMatchObject({ state: 'retrying', answer: expect.stringMatching(/^535 /) });
    expect(JSON.stringify(status)).not.toContain('wrong-word');
  });

  it('is not left out in silence where the server does not ask for it', async () => {
    expect(await trySending(withPassword(password))).toMatchObject({ state: 'retrying' });
    expect(server.arrived).toEqual([]);
  });
});

describe('a message', () => {
  it('keeps a name with line breaks inside its header', async () => {
    await trySending(
      { PRODUCT_NAME: 'Acme, Inc. <x@y.example>', MAIL_FROM: 'no-reply@example.com' },
      { subject: 'Hello\r\nBcc: eve@example.com\r\n\r\nBody\u2028X-More: 1' },
    );
    const [mail] = server.arrived;
    const [head = ''] = (mail?.raw ?? '').split(/\r?\n\r?\n/);
    expect(mail?.to).toEqual(['ana@example.com']);
    expect(mail?.from).toBe('no-reply@example.com');
    expect(head).not.toMatch(/^(Bcc|X-More)/im);
    expect(head).toMatch(/^From: "Acme, Inc\. <x@y\.example>" <no-reply@example\.com>$/m);
  });

  it.each([
    'ana@example.com, eve@example.com',
    'ana@example.com\r\nRCPT TO:<eve@example.com>',
    'Ana <ana@example.com>',
    'ana@example.com>',
    '"ana eve@evil.example"@example.com',
    '',
  ])('goes to one address alone, not to %j', async (to) => {
    app = await startApp({ env: server.env });
    await expect(app.services.outbox.put({ ...message, to })).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('is not quoted by the answer that is kept of it', async () => {
    server.behave({ at: 'data', code: 554, text: `5.7.1 <ana@example.com> Blocked: ${link} is listed (${link})` });
    const status = await trySending();
    expect(status?.answer).toBe('554 5.7.1 <ana@example.com> Blocked: … is listed (…)');
  });

  it('has an answer of one short line, whatever the server says', async () => {
    server.behave({ at: 'recipient', code: 550, text: `\u0007\u001b[31m${'no '.repeat(500)}` });
    const answer = (await trySending())?.answer ?? '';
    expect(answer.length).toBeLessThanOrEqual(300);
    expect(answer).not.toMatch(/\p{Cc}/u);
  });
});
