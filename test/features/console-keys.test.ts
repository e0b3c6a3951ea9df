// The console's signing keys: for the instance's administrators alone, turned over and revoked after a page that says what will happen.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page, TestBrowser } from '../support/browser.ts';
import { hourMs, letClockRun, moveClock, stopClock } from '../support/clock.ts';
import { consoleOf, createFirms, linksOn } from '../support/console.ts';
import { engines } from '../support/engines.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`signing keys in the console (${engine.name})`, () => {
    let gatehouse: TestApp;
    let browser: TestBrowser;

    beforeEach(async () => {
      stopClock();
      gatehouse = await startApp({ engine });
      ({ browser } = await consoleOf(gatehouse, { instance: ['owner'] }));
    });
    afterEach(async () => {
      letClockRun();
      await gatehouse.stop();
    });

    const kidIn = async (wanted: string, algorithm = 'ES256') =>
      (await gatehouse.services.keys.list()).find(({ key, state }) => state === wanted && key.algorithm === algorithm)
        ?.key.kid ?? '';
    const publishedKids = async () =>
      ((await (await fetch(`${gatehouse.issuer}/jwks`)).json()) as { keys: { kid: string }[] }).keys.map(
        ({ kid }) => kid,
      );
    const statesOn = ({ document }: Page) => document.querySelectorAll('h3').map((h3) => h3.textContent.trim());

    it('shows each key with what it is for, since when and until when', async () => {
      const page = await browser.get('/admin/keys');
      expect(statesOn(page)).toEqual(['Signs', 'Next', 'Signs', 'Next']);
      for (const kid of await publishedKids()) expect(page.text).toContain(kid);
      expect(page.text).toMatch(/Will be replaced\s+in 3 months/);
      expect(page.html).not.toMatch(/"d":|PRIVATE/);
    });

    it('is not there for the administrators of a firm', async () => {
      await createFirms(gatehouse, 'acme');
      const { browser: firm } = await consoleOf(gatehouse, { acme: ['admin'] });
      expect(linksOn(await firm.get('/admin')).filter((href) => href.startsWith('/admin/keys'))).toEqual([]);
      for (const path of ['', '/rotate', `/${await kidIn('signing')}/revoke`])
        expect((await firm.get(`/admin/keys${path}`)).status).toBe(403);
    });

    it('lets the next keys take over at once, says so, and does it once for two clicks', async () => {
      const next = await kidIn('next');
      const asked = await browser.get('/admin/keys/rotate');
      expect(asked.text).toContain('Nobody has to sign in again');
      const done = await browser.submit(asked, {}, 'Rotate');
      expect([done.url.endsWith('/admin/keys?done=rotated'), done.text.includes('The next keys sign now.')]).toEqual([
        true,
        true,
      ]);
      expect(statesOn(done)).toEqual(['Signs', 'Next', 'For checking only', 'Signs', 'Next', 'For checking only']);
      expect((await publishedKids())[0]).toBe(next);
      await browser.submit(asked, {}, 'Rotate');
      expect(await kidIn('signing')).toBe(next);
    });

    it('refuses while apps may not know the next keys, and says from when it can be done', async () => {
      const early = await browser.get('/admin/keys/rotate');
      await browser.submit(early, {}, 'Rotate');
      const refused = await browser.get('/admin/keys/rotate');
      expect([refused.text.includes('published a short while ago'), refused.text.includes('in 1 hour')]).toEqual([
        true,
        true,
      ]);
      expect(refused.document.querySelectorAll('form[action="/admin/keys/rotate"]').length).toBe(0);
      // A page that was opened before another administrator was faster.
      const was = await kidIn('signing');
      const forged = await browser.submit(early, { was: `${was} ${await kidIn('signing', 'RS256')}` }, 'Rotate');
      expect([forged.status, forged.text.includes('published a short while ago')]).toEqual([409, true]);
      expect(await kidIn('signing')).toBe(was);
    });

    it('revokes a key that leaked, after saying what breaks, and once for two clicks', async () => {
      const [stolen, next] = [await kidIn('signing'), await kidIn('next')];
      const asked = await browser.get(`/admin/keys/${stolen}/revoke`);
      for (const told of ['cannot be taken back', 'the next key signs', 'trusts whatever a thief signs'])
        expect(asked.text).toContain(told);
      expect(asked.text).not.toContain('published a short while ago');
      const done = await browser.submit(asked, {}, 'Revoke for good');
      expect([done.text.includes('The key is revoked.'), statesOn(done)]).toEqual([
        true,
        ['Signs', 'Next', 'Revoked', 'Signs', 'Next'],
      ]);
      const published = await publishedKids();
      expect([published[0], published.includes(stolen)]).toEqual([next, false]);
      expect((await browser.submit(asked, {}, 'Revoke for good')).text).toContain('The key is revoked.');
      const events = await gatehouse.services.audit.search({ type: 'signing-key.revoked' });
      expect(events.map(({ subject }) => subject)).toEqual([stolen]);
      expect((await browser.get(`/admin/keys/${stolen}/revoke`)).url).toMatch(/\/admin\/keys$/);
      expect((await browser.get('/admin/keys/nobody/revoke')).status).toBe(404);
    });

    it('warns where apps may not know the key that would sign instead', async () => {
      await browser.submit(await browser.get('/admin/keys/rotate'), {}, 'Rotate');
      const asked = await browser.get(`/admin/keys/${await kidIn('signing')}/revoke`);
      expect(asked.text).toContain('refuse sign-ins until they read the list again');
      expect((await browser.get(`/admin/keys/${await kidIn('next')}/revoke`)).text).toContain('Nothing breaks');
    });

    it('asks for a fresh sign-in before either act', async () => {
      moveClock(hourMs);
      for (const path of ['rotate', `${await kidIn('signing')}/revoke`])
        expect((await browser.get(`/admin/keys/${path}`)).heading).toBe('Sign in');
      expect((await browser.get('/admin/keys')).heading).toBe('Signing keys');
    });
  });
}
