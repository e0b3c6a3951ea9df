// The console's report of what is weak or stale: the same that `gatehouse doctor` says, each with a link to where it can be mended.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestBrowser } from '../support/browser.ts';
import { hourMs, letClockRun, moveClock, stopClock } from '../support/clock.ts';
import { consoleOf, createFirms, createMember, linksOn } from '../support/console.ts';
import { engines } from '../support/engines.ts';
import { invite } from '../support/invited.ts';
import { openProfile } from '../support/my-profile.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const dayMs = 24 * hourMs;
const origin = { actor: 'test' };

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`what needs a look (${engine.name})`, () => {
    let gatehouse: TestApp;

    beforeAll(async () => {
      gatehouse = await startApp({ engine, env: { SIGNING_KEY_ROTATION: 'off' } });
      await createFirms(gatehouse, 'acme');
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    /** What the page says of each, by its heading. */
    async function found(browser: TestBrowser): Promise<Record<string, { texts: string[]; href: string | undefined }>> {
      const { document } = await browser.get('/admin/health');
      const all: Record<string, { texts: string[]; href: string | undefined }> = {};
      for (const item of document.querySelectorAll('.entries > li')) {
        const about = item.querySelector('h3')?.textContent.trim() ?? '';
        const href = item.querySelector('h3 a')?.getAttribute('href');
        all[about] ??= { texts: [], href };
        all[about].texts.push(item.querySelector('p')?.textContent ?? '');
      }
      return all;
    }

    it('names weak apps, people and organizations, the worst first, with what to do and where', async () => {
      const { clients, accounts, organizations, outbox, deliveries, mailSender } = gatehouse.services;
      const wiki = { client_id: 'wiki', client_name: 'Wiki', redirect_uris: ['https://wiki.example/cb'] };
      await clients.apply({ ...wiki, require_pkce: false }, origin);
      await clients.addSecret('wiki', origin);
      await organizations.update('acme', (old) => ({ ...old, domains: ['acme.example'] }), origin);
      const helper = await createMember(gatehouse, { acme: ['helpdesk'] });
      const { person: owner, browser } = await consoleOf(gatehouse, { instance: ['owner'] });
      await accounts.update(helper.account.id, (old) => ({ ...old, emailVerified: false }));
      await outbox.put({ to: 'ana@example.com', subject: 'A', text: 'A', html: '<p>A</p>' });
      await mailSender.sendDue();
      expect((await deliveries.list()).length).toBeGreaterThan(0);

      const page = await found(browser);
      expect(page).toMatchObject({
        [owner.email]: { href: `/admin/people/${owner.account.id}`, texts: [expect.stringContaining('second factor')] },
        Owners: { href: '/admin/people', texts: [expect.stringContaining('only one')] },
        People: { texts: [expect.stringMatching(/^1 person has not proved/)] },
        Wiki: {
          href: '/admin/apps/wiki',
          texts: [expect.stringContaining('PKCE is not demanded'), expect.stringContaining('two secrets')],
        },
        Acme: {
          href: '/admin/policy?organization=acme',
          texts: [expect.stringMatching(/^1 person with a role/), expect.stringContaining('claims acme.example')],
        },
        NODE_ENV: { href: undefined },
      });
      const titles = (await browser.get('/admin/health')).document.querySelectorAll('h2').map((h2) => h2.textContent);
      expect(titles.filter((title) => ['Unsafe', 'Worth a look'].includes(title))).toEqual(['Unsafe', 'Worth a look']);
    });

    it('tells what time alone makes stale: keys, secrets, apps, invitations, an unchecked record', async () => {
      const owner = await createMember(gatehouse, { instance: ['owner'] });
      await gatehouse.services.clients.apply(
        { client_id: 'old', client_name: 'Old', redirect_uris: ['https://old.example/cb'] },
        origin,
      );
      await invite(gatehouse);
      const browser = gatehouse.browser();
      stopClock();
      moveClock(366 * dayMs);
      await openProfile(browser, owner, '/admin');
      expect(await found(browser)).toMatchObject({
        Old: {
          texts: [expect.stringContaining('oldest secret is 366 days old'), expect.stringContaining('never used')],
        },
        'Signing keys': {
          href: '/admin/keys',
          texts: [expect.stringContaining('ES256'), expect.stringContaining('RS256')],
        },
        Invitations: {
          href: '/admin/invitations?state=expired',
          texts: [expect.stringMatching(/^1 person never came/)],
        },
        Log: { href: '/admin/log', texts: [expect.stringContaining('never checked as a whole')] },
      });
      expect((await gatehouse.services.audit.verify()).faults).toEqual([]);
      expect(await found(browser)).not.toHaveProperty('Log');
      moveClock(31 * dayMs);
      await openProfile(browser, owner, '/admin');
      expect((await found(browser)).Log?.texts).toEqual([expect.stringContaining('31 days ago')]);
    });

    it('leads to pages that are there', async () => {
      const { browser } = await consoleOf(gatehouse, { instance: ['owner'] });
      const hrefs = Object.values(await found(browser)).flatMap(({ href }) => href ?? []);
      for (const href of hrefs) expect([href, (await browser.get(href)).status]).toEqual([href, 200]);
    });

    it('is not for the administrators of a firm', async () => {
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'] });
      expect((await browser.get('/admin/health')).status).toBe(403);
      expect(linksOn(await browser.get('/admin'))).not.toContain('/admin/health');
    });
  });
}
