// A reset is told, whatever follows it: who reset the password of another must not be able to keep it quiet.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { letClockRun, minuteMs, moveClock, stopClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { createPerson, type Person } from '../support/people.ts';
import { askForReset, behindProxy, freshLink, resetWith, subjectsTo } from '../support/reset.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const told = 'Your Gatehouse password was reset';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`a reset that is to be kept quiet (${engine.name})`, () => {
    let gatehouse: TestApp;

    beforeAll(async () => {
      gatehouse = await startApp({ engine, env: behindProxy });
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    const resetsOf = async ({ account }: Person) =>
      (await gatehouse.services.audit.bySubject(account.id)).filter(({ type }) => type === 'password.reset').length;

    it('is told to the owner and written down though another link is asked for before that was done', async () => {
      stopClock();
      const ana = await createPerson(gatehouse);
      const link = await freshLink(gatehouse, ana);
      const { audit } = gatehouse.services;
      const { recordNoted } = audit;
      // The storage fails when the reset stands and is still to be told; it is told a minute later.
      audit.recordNoted = (subject, event) =>
        event.type === 'password.reset' ? Promise.reject(new Error('no storage')) : recordNoted(subject, event);
      await resetWith(gatehouse.browser(), link);
      audit.recordNoted = recordNoted;
      expect(await resetsOf(ana)).toBe(0);
      await askForReset(gatehouse, gatehouse.browser(), ana.email);
      moveClock(2 * minuteMs);
      await gatehouse.services.deferredWork.resume();
      expect(await resetsOf(ana)).toBe(1);
      expect(await subjectsTo(gatehouse, ana.email)).toContain(told);
    });
  });
}
