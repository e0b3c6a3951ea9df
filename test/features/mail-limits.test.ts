// How many mails somebody may cause by asking.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { hourMs, letClockRun, moveClock, stopClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`the limits on mail (${engine.name})`, () => {
    let gatehouse: TestApp;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
    });
    afterAll(() => gatehouse.stop());
    afterEach(letClockRun);

    const allowed = async (count: number, take: () => Promise<boolean>) =>
      (await Promise.all(Array.from({ length: count }, take))).filter(Boolean).length;

    it('let an account cause three within an hour, however many are asked for at once', async () => {
      stopClock();
      const { mailLimits } = gatehouse.services;
      const take = () => mailLimits.take({ accountId: 'one', address: '192.0.2.1' });
      expect(await allowed(20, take)).toBe(3);
      moveClock(hourMs - 1);
      expect(await take()).toBe(false);
      moveClock(1);
      expect(await allowed(4, take)).toBe(3);
    });

    it('let a network cause ten within an hour, whatever the accounts', async () => {
      const { mailLimits } = gatehouse.services;
      let account = 0;
      const take = () => {
        account += 1;
        return mailLimits.take({ accountId: `account ${account}`, address: `2001:db8::${account}` });
      };
      expect(await allowed(30, take)).toBe(10);
    });

    it('let three go to an address within an hour, whoever asks and however it is written', async () => {
      const { mailLimits } = gatehouse.services;
      const spellings = ['ana@example.com', 'Ana@Example.com', ' ana@EXAMPLE.com'];
      const answers = await Promise.all([...spellings, ...spellings].map((email) => mailLimits.takeFor(email)));
      expect(answers.filter(Boolean)).toHaveLength(3);
    });
  });
}
