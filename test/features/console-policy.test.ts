// The sign-in policy in the console: looked at, saved, on probation, confirmed.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestBrowser } from '../support/browser.ts';
import { letClockRun, minuteMs, moveClock, stopClock } from '../support/clock.ts';
import { consoleOf, createFirms, createMember, linksOn } from '../support/console.ts';
import { engines } from '../support/engines.ts';
import { openProfile } from '../support/my-profile.ts';
import { signIn } from '../support/people.ts';
import { registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const path = '/admin/policy';
const lookButton = 'Preview the change';
let made = 0;

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`the sign-in policy in the console (${engine.name})`, () => {
    let gatehouse: TestApp;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    async function firm(): Promise<string> {
      made += 1;
      await createFirms(gatehouse, `firm-${made}`);
      return `firm-${made}`;
    }
    const stored = async (id: string) => (await gatehouse.services.organizations.get(id))?.policy;

    async function save(browser: TestBrowser, fields: Record<string, string>, more: Record<string, string> = {}) {
      const look = await browser.submit(await browser.get(path), fields, lookButton);
      return look.heading === 'What this changes' ? browser.submit(look, more, 'Save') : look;
    }

    it('M11: enforces MFA: tells how many have none, saves, and asks everybody for it at the next sign-in', async () => {
      const id = await firm();
      const { browser } = await consoleOf(gatehouse, { [id]: ['admin'] });
      const colleague = await createMember(gatehouse, { [id]: [] });
      const look = await browser.submit(await browser.get(path), { mfa: 'required' }, lookButton);
      expect(look.text).toContain('2 of 2 people have no multi-factor authentication. They set it up at their next');
      expect(await stored(id)).toMatchObject({ mfa: 'optional' });
      const saved = await browser.submit(look, {}, 'Save');
      expect(saved.heading).toBe('Sign in');
      expect(await stored(id)).toMatchObject({ mfa: 'required' });
      const rp = await registerRelyingParty(gatehouse);
      const page = await signIn(gatehouse.browser(), rp.request(), colleague);
      expect(page.heading).toBe('Set up multi-factor authentication');
    });

    it('M12: refuses a list without the own address, with what to do, and keeps what was typed', async () => {
      const id = await firm();
      const { browser } = await consoleOf(gatehouse, { [id]: ['admin'] });
      const page = await browser.submit(
        await browser.get(path),
        { ipAllowList: '203.0.113.0/24\n10.0.0.1' },
        lookButton,
      );
      expect([page.status, page.title]).toEqual([422, 'Error: Sign-in policy – Gatehouse']);
      expect(page.problems).toEqual(['Your own address 127.0.0.1 must be on the list, or you would shut yourself out']);
      expect(page.document.querySelector('textarea')?.textContent.trim()).toBe('203.0.113.0/24\n10.0.0.1');
      expect(await stored(id)).toMatchObject({ ipAllowList: [] });
    });

    it('names each thing that is wrong at once', async () => {
      const { browser } = await consoleOf(gatehouse, { [await firm()]: ['admin'] });
      const fields = { ipAllowList: '127.0.0.1 home', passwordMinLength: '7', idleTimeoutMinutes: 'long' };
      const { problems } = await browser.submit(await browser.get(path), fields, lookButton);
      expect(problems).toEqual([
        '“home” is neither an IP address nor a range such as 203.0.113.0/24',
        'Type a whole number from 8 to 64, or leave it empty',
        'Type a whole number from 5 to 1440, or leave it empty',
      ]);
    });

    it('saves addresses on probation: the old rules come back by themselves', async () => {
      const id = await firm();
      const { browser } = await consoleOf(gatehouse, { [id]: ['admin'] });
      stopClock();
      const page = await save(browser, { ipAllowList: '127.0.0.0/8' }, { probation: 'yes' });
      expect(page.text).toContain('Unless you confirm the new rules');
      moveClock(5 * minuteMs);
      const later = await browser.get(path);
      expect(later.text).not.toContain('On probation');
      expect(later.document.querySelector('textarea')?.textContent.trim()).toBe('');
    });

    it('keeps rules on probation once they are confirmed from a new sign-in', async () => {
      const id = await firm();
      const { browser, person } = await consoleOf(gatehouse, { [id]: ['admin'] });
      stopClock();
      const page = await save(browser, { ipAllowList: '127.0.0.0/8' }, { probation: 'yes' });
      moveClock(minuteMs);
      const asked = await browser.submit(page, {}, 'Sign in to confirm');
      expect(asked.heading).toBe('Sign in');
      const back = await browser.submit(asked, { email: person.email, password: person.password }, 'Sign in');
      const kept = await browser.submit(back, {}, 'Keep the new rules');
      expect(kept.text).toContain('The new rules stay.');
      moveClock(60 * minuteMs);
      expect(await stored(id)).toMatchObject({ ipAllowList: ['127.0.0.0/8'] });
      expect(await gatehouse.services.organizations.get(id)).not.toHaveProperty('probation');
    });

    it('is not saved over what somebody else saved meanwhile, nor twice', async () => {
      const id = await firm();
      const [one, other] = [
        await consoleOf(gatehouse, { [id]: ['admin'] }),
        await consoleOf(gatehouse, { [id]: ['admin'] }),
      ];
      const look = await one.browser.submit(await one.browser.get(path), { passwordMinLength: '20' }, lookButton);
      await save(other.browser, { passwordMinLength: '30' });
      const late = await one.browser.submit(look, {}, 'Save');
      expect([late.status, late.problems.length]).toEqual([409, 1]);
      expect(await stored(id)).toMatchObject({ passwordMinLength: 30 });
      const again = await save(other.browser, { passwordMinLength: '30' });
      expect(again.text).toContain('Nothing was changed.');
    });

    it('asks for a sign-in of the last 15 minutes before anything is changed', async () => {
      const { browser } = await consoleOf(gatehouse, { [await firm()]: ['admin'] });
      stopClock();
      const page = await browser.get(path);
      moveClock(16 * minuteMs);
      expect((await browser.submit(page, { passwordMinLength: '20' }, lookButton)).heading).toBe('Sign in');
    });

    it('is shown to an auditor and changed by none, and by no administrator of another firm', async () => {
      const [id, other] = [await firm(), await firm()];
      const auditor = await consoleOf(gatehouse, { [id]: ['auditor'] });
      const seen = await auditor.browser.get(path);
      expect([seen.status, seen.document.querySelectorAll('.section button').length]).toEqual([200, 0]);
      const stranger = await consoleOf(gatehouse, { [other]: ['admin'] });
      expect((await stranger.browser.get(`${path}?organization=${id}`)).status).toBe(403);
      const own = await stranger.browser.get(path);
      const _csrf =
        own.document.querySelector('form[action="/admin/policy"] [name=_csrf]')?.getAttribute('value') ?? '';
      const forged = await stranger.browser.post(path, {
        _csrf,
        organization: id,
        mfa: 'required',
        step: 'save',
      });
      expect(forged.status).toBeGreaterThanOrEqual(403);
      expect(await stored(id)).toMatchObject({ mfa: 'optional' });
      const help = await createMember(gatehouse, { [id]: ['editor'] });
      const browser = gatehouse.browser();
      expect(linksOn(await openProfile(browser, help, '/profile'))).not.toContain(path);
    });
  });
}
