// My Profile, "Apps": which clients a person has let in, and taking that back.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sweep } from '../../src/sweeper.ts';
import type { Page, TestBrowser } from '../support/browser.ts';
import { hourMs, letClockRun, minuteMs, moveClock, stopClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { signedInBrowser } from '../support/my-profile.ts';
import { createPerson, type Person, signInTo } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const path = '/profile/applications';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`my apps (${engine.name})`, () => {
    let gatehouse: TestApp;
    let thirdParty: RelyingParty;
    let other: RelyingParty;
    let ana: Person;
    let browser: TestBrowser;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      const asking = { first_party: false, scope: 'openid profile email offline_access' };
      thirdParty = await registerRelyingParty(gatehouse, { ...asking, client_name: 'Acme Time' });
      other = await registerRelyingParty(gatehouse, { ...asking, client_name: 'Bolt Mail' });
    });
    beforeEach(async () => {
      ana = await createPerson(gatehouse);
      browser = await signedInBrowser(gatehouse, ana);
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    async function allow(rp: RelyingParty, scope = 'openid email'): Promise<{ refresh: string; access: string }> {
      const request = rp.request({ scope, prompt: 'consent' });
      const allowed = await browser.submit(await browser.get(request.url), {}, 'Allow');
      const { body } = await rp.redeem(allowed.leftFor as URL, request);
      return { refresh: body.refresh_token ?? '', access: body.access_token ?? '' };
    }

    async function remove(name: string): Promise<Page> {
      const page = await browser.get(path);
      const link = page.document.querySelectorAll('.entries a').find((a) => a.textContent.includes(name));
      return browser.submit(await browser.get(link?.getAttribute('href') ?? ''), {}, 'Remove access');
    }

    it('says what to expect where no app is allowed; our own pages are no app', async () => {
      const page = await browser.get(path);
      expect(page.heading).toBe('Apps');
      expect(page.text).toContain('No app uses your account yet');
    });

    it('lists what was allowed: name, scopes in words, since when, and whether it lasts', async () => {
      await allow(thirdParty, 'openid email offline_access');
      const { text } = await browser.get(path);
      for (const fact of [
        'Acme Time',
        'See your email address',
        'Signed in on 1 device',
        'Keeps its access while you are away',
      ])
        expect(text).toContain(fact);
      expect(text).not.toContain('Bolt Mail');
    });

    const lastUsed = async (id = ana.account.id, { clientId } = thirdParty) => {
      const access = await gatehouse.app.oidc.clientsOf(id, 0);
      return access.find((app) => app.clientId === clientId)?.lastUsedAt;
    };

    it('says when an app was last used, by a sign-in or a refresh, to the hour', async () => {
      // A grant says when it was made in whole seconds.
      const first = stopClock(Math.ceil(Date.now() / 1000) * 1000);
      const { refresh } = await allow(thirdParty, 'openid email offline_access');
      expect(await lastUsed()).toBe(first);
      moveClock(59 * minuteMs);
      const again = await thirdParty.refresh(refresh);
      expect([again.status, await lastUsed()]).toEqual([200, first]);
      const later = moveClock(2 * minuteMs);
      const third = await thirdParty.refresh(again.body.refresh_token ?? '');
      expect([third.status, await lastUsed()]).toEqual([200, later]);
      const page = await browser.get(path);
      const times = page.document.querySelectorAll('.entries time').map((time) => time.getAttribute('datetime'));
      expect(times).toEqual([expect.any(String), new Date(later).toISOString()]);
      expect(page.text).toContain('Last used');
      const failed = await thirdParty.refresh('no such token');
      moveClock(2 * hourMs);
      expect([failed.status, await lastUsed()]).toEqual([400, later]);
    });

    it('still says it when the session in which it was used is over, also of a consent that is remembered', async () => {
      stopClock();
      await allow(thirdParty);
      moveClock(3 * hourMs);
      const elsewhere = await signedInBrowser(gatehouse, ana);
      const request = thirdParty.request({ scope: 'openid email' });
      const { leftFor } = await elsewhere.get(request.url);
      const used = Date.now();
      expect((await thirdParty.redeem(leftFor as URL, request)).status).toBe(200);
      moveClock(24 * hourMs);
      await sweep(gatehouse.services, gatehouse.app);
      expect(await lastUsed()).toBe(used);
    });

    it('says it of an app that asks for no consent, too', async () => {
      stopClock();
      const own = await registerRelyingParty(gatehouse, { scope: 'openid email offline_access' });
      const { body } = await signInTo(gatehouse.browser(), own, ana, { scope: 'openid email' });
      const used = moveClock(2 * hourMs);
      expect((await own.refresh(body.refresh_token ?? '')).status).toBe(200);
      expect(await lastUsed(ana.account.id, own)).toBe(used);
    });

    it('brings no access back that is taken away while it is used', async () => {
      stopClock();
      const { refresh } = await allow(thirdParty);
      moveClock(2 * hourMs);
      const [answer] = await Promise.all([
        thirdParty.refresh(refresh),
        gatehouse.app.oidc.revokeClient(ana.account.id, thirdParty.clientId, {}),
      ]);
      expect([200, 400]).toContain(answer.status);
      await gatehouse.app.oidc.revokeClient(ana.account.id, thirdParty.clientId, {});
      expect(await lastUsed()).toBeUndefined();
    });

    it('takes everything from the app at once: consent, tokens, offline ones too; the next time it must ask', async () => {
      const offline = await allow(thirdParty, 'openid email offline_access');
      const elsewhere = await allow(other);
      const done = await remove('Acme Time');
      expect([done.heading, done.text.includes('The app has no access any more.')]).toEqual(['Apps', true]);
      expect(done.text).not.toContain('Acme Time');
      expect((await thirdParty.refresh(offline.refresh)).body.error).toBe('invalid_grant');
      const userinfo = await fetch(`${gatehouse.issuer}/me`, {
        headers: { Authorization: `Bearer ${offline.access}` },
      });
      expect(userinfo.status).toBe(401);
      expect((await other.refresh(elsewhere.refresh)).status).toBe(200);
      expect((await browser.get(thirdParty.request({ scope: 'openid email' }).url)).heading).toContain(
        'Allow Acme Time',
      );
      expect((await browser.get('/profile')).heading).toBe('My Profile');
      const revoked = (await gatehouse.services.audit.bySubject(ana.account.id)).filter(
        ({ type }) => type === 'grant.revoked',
      );
      expect(revoked).toMatchObject([{ clientId: thirdParty.clientId, actor: ana.account.id, result: 'success' }]);
    });

    it('takes it in all sessions, not in this one alone', async () => {
      const here = browser;
      browser = await signedInBrowser(gatehouse, ana);
      const there = await allow(thirdParty);
      browser = here;
      await remove('Acme Time');
      expect((await thirdParty.refresh(there.refresh)).body.error).toBe('invalid_grant');
    });

    it('takes only what is the own, and only by a form of its own', async () => {
      const tokens = await allow(thirdParty);
      const bela = await signedInBrowser(gatehouse, await createPerson(gatehouse));
      const client = thirdParty.clientId;
      expect((await bela.get(`${path}/remove?${new URLSearchParams({ client })}`)).status).toBe(404);
      expect((await browser.get(`${path}/remove?client=constructor`)).status).toBe(404);
      expect((await browser.post(`${path}/remove`, { client })).status).toBe(403);
      expect((await thirdParty.refresh(tokens.refresh)).status).toBe(200);
    });
  });
}
