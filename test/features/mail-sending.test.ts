// Mail leaves through a real SMTP server, whatever that server does, and the house can see what became of it.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Outcome } from '../../src/mail/outbox.ts';
import { hourMs, letClockRun, minuteMs, moveClock, stopClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const secret = 'https://sign-in.example.com/reset?token=held-by-the-owner-of-the-mailbox-alone';
const message = {
  to: 'ana@example.com',
  subject: 'A link for you',
  text: `Open\n${secret}\n`,
  html: `<p><a href="${secret}">Open</a></p>`,
  purpose: 'reset',
};
const reference = { kind: 'errand', accountId: 'an-account' };

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`mail on ${engine.name}`, () => {
    let server: MailServer;
    let app: TestApp;
    let outcomes: Outcome[];

    beforeEach(async () => {
      server = await startMailServer();
      app = await start();
    });
    afterEach(async () => {
      letClockRun();
      await app.stop();
      await server.stop();
    });

    async function start(options: Parameters<typeof startApp>[0] = {}): Promise<TestApp> {
      const env = { NODE_ENV: 'production', ...server.env };
      const started = await startApp({ engine, ...options, env: { ...env, ...options.env } });
      outcomes = [];
      started.services.outbox.onOutcome(async (outcome) => void outcomes.push(outcome));
      return started;
    }

    async function restart(env: Record<string, string> = {}): Promise<void> {
      const storageUrl = app.services.config.storageUrl;
      const old = app;
      app = await start({ storageUrl, env });
      old.server.closeAllConnections();
      old.server.close();
      await old.services.storage.close();
    }

    const sendDue = () => app.services.mailSender.sendDue();
    const onlyOne = async () => {
      const [status, ...others] = await app.services.deliveries.list();
      expect(others).toEqual([]);
      return status;
    };

    it('sends text and HTML, to the one recipient, with the headers of an automatic message', async () => {
      await app.services.outbox.put(message);
      await sendDue();
      const [mail] = server.arrived;
      expect(mail).toMatchObject({ from: 'no-reply@example.com', to: ['ana@example.com'] });
      expect(mail?.raw).toMatch(/^From: Gatehouse <no-reply@example\.com>$/m);
      expect(mail?.raw).toMatch(/^Auto-Submitted: auto-generated$/m);
      expect(mail?.raw).toMatch(/^Date: .*\+0000/m);
      expect(mail?.messageId).toMatch(/^<[\w-]+@\[127\.0\.0\.1\]>$/);
      expect(mail?.raw).toMatch(/^Content-Type: text\/plain/m);
      expect(mail?.raw).toMatch(/^Content-Type: text\/html/m);
      expect(await onlyOne()).toMatchObject({ state: 'sent', tries: 1, answer: expect.stringMatching(/^250 /) });
    });

    it('drops what a message says once it is sent', async () => {
      await app.services.outbox.put(message);
      expect(await app.services.outbox.list()).toHaveLength(1);
      await sendDue();
      expect(await app.services.outbox.list()).toEqual([]);
      expect(JSON.stringify(await app.services.deliveries.list())).not.toContain('token');
    });

    it('keeps it in development, where the mailbox shows it', async () => {
      await restart({ NODE_ENV: 'development' });
      await app.services.outbox.put(message);
      await sendDue();
      expect(await app.services.outbox.list()).toMatchObject([{ text: message.text }]);
      expect(await onlyOne()).toMatchObject({ state: 'sent' });
    });

    it('REL-24: keeps mail while the server is down, over a restart, and sends it when the server is back', async () => {
      stopClock();
      const { port } = server;
      await server.stop();
      await app.services.outbox.put(message);
      await sendDue();
      expect(await onlyOne()).toMatchObject({
        state: 'retrying',
        tries: 1,
        answer: expect.stringMatching(/ECONNREFUSED/),
      });
      await restart();
      server = await startMailServer({ port });
      await sendDue();
      expect(server.arrived).toEqual([]);
      moveClock(6000);
      await sendDue();
      expect(server.arrived).toHaveLength(1);
      expect(await onlyOne()).toMatchObject({ state: 'sent', tries: 2 });
    });

    it('REL-24: tries again after a 4xx, each time later, under the same Message-ID', async () => {
      stopClock();
      server.behave({ at: 'data', code: 451, text: '4.3.0 Try later' });
      await app.services.outbox.put(message);
      const waits: number[] = [];
      for (let n = 0; n < 5; n += 1) {
        await sendDue();
        const { nextTryAt = 0, ...status } = (await onlyOne()) ?? {};
        expect(status).toMatchObject({ state: 'retrying', tries: n + 1, answer: '451 4.3.0 Try later' });
        waits.push((nextTryAt - Date.now()) / 1000);
        moveClock(nextTryAt - Date.now());
      }
      expect(waits.map((wait, n) => wait / (5 * 2 ** n)).every((ratio) => ratio >= 0.9 && ratio <= 1.1)).toBe(true);
      server.behave('accept');
      await sendDue();
      expect(await onlyOne()).toMatchObject({ state: 'sent', tries: 6 });
      expect(server.arrived).toHaveLength(6);
      expect(new Set(server.arrived.map(({ messageId }) => messageId)).size).toBe(1);
    });

    it.each(['sender', 'recipient', 'data'] as const)(
      'REL-24: stops for good at a 5xx to the %s, and shows it',
      async (at) => {
        stopClock();
        server.behave({ at, code: 550, text: '5.1.1 No such user here' });
        await app.services.outbox.put(message, { reference });
        await sendDue();
        server.behave('accept');
        for (let hours = 0; hours < 24 * 6; hours += 12) {
          moveClock(12 * hourMs);
          await sendDue();
        }
        expect(server.arrived.length).toBe(at === 'data' ? 1 : 0);
        expect(await onlyOne()).toMatchObject({ state: 'refused', tries: 1, answer: '550 5.1.1 No such user here' });
        expect(outcomes).toMatchObject([{ state: 'refused', reference, answer: '550 5.1.1 No such user here' }]);
      },
    );

    it.each([
      { at: 'greeting', code: 554 },
      { at: 'sender', code: 530 },
      { at: 'recipient', code: 503 },
    ] as const)('REL-24: waits where a 5xx is about us, not about the message: %j', async (behaviour) => {
      server.behave(behaviour);
      await app.services.outbox.put(message);
      await sendDue();
      expect(await onlyOne()).toMatchObject({ state: 'retrying' });
    });

    it('REL-24: sends again what was cut off after DATA, recognisable by its Message-ID', async () => {
      stopClock();
      server.behave({ at: 'data', does: 'drop' });
      await app.services.outbox.put(message);
      await sendDue();
      expect(await onlyOne()).toMatchObject({ state: 'retrying', tries: 1 });
      server.behave('accept');
      moveClock(minuteMs);
      await sendDue();
      expect(server.arrived).toHaveLength(2);
      expect(server.arrived[1]?.messageId).toBe(server.arrived[0]?.messageId);
      expect(server.arrived[1]?.raw).toMatch(/^Date: /m);
      expect(await onlyOne()).toMatchObject({ state: 'sent', tries: 2 });
    });

    it('REL-24: does not send a message after its own end, and says so', async () => {
      stopClock();
      server.behave({ at: 'recipient', code: 451 });
      await app.services.outbox.put(message, { expiresAt: Date.now() + 30 * minuteMs, reference });
      await sendDue();
      server.behave('accept');
      moveClock(30 * minuteMs);
      await sendDue();
      await sendDue();
      expect(server.arrived).toEqual([]);
      expect(await onlyOne()).toMatchObject({ state: 'expired', tries: 1 });
      expect(await app.services.outbox.list()).toEqual([]);
      expect(outcomes).toMatchObject([{ state: 'expired', reference }]);
    });

    it('forgets what became of a message after two weeks', async () => {
      stopClock();
      await app.services.outbox.put(message);
      await sendDue();
      moveClock(13 * 24 * hourMs);
      await sendDue();
      expect(await onlyOne()).toMatchObject({ state: 'sent' });
      moveClock(25 * hourMs);
      await sendDue();
      expect(await app.services.deliveries.list()).toEqual([]);
    });

    it('tells an outcome once, and again where the listener failed', async () => {
      stopClock();
      let fails = true;
      app.services.outbox.onOutcome(async () => {
        if (fails) throw new Error('not now');
      });
      await app.services.outbox.put(message, { reference });
      await sendDue();
      await sendDue();
      expect(outcomes).toMatchObject([{ state: 'sent', reference, answer: expect.stringMatching(/^250/) }]);
      fails = false;
      moveClock(minuteMs);
      await sendDue();
      expect(outcomes).toHaveLength(2);
      moveClock(hourMs);
      await sendDue();
      expect(outcomes).toHaveLength(2);
      expect(server.arrived).toHaveLength(1);
    });

    it('tells an outcome that a process died over', async () => {
      await app.services.outbox.put(message, { reference });
      const due = await app.services.deliveries.due(10);
      const claim = await app.services.deliveries.claim(due[0]?.id ?? '');
      if (claim) await app.services.deliveries.finish(claim, { state: 'sent', answer: '250 OK' });
      await restart();
      await sendDue();
      expect(outcomes).toMatchObject([{ state: 'sent', reference }]);
      expect(server.arrived).toEqual([]);
    });

    it('sends a refused message again when an operator asks for it, and tells the second outcome too', async () => {
      server.behave({ at: 'recipient', code: 554, text: '5.7.1 Relay access denied' });
      await app.services.outbox.put(message, { reference });
      await sendDue();
      await sendDue();
      server.behave('accept');
      await app.services.deliveries.retry((await onlyOne())?.id ?? '');
      await sendDue();
      await sendDue();
      expect(outcomes.map(({ state }) => state)).toEqual(['refused', 'sent']);
      await expect(app.services.deliveries.retry((await onlyOne())?.id ?? '')).rejects.toMatchObject({
        code: 'conflict',
        detail: expect.stringContaining('it was sent'),
      });
    });

    it('refuses everything where mail is off, so that nobody waits for it', async () => {
      await restart({ SMTP_URL: 'off' });
      await app.services.outbox.put(message, { reference });
      await sendDue();
      await sendDue();
      expect(await onlyOne()).toMatchObject({ state: 'refused', answer: 'mail is off (SMTP_URL)' });
      expect(outcomes).toMatchObject([{ state: 'refused' }]);
    });
  });
}
