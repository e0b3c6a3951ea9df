// An app that states rules of its own: a session that is good elsewhere is asked for exactly what it lacks, and never in a circle.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type ClientPolicyRules, clientPolicySchema } from '../../src/organizations/policy.ts';
import type { Page, TestBrowser } from '../support/browser.ts';
import { hourMs, letClockRun, minuteMs, moveClock, stepMs, stopClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { shownSecret, twoCodes } from '../support/my-profile.ts';
import { codeAt, createPerson, type Person, signIn, signInTo, withAuthenticator } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`an app with rules of its own (${engine.name})`, () => {
    let gatehouse: TestApp;
    let plain: RelyingParty;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      plain = await registerRelyingParty(gatehouse);
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    async function appWith(policy: Partial<ClientPolicyRules>): Promise<RelyingParty> {
      const rp = await registerRelyingParty(gatehouse);
      await gatehouse.services.clients.setPolicy(rp.clientId, clientPolicySchema.parse(policy), {});
      return rp;
    }

    /** Signed in with the password, by somebody who has set up a second factor in that session since. */
    async function oneFactorSession(): Promise<{ browser: TestBrowser; person: Person }> {
      const person = await createPerson(gatehouse);
      const browser = gatehouse.browser();
      await signInTo(browser, plain, person);
      return { browser, person: await withAuthenticator(gatehouse, person) };
    }

    const confirm = (browser: TestBrowser, page: Page, { totpSecret = '' }: Person) =>
      browser.submit(page, { code: codeAt(totpSecret) }, 'Confirm');
    const claimsOf = async (rp: RelyingParty, page: Page, request: ReturnType<RelyingParty['request']>) =>
      (await rp.redeem(page.leftFor as URL, request)).claims;

    it('that asks for a second factor gets the code alone, and the sign-in is as old as it was', async () => {
      const rp = await appWith({ mfa: 'required' });
      stopClock();
      const { browser, person } = await oneFactorSession();
      moveClock(2 * hourMs);
      const request = rp.request();
      const code = await browser.get(request.url);
      expect(code.heading).toBe('Enter your code');
      const done = await confirm(browser, code, person);
      const claims = await claimsOf(rp, done, request);
      expect(claims).toMatchObject({ acr: 'urn:gatehouse:acr:aal2', amr: ['pwd', 'otp', 'mfa'] });
      expect(Math.floor(Date.now() / 1000) - Number(claims?.auth_time)).toBe(2 * 3600);
      const again = await browser.get(rp.request().url);
      expect(again.leftFor?.searchParams.get('code')).toEqual(expect.any(String));
      const [event] = await gatehouse.services.audit.latestOf(person.account.id, { limit: 1 });
      expect(event).toMatchObject({ type: 'sign-in.succeeded', detail: { stepUp: true } });
    });

    it('leaves other apps as they were, before and after', async () => {
      const rp = await appWith({ mfa: 'required' });
      const { browser, person } = await oneFactorSession();
      expect((await browser.get(plain.request().url)).leftFor).toBeDefined();
      expect((await confirm(browser, await browser.get(rp.request().url), person)).leftFor).toBeDefined();
      expect((await browser.get(plain.request().url)).leftFor).toBeDefined();
    });

    it('does not lengthen the session by the code, and lets the former session id open nothing', async () => {
      const rp = await appWith({ mfa: 'required' });
      stopClock();
      const { browser, person } = await oneFactorSession();
      const former = await browser.jar.getCookies(gatehouse.issuer);
      const [session] = await sessionsOf(person);
      moveClock(hourMs);
      await confirm(browser, await browser.get(rp.request().url), person);
      const [after] = await sessionsOf(person);
      expect([after?.id, after?.absoluteUntil, after?.signedInAt]).toEqual([
        session?.id,
        session?.absoluteUntil,
        session?.signedInAt,
      ]);
      const thief = gatehouse.browser();
      for (const cookie of former) await thief.jar.setCookie(cookie, gatehouse.issuer);
      expect((await thief.get(plain.request().url)).heading).toBe('Sign in');
    });
    const sessionsOf = async ({ account }: Person) =>
      Array.fromAsync(gatehouse.services.sessions.ofAccount(account.id));

    it('is told by prompt=none that the person is needed', async () => {
      const rp = await appWith({ mfa: 'required' });
      const { browser } = await oneFactorSession();
      const { leftFor } = await browser.get(rp.request({ prompt: 'none' }).url);
      expect(leftFor?.searchParams.get('error')).toBe('login_required');
    });

    it('never asks for the code alone where more is missing', async () => {
      const rp = await appWith({ mfa: 'required' });
      const { browser } = await oneFactorSession();
      expect((await browser.get(rp.request({ prompt: 'login' }).url)).heading).toBe('Sign in');
      expect((await browser.get(rp.request({ max_age: '0' }).url)).heading).toBe('Sign in');
    });

    it('starts from the password where the session ended meanwhile', async () => {
      const rp = await appWith({ mfa: 'required' });
      const { browser, person } = await oneFactorSession();
      const code = await browser.get(rp.request().url);
      await gatehouse.app.oidc.endAll(person.account.id, { reason: 'administrator' }, {});
      const page = await confirm(browser, code, person);
      expect([page.leftFor, page.heading]).toEqual([undefined, 'Sign in']);
    });

    it('starts from the password after five wrong codes', async () => {
      const rp = await appWith({ mfa: 'required' });
      const { browser } = await oneFactorSession();
      let page = await browser.get(rp.request().url);
      for (let tries = 0; tries < 5; tries += 1) page = await browser.submit(page, { code: '000000' }, 'Confirm');
      expect(page.heading).toBe('Sign in');
    });

    it('has who has no second factor set one up, after the password, once', async () => {
      const rp = await appWith({ mfa: 'required' });
      const person = await createPerson(gatehouse);
      const browser = gatehouse.browser();
      await signInTo(browser, plain, person);
      const first = await browser.get(rp.request().url);
      expect(first.heading).toBe('Sign in');
      const enrol = await browser.submit(first, { email: person.email, password: person.password }, 'Sign in');
      expect(enrol.heading).toBe('Set up multi-factor authentication');
      const secret = await shownSecret(browser, enrol);
      const codes = await browser.submit(enrol, twoCodes(secret), 'Save');
      const done = await browser.submit(codes, {}, undefined);
      expect(done.leftFor?.searchParams.get('code')).toEqual(expect.any(String));
      expect((await browser.get(rp.request().url)).leftFor?.searchParams.get('code')).toEqual(expect.any(String));
    });

    it('acr_values are met by the code alone, too', async () => {
      const { browser, person } = await oneFactorSession();
      const request = plain.request({ acr_values: 'urn:gatehouse:acr:aal2' });
      const code = await browser.get(request.url);
      expect(code.heading).toBe('Enter your code');
      expect((await claimsOf(plain, await confirm(browser, code, person), request))?.acr).toBe(
        'urn:gatehouse:acr:aal2',
      );
    });

    it('that lets people in from some addresses refuses others, in a session and at a sign-in, and says who', async () => {
      const rp = await appWith({ ipAllowList: ['203.0.113.0/24'] });
      const person = await createPerson(gatehouse);
      const browser = gatehouse.browser();
      await signInTo(browser, plain, person);
      const page = await signIn(browser, rp.request(), person);
      expect([page.leftFor, page.status, page.heading]).toEqual([undefined, 403, 'You cannot sign in from here']);
      expect((await browser.get(plain.request().url)).leftFor).toBeDefined();
      const events = await gatehouse.services.audit.latestOf(person.account.id, { limit: 5 });
      expect(events.find(({ type }) => type === 'sign-in.refused')?.detail).toMatchObject({
        by: `client ${rp.clientId}`,
      });
    });

    it('that wants a young sign-in asks for everything again when it is too old, and not before', async () => {
      const rp = await appWith({ maxAgeMinutes: 30 });
      stopClock();
      const person = await createPerson(gatehouse);
      const browser = gatehouse.browser();
      await signInTo(browser, plain, person);
      moveClock(29 * minuteMs);
      expect((await browser.get(rp.request({ max_age: '7200' }).url)).leftFor).toBeDefined();
      moveClock(2 * minuteMs);
      expect((await browser.get(rp.request({ max_age: '7200' }).url)).heading).toBe('Sign in');
      expect((await browser.get(plain.request().url)).leftFor).toBeDefined();
      expect((await signIn(browser, rp.request(), person)).leftFor).toBeDefined();
      expect((await browser.get(rp.request().url)).leftFor).toBeDefined();
    });

    it('ends or shortens no session by a link alone, and opens for one that is older than its limit after a fresh sign-in', async () => {
      const strict = await appWith({ idleTimeoutMinutes: 30, absoluteTimeoutHours: 2 });
      stopClock();
      const person = await createPerson(gatehouse);
      const browser = gatehouse.browser();
      await signInTo(browser, plain, person);
      const [before] = await sessionsOf(person);
      moveClock(3 * hourMs);
      await browser.get(strict.request({ redirect_uri: 'https://evil.example/' }).url);
      const silent = await browser.get(strict.request({ prompt: 'none' }).url);
      expect(silent.leftFor?.searchParams.get('error')).toBe('login_required');
      const asked = await browser.get(strict.request().url);
      expect([asked.status, asked.heading]).toEqual([200, 'Sign in']);
      const [after] = await sessionsOf(person);
      expect([after?.idleSeconds, after?.absoluteUntil]).toEqual([before?.idleSeconds, before?.absoluteUntil]);
      expect((await browser.get(plain.request().url)).leftFor?.searchParams.has('code')).toBe(true);
      const { email, password } = person;
      const again = await browser.submit(await browser.get(strict.request().url), { email, password }, 'Sign in');
      expect(again.leftFor?.searchParams.has('code')).toBe(true);
    });

    it('takes opening it for activity before its own idle limit counts', async () => {
      const strict = await appWith({ idleTimeoutMinutes: 30 });
      stopClock();
      const person = await createPerson(gatehouse);
      const browser = gatehouse.browser();
      await signInTo(browser, plain, person);
      moveClock(40 * minuteMs);
      const request = strict.request();
      const { leftFor } = await browser.get(request.url);
      expect((await strict.redeem(leftFor as URL, request)).status).toBe(200);
    });

    it('makes a session that it is opened in as short as it wants, and never longer', async () => {
      const strict = await appWith({ idleTimeoutMinutes: 30, absoluteTimeoutHours: 2 });
      const lax = await appWith({ idleTimeoutMinutes: 1440, absoluteTimeoutHours: 720 });
      stopClock();
      const person = await createPerson(gatehouse);
      const browser = gatehouse.browser();
      await signInTo(browser, plain, person);
      const [before] = await sessionsOf(person);
      await browser.get(lax.request().url);
      expect((await sessionsOf(person))[0]?.absoluteUntil).toBe(before?.absoluteUntil);
      await browser.get(strict.request().url);
      const [after] = await sessionsOf(person);
      expect([after?.idleSeconds, after?.absoluteUntil]).toEqual([1800, Date.now() + 2 * hourMs]);
      moveClock(29 * minuteMs + 2 * stepMs);
      expect((await browser.get(plain.request({ prompt: 'none' }).url)).leftFor?.searchParams.get('error')).toBe(
        'login_required',
      );
    });
  });
}
