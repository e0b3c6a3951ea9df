// Mail under slow servers, several processes and kill -9: nobody waits, nothing is lost, nothing is sent twice while a lease holds.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createSender } from '../../src/mail/sender.ts';
import { createSmtp } from '../../src/mail/transport.ts';
import { parseSmtpUrl } from '../../src/platform/mail-settings.ts';
import { letClockRun, minuteMs, moveClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { startProcess } from '../support/server-process.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const message = { to: 'ana@example.com', subject: 'A test', text: 'Text', html: '<p>HTML</p>' };

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`mail beside other work on ${engine.name}`, () => {
    let server: MailServer;
    let app: TestApp;
    const status = async () => (await app.services.deliveries.list())[0];

    beforeEach(async () => {
      server = await startMailServer();
      app = await startApp({ engine, env: server.env });
    });
    afterEach(async () => {
      letClockRun();
      await server.stop();
      await app.stop();
    });

    it('REL-24: serves pages and takes mail while the mail server says nothing', async () => {
      server.behave({ at: 'greeting', does: 'silence' });
      const stop = app.services.mailSender.start();
      await app.services.outbox.put(message);
      await server.until(({ connections }) => connections === 1);
      await app.services.invitations.invite({ email: 'new@example.com', roles: [] }, {});
      expect((await app.browser().get('/profile')).status).toBe(200);
      const states = (await app.services.deliveries.list()).map(({ state }) => state);
      expect(states).toContain('sending');
      expect(states).not.toContain('retrying');
      await server.stop();
      await stop();
    });

    it.each([
      ['greeting', { silenceMs: 200, connectMs: 200, tryMs: 5000 }, /greeting|timeout/i],
      ['data', { silenceMs: 200, connectMs: 200, tryMs: 5000 }, /timeout/i],
      ['data', { silenceMs: 5000, connectMs: 5000, tryMs: 300 }, /no end after 0\.3 seconds/],
    ] as const)('REL-24: gives up a try that hangs at the %s, and tries again later', async (at, limits, answer) => {
      const from = { name: '', address: 'no-reply@example.com' };
      const issuer = app.issuer;
      const transport = createSmtp({ server: parseSmtpUrl(server.url), from, issuer, limits });
      const sender = createSender({ ...app.services, transport });
      server.behave({ at, does: 'silence' });
      await app.services.outbox.put(message);
      await sender.sendDue();
      expect(await status()).toMatchObject({ state: 'retrying', tries: 1, answer: expect.stringMatching(answer) });
    });

    it('REL-24: sends each message once from two processes on one store', async () => {
      const { storageUrl } = app.services.config;
      const nodes = await Promise.all([1, 2].map(() => startProcess({ storageUrl, env: server.env })));
      const put = Array.from({ length: 60 }, () => app.services.outbox.put(message));
      await Promise.all([...put, app.services.mailSender.sendDue(), app.services.mailSender.sendDue()]);
      await server.until(({ arrived }) => arrived >= 60);
      expect(await Promise.all(nodes.map((node) => node.stop()))).toEqual([0, 0]);
      await app.services.mailSender.sendDue();
      expect(server.arrived).toHaveLength(60);
      expect(new Set(server.arrived.map(({ messageId }) => messageId)).size).toBe(60);
      expect(await app.services.deliveries.list({ state: 'sent' })).toHaveLength(60);
    }, 60_000);

    it('REL-24: sends what a process was killed over, once its lease has ended, under the same Message-ID', async () => {
      const { storageUrl } = app.services.config;
      server.behave({ at: 'data', does: 'silence' });
      const node = await startProcess({ storageUrl, env: server.env });
      await app.services.outbox.put(message);
      await server.until(({ arrived }) => arrived === 1);
      await node.kill();
      server.behave('accept');
      await app.services.mailSender.sendDue();
      expect(server.arrived).toHaveLength(1);
      expect(await status()).toMatchObject({ state: 'sending', tries: 1 });
      moveClock(4 * minuteMs);
      await app.services.mailSender.sendDue();
      expect(server.arrived).toHaveLength(2);
      expect(server.arrived[1]?.messageId).toBe(server.arrived[0]?.messageId);
      expect(await status()).toMatchObject({ state: 'sent', tries: 2 });
    }, 60_000);

    it('REL-24: stops cleanly with a try under way, which the next start repeats; its log tells no secret', async () => {
      const { storageUrl } = app.services.config;
      const text = 'https://sign-in.example.com/reset?token=held-by-the-owner-alone';
      server.behave({ at: 'data', does: 'silence' });
      const SMTP_URL = server.url.replace('smtp://', 'smtp://us:hunter2hunter2@').concat('?tls=none');
      const env = { ...server.env, LOG_LEVEL: 'trace' };
      const node = await startProcess({ storageUrl, env });
      let log = '';
      node.child.stdout?.on('data', (bytes: Buffer) => {
        log += bytes;
      });
      await app.services.outbox.put({ ...message, text });
      await server.until(({ arrived }) => arrived === 1);
      expect(await node.stop()).toBe(0);
      expect(await status()).toMatchObject({ state: 'retrying', tries: 1, answer: expect.stringMatching(/stopped/) });
      const next = await startProcess({ storageUrl, env: { ...env, SMTP_URL } });
      next.child.stdout?.on('data', (bytes: Buffer) => {
        log += bytes;
      });
      await server.until(({ connections }) => connections === 2);
      expect(await next.stop()).toBe(0);
      expect(log).toContain('mail not sent');
      expect(log).not.toMatch(/hunter2|token=|ana@example/);
    }, 60_000);

    it('is claimed by one of 200 at the same moment', async () => {
      await app.services.outbox.put(message);
      const [due] = await app.services.deliveries.due(1);
      const claims = await Promise.all(Array.from({ length: 200 }, () => app.services.deliveries.claim(due?.id ?? '')));
      expect(claims.filter(Boolean)).toHaveLength(1);
    });
  });
}
