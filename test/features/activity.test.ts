// My Profile, "Recent activity": what happened to the account, in words.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditEventTypes } from '../../src/audit/audit.ts';
import { activityKey } from '../../src/web/http/activity-key.ts';
import type { Page, TestBrowser } from '../support/browser.ts';
import { engines } from '../support/engines.ts';
import { signedInBrowser } from '../support/my-profile.ts';
import { createPerson, type Person, signIn } from '../support/people.ts';
import { registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const path = '/profile/activity';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`my recent activity (${engine.name})`, () => {
    let gatehouse: TestApp;
    let ana: Person;
    let browser: TestBrowser;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      ana = await createPerson(gatehouse);
      browser = await signedInBrowser(gatehouse, ana);
    });
    afterAll(() => gatehouse.stop());

    const sentences = (page: Page) => page.document.querySelectorAll('.entries h2').map((h) => h.textContent.trim());

    it('AC-05: tells newest first what happened, when, where from and how it ended, and shows the way when in doubt', async () => {
      const rp = await registerRelyingParty(gatehouse, { client_name: 'Acme Time' });
      await signIn(gatehouse.browser(), rp.request(), { ...ana, password: 'not the password' });
      const page = await browser.get(path);
      expect(page.heading).toBe('Recent activity');
      expect(sentences(page)).toEqual(['Sign-in failed', 'Signed in']);
      for (const fact of ['Refused', 'Done', 'Acme Time', '127.0.0.1', 'Was something of this not you?'])
        expect(page.text).toContain(fact);
    });

    it('AC-05: shows nobody else’s', async () => {
      const page = await (await signedInBrowser(gatehouse, await createPerson(gatehouse))).get(path);
      expect(sentences(page)).toEqual(['Signed in']);
    });

    it('AC-05: pages backwards through many events, each shown once', async () => {
      const bela = await createPerson(gatehouse);
      const theirs = await signedInBrowser(gatehouse, bela);
      const { audit } = gatehouse.services;
      for (let count = 0; count < 44; count += 1)
        await audit.record({ type: 'consent.granted', result: 'success', subject: bela.account.id }, {});
      await audit.record({ type: 'password.changed', result: 'success', subject: bela.account.id }, { actor: 'cli' });
      const pages: string[][] = [];
      for (let page = await theirs.get(path); ; ) {
        pages.push(sentences(page));
        const older = page.document.querySelectorAll('a').find((a) => a.textContent.trim() === 'Older');
        if (!older) break;
        page = await theirs.get(older.getAttribute('href') ?? '');
      }
      expect(pages.map(({ length }) => length)).toEqual([20, 20, 6]);
      expect(pages[0]?.[0]).toBe('Password changed');
      expect(pages[2]?.[5]).toBe('Signed in');
    });

    it.each(['nonsense', '', 'constructor', '\u0000'])(
      'AC-05: takes %j as a place to go on from without a fault',
      async (after) => {
        expect([200, 400]).toContain((await browser.get(`${path}?${new URLSearchParams({ after })}`)).status);
      },
    );

    it('AC-05: has a sentence for each type of event', () => {
      const types = auditEventTypes.filter(
        (type) => !/^(accounts|audit|client|connection|organization|policy|signing-key|storage)\./.test(type),
      );
      const { has } = gatehouse.services.locales;
      expect(types.filter((type) => !has(activityKey(type)))).toEqual([]);
    });
  });
}
