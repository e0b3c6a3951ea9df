// My Profile: name and language, and what apps hear of them.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestBrowser } from '../support/browser.ts';
import { letClockRun, moveClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { signedInBrowser } from '../support/my-profile.ts';
import { createPerson, type Person, signInTo } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const namePath = '/profile/name';
const languagePath = '/profile/language';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`name and language on My Profile (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;
    let ana: Person;
    let browser: TestBrowser;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      rp = await registerRelyingParty(gatehouse);
    });
    afterAll(() => gatehouse.stop());

    async function signInAnew(): Promise<void> {
      ana = await createPerson(gatehouse);
      browser = await signedInBrowser(gatehouse, ana);
    }

    async function changes() {
      const events = await gatehouse.services.audit.bySubject(ana.account.id);
      return events.filter(({ type }) => type === 'account.profile-changed');
    }

    it('changes the name, says so, and writes down what it was', async () => {
      await signInAnew();
      const form = await browser.get(namePath);
      expect(form.document.querySelector('#givenName')?.getAttribute('value')).toBe('Ana');
      const page = await browser.submit(form, { givenName: ' María José ', familyName: 'O’Brien-الأحمد' }, 'Save');
      expect(page.url).toContain('/profile?done=name-changed');
      for (const text of ['Your name is changed.', 'María José', 'O’Brien-الأحمد']) expect(page.text).toContain(text);
      expect(await changes()).toMatchObject([
        {
          result: 'success',
          actor: ana.account.id,
          personal: { 'givenName.old': 'Ana', 'givenName.new': 'María José', 'familyName.old': 'Silva' },
        },
      ]);
    });

    it('keeps what was typed when something is wrong, and changes nothing', async () => {
      await signInAnew();
      const page = await browser.submit(
        await browser.get(namePath),
        { givenName: '', familyName: 'Silva‮evil' },
        'Save',
      );
      expect([page.status, page.title]).toEqual([422, 'Error: Name – Gatehouse']);
      expect(page.problems).toEqual([
        'Enter your first name',
        'A name can hold letters, digits and signs, but no control characters',
      ]);
      expect(page.document.querySelector('#familyName')?.getAttribute('value')).toBe('Silva‮evil');
      expect((await gatehouse.services.accounts.get(ana.account.id))?.givenName).toBe('Ana');
    });

    it('leaves the record alone when nothing is different', async () => {
      await signInAnew();
      const before = await gatehouse.services.accounts.get(ana.account.id);
      await browser.submit(await browser.get(namePath), {}, 'Save');
      await browser.submit(await browser.get(languagePath), {}, 'Save');
      expect(await gatehouse.services.accounts.get(ana.account.id)).toEqual(before);
      expect(await changes()).toEqual([]);
    });

    it('offers the languages that there are, each in its own name, and keeps the choice', async () => {
      await signInAnew();
      const form = await browser.get(languagePath);
      const options = form.document.querySelectorAll('option');
      const { available } = gatehouse.services.locales;
      expect(options.map((option) => option.getAttribute('value')).sort()).toEqual(['', ...available].sort());
      expect(options.map((option) => option.textContent)).toEqual(
        expect.arrayContaining(['Same as the browser', 'English']),
      );
      const page = await browser.submit(form, { language: 'en' }, 'Save');
      expect(page.text).toContain('Your language is changed.');
      expect((await gatehouse.services.accounts.get(ana.account.id))?.language).toBe('en');
      await browser.submit(await browser.get(languagePath), { language: '' }, 'Save');
      expect((await gatehouse.services.accounts.get(ana.account.id))?.language).toBeUndefined();
      expect((await changes()).map(({ personal }) => personal)).toEqual([
        { 'language.old': '', 'language.new': 'en' },
        { 'language.old': 'en', 'language.new': '' },
      ]);
    });

    it.each(['xx', '../en', 'constructor', 'EN'])(
      'refuses the language %s, of which there is no catalogue',
      async (language) => {
        await signInAnew();
        const page = await browser.submit(await browser.get(languagePath), { language }, 'Save');
        expect([page.status, page.problems]).toEqual([422, ['Choose a language from the list']]);
        expect((await gatehouse.services.accounts.get(ana.account.id))?.language).toBeUndefined();
      },
    );

    it('tells apps the new name, the language and when they changed', async () => {
      await signInAnew();
      const before = await signInTo(gatehouse.browser(), rp, ana);
      moveClock(5000);
      await browser.submit(await browser.get(namePath), { givenName: 'Anna', familyName: 'Smith' }, 'Save');
      await browser.submit(await browser.get(languagePath), { language: 'en' }, 'Save');
      const me = await fetch(`${gatehouse.issuer}/me`, {
        headers: { Authorization: `Bearer ${before.body.access_token}` },
      });
      const claims = (await me.json()) as Record<string, unknown>;
      letClockRun();
      expect(claims).toMatchObject({ sub: ana.account.id, name: 'Anna Smith', given_name: 'Anna', locale: 'en' });
      expect(claims.updated_at).toBeGreaterThanOrEqual(Math.floor(ana.account.updatedAt / 1000) + 5);
    });
  });
}
