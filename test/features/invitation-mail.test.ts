// What becomes of an invitation's mail, by a real mail server, as administrators follow it.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { hourMs, letClockRun, moveClock, stopClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const email = 'ana@example.com';
const origin = { actor: 'test' };
const noSuchUser = { at: 'recipient', code: 550, text: '5.1.1 No such user here' } as const;
const later = { at: 'recipient', code: 450, text: '4.2.0 Try again later' } as const;

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`the mail of an invitation (${engine.name})`, () => {
    let server: MailServer;
    let gatehouse: TestApp;

    beforeEach(async () => {
      server = await startMailServer();
      gatehouse = await startApp({ engine, env: server.env });
    });
    afterEach(async () => {
      letClockRun();
      await gatehouse.stop();
      await server.stop();
    });

    /** Sends what is due, then tells of it what is to be told. */
    async function send(): Promise<void> {
      for (let n = 0; n < 2; n += 1) await gatehouse.services.mailSender.sendDue();
    }
    async function status() {
      const { accounts, invitations } = gatehouse.services;
      const account = await accounts.findByEmail(email);
      return account && invitations.statusOf(account);
    }
    const events = async () => (await status())?.history.map(({ event }) => event);
    const invite = () => gatehouse.services.invitations.invite({ email, roles: [] }, origin);

    it('is created, then mailed', async () => {
      await invite();
      expect((await status())?.state).toBe('created');
      await send();
      expect((await status())?.state).toBe('mailed');
      expect(await events()).toEqual(['created', 'mailed']);
      expect(server.arrived.map(({ to }) => to)).toEqual([[email]]);
    });

    it('bounces where the mail server refuses the address, and is mailed when it is sent again to one that takes it', async () => {
      server.behave(noSuchUser);
      const { id } = await invite();
      await send();
      expect((await status())?.state).toBe('bounced');
      server.behave('accept');
      await gatehouse.services.invitations.resend(id, origin);
      expect((await status())?.state).toBe('created');
      await send();
      expect((await status())?.state).toBe('mailed');
      expect(await events()).toEqual(['created', 'bounced', 'resent', 'mailed']);
    });

    it('is mailed when an operator has the refused message sent again', async () => {
      server.behave(noSuchUser);
      await invite();
      await send();
      server.behave('accept');
      const [message] = await gatehouse.services.deliveries.list();
      await gatehouse.services.deliveries.retry(message?.id ?? '');
      await send();
      expect((await status())?.state).toBe('mailed');
      expect(await events()).toEqual(['created', 'bounced', 'mailed']);
    });

    it('does not count for a newer one, however late it is told that it was refused', async () => {
      server.behave(noSuchUser);
      const { id } = await invite();
      await gatehouse.services.mailSender.sendDue();
      server.behave('accept');
      await gatehouse.services.invitations.resend(id, origin);
      await send();
      const states = (await gatehouse.services.deliveries.list()).map(({ state }) => state).toSorted();
      expect(states).toEqual(['refused', 'sent']);
      expect((await status())?.state).toBe('mailed');
      expect(await events()).toEqual(['created', 'resent', 'mailed']);
    });

    it.each([
      ['sent again', (id: string) => gatehouse.services.invitations.resend(id, origin), 1],
      ['withdrawn', (id: string) => gatehouse.services.invitations.cancel(id, origin), 0],
    ])('is not sent any more when it still waits while the invitation is %s', async (_, act, count) => {
      stopClock();
      server.behave(later);
      const { id } = await invite();
      await send();
      const waiting = async () => (await gatehouse.services.deliveries.list({ state: 'retrying' })).length;
      expect(await waiting()).toBe(1);
      server.behave('accept');
      await act(id);
      moveClock(hourMs);
      await send();
      expect(server.arrived).toHaveLength(count);
      const [older] = (await gatehouse.services.deliveries.list({ state: 'superseded' })).slice(-1);
      expect(older).toMatchObject({ tries: 1, purpose: 'invitation' });
      expect(JSON.stringify(older)).not.toContain('sealed');
      await expect(gatehouse.services.deliveries.retry(older?.id ?? '')).rejects.toMatchObject({ code: 'conflict' });
      expect(await waiting()).toBe(0);
    });

    it('is not sent while the invitation of an account that stays is withdrawn, and the next one is', async () => {
      const { id } = await invite();
      await gatehouse.services.accounts.update(id, (old) => ({ ...old, passwordHash: 'of an own password' }));
      await gatehouse.services.invitations.cancel(id, origin);
      await send();
      expect(server.arrived).toEqual([]);
      await gatehouse.services.invitations.resend(id, origin);
      await send();
      expect(server.arrived).toHaveLength(1);
      expect((await status())?.history.at(-1)?.event).toBe('mailed');
    });
  });
}
