// What a browser that is known is spared, and what it is not.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { hourMs, letClockRun, moveClock, stopClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { openProfile } from '../support/my-profile.ts';
import { codeAt, createPerson } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`a known browser (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      rp = await registerRelyingParty(gatehouse);
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    it('SE-11: is offered no staying signed in beyond the limits of the session', async () => {
      const browser = gatehouse.browser();
      const page = await browser.get(rp.request().url);
      expect(page.document.querySelectorAll('input[type=checkbox], input[name*=remember]')).toEqual([]);
      stopClock();
      const ana = await createPerson(gatehouse);
      await openProfile(browser, ana);
      for (let hours = 0; hours < 7 * 24; hours += 7) {
        expect((await browser.get('/profile')).heading).toBe('My Profile');
        moveClock(7 * hourMs);
      }
      expect((await browser.get('/profile')).heading).toBe('Sign in');
    });

    it('SE-11: is asked for the second factor at every sign-in', async () => {
      stopClock();
      const browser = gatehouse.browser();
      const ana = await createPerson(gatehouse, { withTotp: true });
      for (let times = 0; times < 3; times += 1) {
        const page = await browser.submit(
          await browser.get(rp.request({ prompt: 'login' }).url),
          { email: ana.email, password: ana.password },
          'Sign in',
        );
        expect(page.heading).toBe('Enter your code');
        const { leftFor } = await browser.submit(page, { code: codeAt(ana.totpSecret ?? '') }, 'Confirm');
        expect(leftFor?.searchParams.has('code')).toBe(true);
        moveClock(2 * hourMs);
      }
    });
  });
}
