// The console's first page: numbers, the sign-ins of a week, and what needs a look.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from '../support/browser.ts';
import { hourMs, letClockRun, moveClock, stopClock } from '../support/clock.ts';
import { consoleOf, createFirms, createMember, linksOn } from '../support/console.ts';
import { engines } from '../support/engines.ts';
import { invite } from '../support/invited.ts';
import { signedInBrowser } from '../support/my-profile.ts';
import { signIn } from '../support/people.ts';
import { registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`the overview (${engine.name})`, () => {
    let gatehouse: TestApp;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      await createFirms(gatehouse, 'acme', 'zeta', 'busy');
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    const numbersOn = ({ document }: Page) =>
      document.querySelectorAll('.numbers dd').map((dd) => dd.textContent.trim());
    const daysOn = ({ document }: Page) =>
      document
        .querySelectorAll('.behind tbody tr')
        .map((row) => row.querySelectorAll('td').map((td) => Number(td.textContent)));

    it('counts the people of the firm, their open invitations and who uses a password alone', async () => {
      await createMember(gatehouse, { acme: [] }, { withTotp: true });
      await createMember(gatehouse, { acme: [] });
      await createMember(gatehouse, { zeta: [] });
      await invite(gatehouse, undefined, { memberships: [{ organization: 'acme', roles: [] }] });
      const { browser } = await consoleOf(gatehouse, { acme: ['admin'] });
      expect(numbersOn(await browser.get('/admin'))).toEqual(['4', '1', '2']);
      const { browser: owner } = await consoleOf(gatehouse, { instance: ['owner'] });
      expect(numbersOn(await owner.get('/admin'))).toEqual(['6', '1', '4']);
      expect(numbersOn(await owner.get('/admin?organization=zeta'))).toEqual(['1', '0', '1']);
    });

    it('shows the sign-ins and refusals of seven days, of the firm alone', async () => {
      stopClock(Date.UTC(2026, 10, 20, 12));
      const rp = await registerRelyingParty(gatehouse);
      const member = await createMember(gatehouse, { busy: [] });
      const other = await createMember(gatehouse, { zeta: [] });
      await signIn(gatehouse.browser(), rp.request(), { ...member, password: 'not the password' });
      await signedInBrowser(gatehouse, member);
      await signedInBrowser(gatehouse, other);
      moveClock(2 * 24 * hourMs);
      await Promise.all(Array.from({ length: 5 }, () => signedInBrowser(gatehouse, member)));
      const { browser } = await consoleOf(gatehouse, { busy: ['auditor'] });
      const page = await browser.get('/admin');
      expect(daysOn(page)).toEqual([
        [0, 0],
        [0, 0],
        [0, 0],
        [0, 0],
        [1, 1],
        [0, 0],
        [6, 0],
      ]);
      expect(page.document.querySelectorAll('.chart rect')).toHaveLength(14);
      moveClock(6 * 24 * hourMs);
      const later = await consoleOf(gatehouse, { busy: ['auditor'] });
      expect(daysOn(await later.browser.get('/admin'))[0]).toEqual([6, 0]);
      const help = await consoleOf(gatehouse, { busy: ['helpdesk'] });
      expect((await help.browser.get('/admin')).text).not.toContain('Sign-ins of the last 7 days');
    });

    it('says what needs a look, with the people it is about', async () => {
      const alone = await startApp({ engine });
      await createFirms(alone, 'acme', 'zeta');
      const bounced = await invite(alone, undefined, { memberships: [{ organization: 'acme', roles: [] }] });
      await alone.services.accounts.update(bounced.account.id, (old) =>
        old.invitation
          ? {
              ...old,
              invitation: {
                ...old.invitation,
                history: [...old.invitation.history, { event: 'bounced', at: Date.now() }],
              },
            }
          : old,
      );
      const theirs = await createMember(alone, { zeta: ['admin'] });
      const { browser, person } = await consoleOf(alone, { acme: ['admin'] });
      const page = await browser.get('/admin');
      expect(page.text).toContain('1 administrator signs in without a second factor.');
      expect(page.text).toContain('The mail of 1 invitation came back.');
      expect(linksOn(page)).toContain(`/admin/people/${person.account.id}`);
      expect(page.html).not.toContain(theirs.account.id);
      expect(page.text).not.toContain('only one owner');
      const look = await browser.get(linksOn(page).find((href) => href.includes('bounced')) ?? '');
      expect(look.text).toContain(bounced.email);
      const { browser: owner } = await consoleOf(alone, { instance: ['owner'] });
      expect((await owner.get('/admin')).text).toContain('There is only one owner.');
      await createMember(alone, { instance: ['owner'] }, { withTotp: true });
      expect((await owner.get('/admin')).text).not.toContain('There is only one owner.');
      await alone.stop();
    });
  });
}
