// My Profile and M14: who I am, the way in and back to the page asked for, and Log Out.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { engines } from '../support/engines.ts';
import { openProfile, passwordPath, signedInBrowser } from '../support/my-profile.ts';
import { createPerson, signIn, signInTo } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`My Profile (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      rp = await registerRelyingParty(gatehouse);
    });
    afterAll(() => gatehouse.stop());

    it('asks a stranger to sign in, names no other app, and leads back to the page asked for', async () => {
      const ana = await createPerson(gatehouse);
      const browser = gatehouse.browser();
      const asked = await browser.get(`${passwordPath}?done=password-changed`);
      expect(asked.heading).toBe('Sign in');
      expect(asked.text).not.toContain('to continue to');
      const page = await browser.submit(asked, { email: ana.email, password: ana.password }, 'Sign in');
      expect(new URL(page.url).pathname + new URL(page.url).search).toBe(`${passwordPath}?done=password-changed`);
      expect(page.heading).toBe('Password');
    });

    it('leads from / to My Profile', async () => {
      const browser = await signedInBrowser(gatehouse, await createPerson(gatehouse));
      expect(new URL((await browser.get('/')).url).pathname).toBe('/profile');
    });

    it('leads nowhere else by a `state` that this browser was not given', async () => {
      const browser = await signedInBrowser(gatehouse, await createPerson(gatehouse));
      const forged = `${Buffer.from('//evil.example/').toString('base64url')}.${'A'.repeat(43)}`;
      for (const state of [forged, 'nonsense', '', '.']) {
        const page = await browser.get(`/profile?${new URLSearchParams({ state })}`);
        expect(page.leftFor).toBeUndefined();
        expect(new URL(page.url).pathname).toBe('/profile');
      }
    });

    it('shows who I am, when and how I signed in', async () => {
      const ana = await createPerson(gatehouse, { withTotp: true, givenName: 'Ana Lucía' });
      const browser = gatehouse.browser();
      const page = await openProfile(browser, ana, '/profile');
      expect(page.heading).toBe('My Profile');
      for (const fact of ['Ana Lucía', 'Silva', ana.email, 'Verified', 'Password', 'Authentication code'])
        expect(page.text).toContain(fact);
      expect(page.document.querySelector('main time, time')?.getAttribute('datetime')).toMatch(/^\d{4}-\d\d-\d\dT/);
    });

    it('opens to a person whom a relying app signed in, without asking again', async () => {
      const ana = await createPerson(gatehouse);
      const browser = gatehouse.browser();
      await signInTo(browser, rp, ana);
      expect((await browser.get('/profile')).heading).toBe('My Profile');
    });

    it('sends password managers to the password page, and has no other well-known pages', async () => {
      const browser = gatehouse.browser();
      const known = await browser.request('/.well-known/change-password');
      expect([known.status, known.headers.get('Location')]).toEqual([303, '/profile/password']);
      for (const name of ['resource-that-should-not-exist-whose-status-code-should-not-be-200', 'nothing']) {
        const { status, heading } = await browser.get(`/.well-known/${name}`);
        expect([status, heading]).toEqual([404, 'Page not found']);
      }
    });

    describe('Log Out', () => {
      it('ends the session, its tokens and its cookie', async () => {
        const ana = await createPerson(gatehouse);
        const browser = gatehouse.browser();
        const { body } = await signInTo(browser, rp, ana);
        const userinfo = () =>
          fetch(`${gatehouse.issuer}/me`, { headers: { Authorization: `Bearer ${body.access_token}` } });
        expect((await userinfo()).status).toBe(200);

        const stolen = await browser.jar.getCookieString(gatehouse.issuer);
        const page = await browser.submit(await browser.get('/profile'), {}, 'Log Out');

        expect(page.heading).toBe('You are signed out');
        expect((await userinfo()).status).toBe(401);
        expect((await rp.refresh(body.refresh_token ?? '')).body.error).toBe('invalid_grant');
        expect(await browser.jar.getCookieString(gatehouse.issuer)).not.toContain('session');
        const replayed = await gatehouse.browser().request('/profile', { headers: { Cookie: stolen } });
        expect(replayed.headers.get('Location')).toContain('/auth?');
        expect((await browser.get(rp.request().url)).heading).toBe('Sign in');
        const events = await gatehouse.services.audit.bySubject(ana.account.id);
        expect(events.at(-1)).toMatchObject({
          type: 'session.ended',
          actor: ana.account.id,
          detail: { reason: 'signed-out' },
        });
      });

      it('asks the browser to forget what it kept', async () => {
        const browser = await signedInBrowser(gatehouse, await createPerson(gatehouse));
        const form = (await browser.get('/profile')).document.querySelector('form[action="/profile/sign-out"]');
        const token = form?.querySelector('[name=_csrf]')?.getAttribute('value') ?? '';
        const answer = await browser.request('/profile/sign-out', {
          method: 'POST',
          body: new URLSearchParams({ _csrf: token }),
        });
        expect(answer.headers.get('Clear-Site-Data')).toBe('"cache", "storage"');
      });

      it('takes a second click on a page that still stands open', async () => {
        const browser = await signedInBrowser(gatehouse, await createPerson(gatehouse));
        const open = await browser.get('/profile');
        await browser.submit(open, {}, 'Log Out');
        const again = await browser.submit(open, {}, 'Log Out');
        expect([again.status, again.heading]).toEqual([200, 'You are signed out']);
      });

      it('leads on from a page of an earlier session: nothing is ended, and there is a way back', async () => {
        const ana = await createPerson(gatehouse);
        const browser = await signedInBrowser(gatehouse, ana);
        const open = await browser.get('/profile');
        await browser.submit(open, {}, 'Log Out');
        await openProfile(browser, ana);
        const refused = await browser.submit(open, {}, 'Log Out');
        expect(refused.status).toBe(403);
        const onwards = refused.document.querySelector('main a.button, a.button')?.getAttribute('href') ?? '';
        expect((await browser.get(onwards)).heading).toBe('My Profile');
      });

      it('leaves sessions of other browsers alone', async () => {
        const ana = await createPerson(gatehouse);
        const [one, other] = [await signedInBrowser(gatehouse, ana), await signedInBrowser(gatehouse, ana)];
        await one.submit(await one.get('/profile'), {}, 'Log Out');
        expect((await other.get('/profile')).heading).toBe('My Profile');
      });
    });

    it('is closed to a suspended account at the next request', async () => {
      const ana = await createPerson(gatehouse);
      const browser = gatehouse.browser();
      const { body } = await signInTo(browser, rp, ana);
      await gatehouse.services.accounts.update(ana.account.id, (old) => ({ ...old, status: 'suspended' }));
      expect((await browser.get('/profile')).heading).toBe('Sign in');
      expect((await rp.refresh(body.refresh_token ?? '')).body.error).toBe('invalid_grant');
      expect((await signIn(browser, rp.request(), ana)).heading).toBe('This account is suspended');
    });
  });
}
