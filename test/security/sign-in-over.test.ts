// One browser, several people: whoever signs in last is signed in, and nobody inherits anything.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { letClockRun, minuteMs, moveClock, stopClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { signedInBrowser } from '../support/my-profile.ts';
import { createPerson, signInTo } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`signing in over a session (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      rp = await registerRelyingParty(gatehouse);
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    it('ends the other person’s session, and its tokens, when somebody else signs in with the same browser', async () => {
      const [ana, ben] = [await createPerson(gatehouse), await createPerson(gatehouse, { givenName: 'Ben' })];
      const browser = gatehouse.browser();
      const { body } = await signInTo(browser, rp, ana);
      const anas = await browser.jar.getCookieString(gatehouse.issuer);
      const { claims } = await signInTo(browser, rp, ben, { prompt: 'login' });
      expect(claims?.sub).toBe(ben.account.id);
      const profile = await browser.get('/profile');
      expect([profile.text.includes(ben.email), profile.text.includes(ana.email)]).toEqual([true, false]);
      expect((await rp.refresh(body.refresh_token ?? '')).body.error).toBe('invalid_grant');
      const replayed = await gatehouse.browser().request('/profile', { headers: { Cookie: anas } });
      expect(replayed.status).toBe(303);
      // Her other browser knows nothing of it.
      expect(await signedInBrowser(gatehouse, ana)).toBeDefined();
    });

    it('keeps the session, with a fresh id, when the same person signs in again', async () => {
      stopClock();
      const ana = await createPerson(gatehouse);
      const browser = gatehouse.browser();
      const first = await signInTo(browser, rp, ana);
      const before = await browser.jar.getCookieString(gatehouse.issuer);
      moveClock(minuteMs);
      const second = await signInTo(browser, rp, ana, { prompt: 'login' });
      expect(second.claims).toMatchObject({
        sid: first.claims?.sid,
        auth_time: (first.claims?.auth_time as number) + 60,
      });
      expect(await browser.jar.getCookieString(gatehouse.issuer)).not.toBe(before);
      expect((await gatehouse.browser().request('/profile', { headers: { Cookie: before } })).status).toBe(303);
      expect((await rp.refresh(first.body.refresh_token ?? '')).status).toBe(200);
    });

    it('does not mix up two persons who sign in by two tabs of one browser: the last one stays', async () => {
      const [ana, ben] = [await createPerson(gatehouse), await createPerson(gatehouse)];
      const browser = gatehouse.browser();
      const [first, second] = [rp.request(), rp.request()];
      const [one, two] = [await browser.get(first.url), await browser.get(second.url)];
      const asAna = await browser.submit(one, { email: ana.email, password: ana.password }, 'Sign in');
      const asBen = await browser.submit(two, { email: ben.email, password: ben.password }, 'Sign in');
      expect((await rp.redeem(asBen.leftFor as URL, second)).claims?.sub).toBe(ben.account.id);
      expect((await rp.redeem(asAna.leftFor as URL, first)).body.error).toBe('invalid_grant');
      expect((await browser.get('/profile')).text).toContain(ben.email);
    });
  });
}
