// Log Out in the user menu.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { engines } from '../support/engines.ts';
import { openProfile, signedInBrowser } from '../support/my-profile.ts';
import { createPerson, signInTo } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`Log Out (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      rp = await registerRelyingParty(gatehouse);
    });
    afterAll(() => gatehouse.stop());

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
}
