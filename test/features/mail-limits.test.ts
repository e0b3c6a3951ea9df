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

    it.each(['asked for account', 'caused by account'] as const)(
      'allow three mails to be caused within an hour by the rule "%s", however many are asked for at once',
      async (rule) => {
        stopClock();
        const take = () => gatehouse.services.mailLimits.take(rule, 'one');
        expect(await allowed(20, take)).toBe(3);
        moveClock(hourMs - 1);
        expect(await take()).toBe(false);
        moveClock(1);
        expect(await allowed(4, take)).toBe(3);
      },
    );

    it.each(['reset asked by network', 'invitation asked by network', 'caused by network'] as const)(
      'allow ten mails to be caused within an hour by the rule "%s", from whichever of its addresses',
      async (rule) => {
        let asked = 0;
        const take = () => {
          asked += 1;
          return gatehouse.services.mailLimits.take(rule, `2001:db8::${asked}`);
        };
        expect(await allowed(30, take)).toBe(10);
        expect(await gatehouse.services.mailLimits.take(rule, '192.0.2.1')).toBe(true);
        expect(await allowed(20, () => gatehouse.services.mailLimits.take(rule, undefined))).toBe(10);
      },
    );

    it('let three go to an address within an hour, whoever asks and however it is written', async () => {
      const { mailLimits } = gatehouse.services;
      const spellings = ['ana@example.com', 'Ana@Example.com', ' ana@EXAMPLE.com'];
      const answers = await Promise.all(
        [...spellings, ...spellings].map((email) => mailLimits.take('sent to address', email)),
      );
      expect(answers.filter(Boolean)).toHaveLength(3);
    });
  });
}
