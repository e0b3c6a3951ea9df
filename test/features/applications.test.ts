// My Profile, "Apps": which clients a person has let in, and taking that back.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page, TestBrowser } from '../support/browser.ts';
import { engines } from '../support/engines.ts';
import { signedInBrowser } from '../support/my-profile.ts';
import { createPerson, type Person } from '../support/people.ts';
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
