// How many mails of invitations somebody may cause by asking.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { hourMs, letClockRun, moveClock, stopClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { type Invited, invite } from '../support/invited.ts';
import { hiddenFields } from '../support/reset.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const sent = 'Look into your mailbox';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`asking for an invitation again (${engine.name})`, () => {
    let gatehouse: TestApp;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
    });
    beforeEach(() => void stopClock());
    afterEach(() => void moveClock(2 * hourMs));
    afterAll(async () => {
      letClockRun();
      await gatehouse.stop();
    });

    const mailsTo = async ({ email }: Invited) =>
      (await gatehouse.services.outbox.list()).filter(({ to }) => to === email).length;

    /** With the first link, whatever took its place since. */
    async function ask({ link }: Invited): Promise<string> {
      const browser = gatehouse.browser();
      const fields = hiddenFields(await browser.get(link));
      return (await browser.post('/invitation/renewal', fields)).heading;
    }

    it('mails three times an hour for an account at most, and answers as if it did', async () => {
      const invited = await invite(gatehouse);
      for (let n = 0; n < 5; n += 1) expect(await ask(invited)).toBe(sent);
      expect(await mailsTo(invited)).toBe(1 + 3);
      moveClock(hourMs);
      expect(await ask(invited)).toBe(sent);
      expect(await mailsTo(invited)).toBe(1 + 4);
    });

    it('mails ten times an hour for a network at most', async () => {
      const people: Invited[] = [];
      while (people.length < 11) people.push(await invite(gatehouse));
      for (const person of people) expect(await ask(person)).toBe(sent);
      const counts = await Promise.all(people.map(mailsTo));
      expect(counts.filter((count) => count === 2)).toHaveLength(10);
    });

    it('takes a guess for nothing', async () => {
      const invited = await invite(gatehouse);
      const guess = { ...invited, link: `/invitation?token=${invited.account.id}.${'A'.repeat(43)}` };
      expect(await ask(guess)).toBe('This page was open for too long');
      expect(await mailsTo(invited)).toBe(1);
    });

    it('is slowed by nothing when an administrator sends again', async () => {
      const { invitations } = gatehouse.services;
      const invited = await invite(gatehouse);
      for (let n = 0; n < 5; n += 1) await invitations.resend(invited.account.id, { actor: 'cli' });
      expect(await mailsTo(invited)).toBe(6);
    });
  });
}
