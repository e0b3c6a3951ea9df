// The rules of a session by their numbers: its limits, its ids, its cookies, how fresh it must be, and what a sign-out leaves.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { sha256 } from '../../src/platform/secrets.ts';
import type { PageSession } from '../../src/web/http/page-session.ts';
import type { TestBrowser } from '../support/browser.ts';
import { hourMs, letClockRun, minuteMs, moveClock, stopClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { activatePath, passwordPath, signedInBrowser } from '../support/my-profile.ts';
import { createPerson, type Person, signIn, signInTo } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const sessionName = 'gatehouse-session';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`the rules of a session (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;
    let ana: Person;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      rp = await registerRelyingParty(gatehouse);
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    async function signedIn(): Promise<TestBrowser> {
      ana = await createPerson(gatehouse);
      return signedInBrowser(gatehouse, ana);
    }

    const idOf = async (browser: TestBrowser) =>
      (await browser.jar.getCookies(gatehouse.issuer)).find(({ key }) => key === sessionName)?.value ?? '';
    const stateOf = async (browser: TestBrowser) =>
      (await (await browser.request('/profile/session-state')).json()) as Partial<PageSession> & { state: string };
    const sessionOf = async () => (await Array.fromAsync(gatehouse.services.sessions.ofAccount(ana.account.id)))[0];
    const silently = async (browser: TestBrowser, params: Record<string, string> = {}) =>
      (await browser.get(rp.request({ prompt: 'none', ...params }).url)).leftFor?.searchParams;

    it('SE-01: lasts eight hours without activity, give or take a minute, and asking about it is no activity', async () => {
      const browser = await signedIn();
      const start = stopClock();
      stopClock(start + 8 * hourMs - minuteMs);
      expect(await stateOf(browser)).toMatchObject({ state: 'live', warnSeconds: 300, isFinal: false });
      stopClock(start + 8 * hourMs + minuteMs);
      expect(await stateOf(browser)).toEqual({ state: 'over' });
    });

    it('SE-01: an act puts the end off by eight hours', async () => {
      const browser = await signedIn();
      moveClock(7 * hourMs);
      await browser.get('/profile');
      moveClock(7 * hourMs);
      expect(await stateOf(browser)).toMatchObject({ state: 'live' });
      const { secondsLeft } = await stateOf(browser);
      expect(secondsLeft).toBeGreaterThan(3590);
      expect(secondsLeft).toBeLessThanOrEqual(3600);
    });

    it('SE-01: "Stay signed in" is an act, and needs the token of the page', async () => {
      const browser = await signedIn();
      moveClock(7 * hourMs);
      const { csrf = '', secondsLeft = 0 } = await stateOf(browser);
      expect((await browser.post('/profile/stay-signed-in', { _csrf: 'no' })).status).toBe(403);
      const answer = await browser.request('/profile/stay-signed-in', {
        method: 'POST',
        body: new URLSearchParams({ _csrf: csrf }),
        headers: { Accept: 'application/json' },
      });
      expect(answer.headers.get('Location')).toContain('/profile/session-state');
      expect((await stateOf(browser)).secondsLeft).toBeGreaterThan(secondsLeft + 6 * 3600);
    });

    it('SE-01: a refresh is activity, unless the client says otherwise', async () => {
      const quiet = await registerRelyingParty(gatehouse, { refresh_counts_as_activity: false });
      const outcomes: unknown[] = [];
      for (const client of [rp, quiet]) {
        const browser = gatehouse.browser();
        let { body } = await signInTo(browser, client, await createPerson(gatehouse));
        for (const _ of [1, 2]) {
          moveClock(5 * hourMs);
          ({ body } = await client.refresh(body.refresh_token ?? ''));
        }
        outcomes.push(body.error);
      }
      expect(outcomes).toEqual([undefined, 'invalid_grant']);
    });

    it('SE-02: ends seven days after the sign-in, whatever is done', async () => {
      const browser = await signedIn();
      const start = stopClock();
      for (let passed = 6 * hourMs; passed < 7 * 24 * hourMs; passed += 6 * hourMs) {
        stopClock(start + passed);
        await browser.get('/profile');
      }
      expect(await stateOf(browser)).toMatchObject({ state: 'live', isFinal: true });
      stopClock(start + 7 * 24 * hourMs + minuteMs);
      expect(await stateOf(browser)).toEqual({ state: 'over' });
    });

    it('SE-03: has a new id after a step-up, and the old one opens nothing', async () => {
      const browser = await signedIn();
      const first = await idOf(browser);
      const old = await browser.jar.getCookieString(gatehouse.issuer);
      moveClock(20 * minuteMs);
      await browser.submit(await browser.get(activatePath), { email: ana.email, password: ana.password }, 'Sign in');
      expect(await idOf(browser)).not.toBe(first);
      expect((await sessionOf())?.idHashes[0]).toBe(sha256(await idOf(browser)));
      const thief = await gatehouse.browser().request('/profile', { headers: { Cookie: old } });
      expect(thief.headers.get('Location')).toContain('/auth?');
    });

    it('SE-03: gives no id before the sign-in, and takes none that was planted', async () => {
      const waiting = gatehouse.browser();
      await waiting.get(rp.request().url);
      expect(await idOf(waiting)).toBe('');
      ana = await createPerson(gatehouse);
      const signedOut = await signedIn();
      const planted = await idOf(signedOut);
      moveClock(9 * hourMs);
      await signedOut.get(rp.request().url);
      const anonymous = await idOf(signedOut);
      expect(anonymous).not.toBe(planted);
      await signIn(signedOut, rp.request(), ana);
      expect(await idOf(signedOut)).not.toBe(anonymous);
    });

    it('SE-03: keeps no id after a sign-out: the next sign-in has another session', async () => {
      const browser = await signedIn();
      const first = await idOf(browser);
      await browser.submit(await browser.get('/profile'), {}, 'Log Out');
      expect(await idOf(browser)).toBe('');
      const page = await browser.get('/profile');
      await browser.submit(page, { email: ana.email, password: ana.password }, 'Sign in');
      expect(await idOf(browser)).not.toBe(first);
    });

    it('SE-06: prompt=none never shows a page, whatever stands in the way', async () => {
      const nobody = gatehouse.browser();
      expect((await silently(nobody))?.get('error')).toBe('login_required');
      const browser = gatehouse.browser();
      ana = await createPerson(gatehouse);
      await signInTo(browser, rp, ana);
      expect((await silently(browser))?.get('code')).toEqual(expect.any(String));
      moveClock(10 * minuteMs);
      expect((await silently(browser, { max_age: '300' }))?.get('error')).toBe('login_required');
      const third = await registerRelyingParty(gatehouse, { first_party: false });
      const consent = await browser.get(third.request({ prompt: 'none' }).url);
      expect(consent.leftFor?.searchParams.get('error')).toBe('consent_required');
      moveClock(9 * hourMs);
      expect((await silently(browser))?.get('error')).toBe('login_required');
    });

    it('SE-06: prompt=login and max_age ask again, and auth_time says when', async () => {
      const browser = gatehouse.browser();
      ana = await createPerson(gatehouse);
      const first = await signInTo(browser, rp, ana);
      moveClock(10 * minuteMs);
      const request = rp.request({ max_age: '300' });
      const { leftFor } = await signIn(browser, request, ana);
      const again = await rp.redeem(leftFor as URL, request);
      expect(Number(again.claims?.auth_time) - Number(first.claims?.auth_time)).toBeGreaterThanOrEqual(600);
      expect((await browser.get(rp.request({ prompt: 'login' }).url)).heading).toBe('Sign in');
      expect((await browser.get(rp.request({ max_age: '0' }).url)).heading).toBe('Sign in');
    });

    it('SE-07: Log Out is a post with a token, which a link or another site cannot make', async () => {
      const browser = await signedIn();
      await browser.get('/profile/sign-out');
      expect((await browser.post('/profile/sign-out', {})).status).toBe(403);
      expect((await browser.post('/profile/sign-out', {}, { Origin: 'https://evil.example' })).status).toBe(403);
      expect(await stateOf(browser)).toMatchObject({ state: 'live' });
    });

    it('SE-07: every way out has the browser forget what it kept', async () => {
      const browser = gatehouse.browser();
      ana = await createPerson(gatehouse);
      await signInTo(browser, rp, ana);
      const form = await browser.get('/session/end');
      const fields = Object.fromEntries(
        form.document
          .querySelectorAll('input')
          .map((input) => [input.getAttribute('name'), input.getAttribute('value')]),
      );
      const action = form.document.querySelector('form')?.getAttribute('action') ?? '';
      const answer = await browser.request(action, {
        method: 'POST',
        body: new URLSearchParams({ ...fields, logout: 'yes' } as Record<string, string>),
      });
      expect(answer.headers.get('Clear-Site-Data')).toBe('"cache", "storage"');
      expect(answer.headers.get('Location')).toContain('/signed-out');
      expect(await stateOf(browser)).toEqual({ state: 'over' });
    });

    it('SE-07: signing out twice, or after the session ran out, ends on the same calm page', async () => {
      const browser = await signedIn();
      const open = await browser.get('/profile');
      moveClock(9 * hourMs);
      for (const _ of ['late', 'twice']) {
        const page = await browser.submit(open, {}, 'Log Out');
        expect([page.status, page.heading]).toEqual([200, 'You are signed out']);
      }
    });

    it('SE-07: nobody who is signed in is told that they are not', async () => {
      const browser = await signedIn();
      expect((await browser.get('/signed-out')).heading).toBe('My Profile');
    });

    it('SE-08: the cookie is signed, for the server alone, and holds nothing of the person', async () => {
      const browser = await signedIn();
      const cookie = (await browser.jar.getCookies(gatehouse.issuer)).find(({ key }) => key === sessionName);
      expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'lax', path: '/' });
      expect(cookie?.value).toMatch(/^[\w-]{21,}$/);
      const forged = `${sessionName}=${cookie?.value}; ${sessionName}.sig=AAAAAAAAAAAAAAAAAAAAAAAAAAA`;
      const answer = await gatehouse.browser().request('/profile/session-state', { headers: { Cookie: forged } });
      expect(await answer.json()).toEqual({ state: 'over' });
    });

    it('SE-09: after a long pause the sign-in page says why, whichever way the person comes, and leads back', async () => {
      const browser = gatehouse.browser();
      ana = await createPerson(gatehouse);
      await signInTo(browser, rp, ana);
      moveClock(9 * hourMs);
      const byApp = await browser.get(rp.request().url);
      expect(byApp.text).toContain('You were signed out because nothing was done for a long time.');
      const own = await browser.get(passwordPath);
      expect(own.text).toContain('You were signed out because nothing was done for a long time.');
      const back = await browser.submit(own, { email: ana.email, password: ana.password }, 'Sign in');
      expect(new URL(back.url).pathname).toBe(passwordPath);
      expect((await gatehouse.browser().get(rp.request().url)).text).not.toContain('You were signed out');
    });

    it('SE-09: a form that is sent too late leads back to its page', async () => {
      const browser = await signedIn();
      const page = await browser.get(passwordPath);
      moveClock(9 * hourMs);
      const late = await browser.submit(
        page,
        { currentPassword: ana.password, newPassword: 'seven quiet bicycles' },
        'Save',
      );
      expect(late.heading).toBe('Sign in');
      const back = await browser.submit(late, { email: ana.email, password: ana.password }, 'Sign in');
      expect(new URL(back.url).pathname).toBe(passwordPath);
    });

    it.each(['//evil.example/', '/\\evil.example', 'https://evil.example/', 'javascript:alert(1)', '/\t/evil.example'])(
      'a new sign-in leads back to no other site: %j',
      async (to) => {
        const browser = await signedIn();
        const page = await browser.get(`/profile/sign-in-again?to=${encodeURIComponent(to)}`);
        expect(page.heading).toBe('Sign in');
        const back = await browser.submit(page, { email: ana.email, password: ana.password }, 'Sign in');
        expect(new URL(back.url).pathname).toBe('/profile');
      },
    );

    it('SE-10: a dangerous act asks for a sign-in of the last fifteen minutes, and leads back to the act', async () => {
      const browser = await signedIn();
      expect((await browser.get(activatePath)).heading).not.toBe('Sign in');
      moveClock(16 * minuteMs);
      const asked = await browser.get(activatePath);
      expect(asked.heading).toBe('Sign in');
      const back = await browser.submit(asked, { email: ana.email, password: ana.password }, 'Sign in');
      expect(new URL(back.url).pathname).toBe(activatePath);
    });
  });
}

describe('the cookie names of a server on https', () => {
  it('SE-08: are __Host- for the session and __Secure- for an interaction', async () => {
    const { cookieNames, sessionCookieOptions } = await import('../../src/oidc/configuration.ts');
    const issuer = 'https://id.example.com';
    expect(cookieNames(issuer)).toEqual({
      session: '__Host-gatehouse-session',
      interaction: '__Secure-gatehouse-interaction',
      resume: '__Secure-gatehouse-resume',
    });
    expect(sessionCookieOptions(issuer)).toMatchObject({ secure: true, httpOnly: true, signed: true, path: '/' });
  });
});
