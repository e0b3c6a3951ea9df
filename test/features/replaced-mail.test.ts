// A mail whose link is worth nothing any more is not sent, however long a mail server kept it waiting.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { letClockRun, minuteMs, moveClock, stopClock } from '../support/clock.ts';
import { askFor, newAddress } from '../support/email-change.ts';
import { engines } from '../support/engines.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { createPerson, type Person } from '../support/people.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const later = { at: 'recipient', code: 450, text: '4.2.0 Try again later' } as const;
const thief = { address: '192.0.2.66' };

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`a link that waits for its mail server (${engine.name})`, () => {
    let server: MailServer;
    let gatehouse: TestApp;

    beforeAll(async () => {
      server = await startMailServer();
      const lifetimes = { PASSWORD_RESET_LIFETIME: '60m' };
      gatehouse = await startApp({ engine, env: { ...server.env, ...lifetimes } });
    });
    afterEach(letClockRun);
    afterAll(async () => {
      await server.stop();
      await gatehouse.stop();
    });

    const askReset = ({ account }: Person) => gatehouse.services.passwordReset.mailLink(account, thief);
    const cases: [string, string, (ana: Person) => Promise<unknown>, (ana: Person) => Promise<unknown>, number][] = [
      ['reset', 'was replaced by a newer one', askReset, askReset, 1],
      [
        'reset',
        'opens nothing since the owner said that something was not theirs',
        askReset,
        ({ account }) => gatehouse.services.accounts.update(account.id, ({ passwordReset: _gone, ...kept }) => kept),
        0,
      ],
      [
        'email-change',
        'was replaced by one to another address',
        (ana) => askFor(gatehouse, ana, newAddress()),
        (ana) => askFor(gatehouse, ana, newAddress()),
        1,
      ],
      [
        'email-change',
        'belongs to a change that was cancelled',
        (ana) => askFor(gatehouse, ana, newAddress()),
        ({ account }) => gatehouse.services.emailChange.cancel(account.id, thief),
        0,
      ],
    ];

    it.each(cases)('is not sent any more when it (%s) %s', async (purpose, _, ask, then, sent) => {
      stopClock();
      const { deliveries, mailSender } = gatehouse.services;
      const ana = await createPerson(gatehouse);
      const known = new Set((await deliveries.list({ limit: 1000 })).map(({ id }) => id));
      const mails = async () =>
        (await deliveries.list({ limit: 1000 })).filter((mail) => mail.purpose === purpose && !known.has(mail.id));
      server.behave(later);
      await ask(ana);
      await mailSender.sendDue();
      expect((await mails()).map(({ state }) => state)).toEqual(['retrying']);
      server.behave('accept');
      await then(ana);
      moveClock(20 * minuteMs);
      await mailSender.sendDue();
      const states = (await mails()).map(({ state }) => state);
      expect(states.toSorted()).toEqual([...Array(sent).fill('sent'), 'superseded']);
    });

    it('is sent when it is the newest', async () => {
      stopClock();
      const { deliveries, mailSender } = gatehouse.services;
      server.behave(later);
      const ana = await createPerson(gatehouse);
      await askReset(ana);
      await mailSender.sendDue();
      server.behave('accept');
      moveClock(20 * minuteMs);
      await mailSender.sendDue();
      const [mail] = (await deliveries.list({ limit: 1000 })).filter(({ to }) => to === ana.email);
      expect(mail).toMatchObject({ purpose: 'reset', state: 'sent', tries: 2 });
    });
  });
}
