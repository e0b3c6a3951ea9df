// prompt, max_age, acr_values, consent, and the two limits of a session (OpenID Connect Core 3.1.2.1).
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { hourMs as hour, letClockRun, stopClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { createPerson, type Person, signIn, signInTo } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`sessions and prompts (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;
    let ana: Person;
    let start: number;
    const moveDate = (passedMs: number) => stopClock(start + passedMs);

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      rp = await registerRelyingParty(gatehouse);
      ana = await createPerson(gatehouse);
    });
    beforeEach(() => {
      start = Date.now();
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    const silently = async (browser: ReturnType<TestApp['browser']>) =>
      (await browser.get(rp.request({ prompt: 'none' }).url)).leftFor?.searchParams;

    it('answers prompt=none without a session by login_required, and shows no page', async () => {
      expect((await silently(gatehouse.browser()))?.get('error')).toBe('login_required');
    });

    it('asks again for prompt=login, and moves auth_time', async () => {
      const browser = gatehouse.browser();
      const first = await signInTo(browser, rp, ana);
      moveDate(6 * 60_000);
      const second = await signInTo(browser, rp, ana, { prompt: 'login' });
      expect(Number(second.claims?.auth_time) - Number(first.claims?.auth_time)).toBeGreaterThanOrEqual(300);
      expect(second.claims?.sid).toBe(first.claims?.sid);
    });

    it('asks again when max_age has passed, and not before', async () => {
      const browser = gatehouse.browser();
      await signInTo(browser, rp, ana);
      moveDate(10 * 60_000);
      expect((await browser.get(rp.request({ max_age: '900' }).url)).leftFor).toBeDefined();
      expect((await browser.get(rp.request({ max_age: '300' }).url)).heading).toBe('Sign in');
    });

    it('ends a session after eight hours without activity, at the very minute', async () => {
      const browser = gatehouse.browser();
      await signInTo(browser, rp, ana);
      moveDate(8 * hour - 60_000);
      expect((await silently(browser))?.get('code')).toEqual(expect.any(String));
      moveDate(2 * 8 * hour + 60_000);
      expect((await silently(browser))?.get('error')).toBe('login_required');
    });

    it("counts a relying app's refresh as activity, until the absolute limit of seven days", async () => {
      const browser = gatehouse.browser();
      let { body } = await signInTo(browser, rp, ana);
      for (let passed = 6 * hour; passed < 7 * 24 * hour; passed += 6 * hour) {
        moveDate(passed);
        ({ body } = await rp.refresh(body.refresh_token ?? ''));
        expect(body.error).toBeUndefined();
      }
      moveDate(7 * 24 * hour + 60_000);
      expect((await rp.refresh(body.refresh_token ?? '')).body.error).toBe('invalid_grant');
      expect((await silently(browser))?.get('error')).toBe('login_required');
    });

    it('lets a refresh token with offline_access outlive the session', async () => {
      const browser = gatehouse.browser();
      const request = rp.request({ scope: 'openid offline_access', prompt: 'consent' });
      const consent = await signIn(browser, request, ana);
      expect(consent.text).toContain('Keep this access while you are not using it');
      const { leftFor } = await browser.submit(consent, {}, 'Allow');
      let { body } = await rp.redeem(leftFor as URL, request);
      moveDate(30 * 24 * hour);
      ({ body } = await rp.refresh(body.refresh_token ?? ''));
      expect(body.error).toBeUndefined();
      moveDate(91 * 24 * hour);
      expect((await rp.refresh(body.refresh_token ?? '')).body.error).toBe('invalid_grant');
    });

    it('asks for two factors when acr_values wants them, once', async () => {
      const ben = await createPerson(gatehouse, { withTotp: true });
      const { claims } = await signInTo(gatehouse.browser(), rp, ben, { acr_values: 'urn:gatehouse:acr:aal2' });
      expect(claims?.acr).toBe('urn:gatehouse:acr:aal2');
      const browser = gatehouse.browser();
      await signInTo(browser, rp, ana);
      const page = await browser.get(rp.request({ acr_values: 'urn:gatehouse:acr:aal2' }).url);
      expect(page.heading).toBe('Sign in');
      const silent = await browser.get(rp.request({ acr_values: 'urn:gatehouse:acr:aal2', prompt: 'none' }).url);
      expect(silent.leftFor?.searchParams.get('error')).toBe('unmet_authentication_requirements');
    });

    it('asks a third-party client once for consent, remembers it, and asks again for more', async () => {
      const third = await registerRelyingParty(gatehouse, { first_party: false });
      const browser = gatehouse.browser();
      const request = third.request({ scope: 'openid email' });
      const consent = await signIn(browser, request, ana);
      expect(consent.heading).toBe(`Allow Client ${third.clientId} to use your account?`);
      expect(consent.text).toContain('See your email address');
      const { leftFor } = await browser.submit(consent, {}, 'Allow');
      expect((await third.redeem(leftFor as URL, request)).status).toBe(200);
      expect((await signIn(gatehouse.browser(), third.request({ scope: 'openid email' }), ana)).leftFor).toBeDefined();
      expect(
        (await signIn(gatehouse.browser(), third.request({ scope: 'openid email profile' }), ana)).heading,
      ).toMatch(/^Allow/);
    });

    it('counts the seven days from the sign-in, however long the consent page stood open', async () => {
      const third = await registerRelyingParty(gatehouse, { first_party: false });
      const browser = gatehouse.browser();
      const request = third.request();
      stopClock(start);
      const consent = await signIn(browser, request, ana);
      moveDate(50 * 60_000);
      const { leftFor } = await browser.submit(consent, {}, 'Allow');
      let { body } = await third.redeem(leftFor as URL, request);
      for (let passed = 6 * hour; passed < 7 * 24 * hour; passed += 6 * hour) {
        moveDate(passed);
        ({ body } = await third.refresh(body.refresh_token ?? ''));
      }
      moveDate(7 * 24 * hour + 60_000);
      expect((await third.refresh(body.refresh_token ?? '')).body.error).toBe('invalid_grant');
    });

    it('sends access_denied to the client when consent is cancelled', async () => {
      const third = await registerRelyingParty(gatehouse, { first_party: false });
      const browser = gatehouse.browser();
      const { leftFor } = await browser.submit(await signIn(browser, third.request(), ana), {}, 'Cancel');
      expect(leftFor?.searchParams.get('error')).toBe('access_denied');
    });
  });
}
