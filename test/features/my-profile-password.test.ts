// Changing the password on My Profile, and what it ends.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestBrowser } from '../support/browser.ts';
import { letClockRun, moveClock, stopClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { passwordPath, signedInBrowser } from '../support/my-profile.ts';
import { createPerson, type Person, signIn, signInTo } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

const newPassword = 'seven quiet bicycles';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`changing the password (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      rp = await registerRelyingParty(gatehouse);
    });
    afterAll(() => gatehouse.stop());
    afterEach(letClockRun);

    async function change(browser: TestBrowser, fields: { currentPassword: string; newPassword: string }) {
      return browser.submit(await browser.get(passwordPath), fields, 'Save');
    }

    async function opens(person: Person, password: string): Promise<boolean> {
      const { leftFor } = await signIn(gatehouse.browser(), rp.request(), { ...person, password });
      return leftFor !== undefined;
    }

    it.each(['constructor', '__proto__', 'mfa'])('announces nothing for ?done=%s, and shows the page', async (word) => {
      const browser = await signedInBrowser(gatehouse, await createPerson(gatehouse));
      const page = await browser.get(`${passwordPath}?done=${word}`);
      expect([page.status, page.heading]).toEqual([200, 'Password']);
      expect(page.document.querySelector('.notice:not([hidden])')).toBeNull();
    });

    it('takes the new password from now on, says so, and writes it down', async () => {
      const ana = await createPerson(gatehouse);
      const browser = await signedInBrowser(gatehouse, ana);
      const page = await change(browser, { currentPassword: ana.password, newPassword });
      expect(page.text).toContain('Your password is changed. You are signed out everywhere else.');
      expect(await opens(ana, ana.password)).toBe(false);
      expect(await opens(ana, newPassword)).toBe(true);
      const events = await gatehouse.services.audit.bySubject(ana.account.id);
      const changed = events.filter(({ type }) => type === 'password.changed');
      expect(changed).toMatchObject([{ result: 'success', actor: ana.account.id, detail: { by: 'current-password' } }]);
      expect(JSON.stringify(events)).not.toContain(newPassword);
    });

    it('ends every other session and its tokens at once; this session and its tokens live on', async () => {
      const ana = await createPerson(gatehouse);
      const [here, elsewhere] = [gatehouse.browser(), gatehouse.browser()];
      const [mine, theirs] = [await signInTo(here, rp, ana), await signInTo(elsewhere, rp, ana)];

      await change(here, { currentPassword: ana.password, newPassword });

      expect((await here.get(passwordPath)).heading).toBe('Password');
      expect((await elsewhere.get(passwordPath)).heading).toBe('Sign in');
      const me = async (token = '') =>
        (await fetch(`${gatehouse.issuer}/me`, { headers: { Authorization: `Bearer ${token}` } })).status;
      expect([await me(mine.body.access_token), await me(theirs.body.access_token)]).toEqual([200, 401]);
      expect((await rp.refresh(theirs.body.refresh_token ?? '')).body.error).toBe('invalid_grant');
      expect((await rp.refresh(mine.body.refresh_token ?? '')).status).toBe(200);
    });

    it('has one winner when two of the own sessions change it at the same time', async () => {
      const ana = await createPerson(gatehouse);
      const browsers = await Promise.all([1, 2, 3].map(() => signedInBrowser(gatehouse, ana)));
      const wishes = browsers.map((browser, index) => ({ browser, password: `${newPassword} ${index}` }));
      const pages = await Promise.all(
        wishes.map(async (wish) => ({ ...wish, page: await wish.browser.get(passwordPath) })),
      );
      await Promise.all(
        pages.map(({ browser, page, password }) =>
          browser.submit(page, { currentPassword: ana.password, newPassword: password }, 'Save'),
        ),
      );
      const open = await Promise.all(wishes.map(({ password }) => opens(ana, password)));
      expect(open.filter(Boolean)).toHaveLength(1);
      const events = await gatehouse.services.audit.bySubject(ana.account.id);
      expect(events.filter(({ type }) => type === 'password.changed')).toHaveLength(1);
    });
  });
}

describe('the form that changes the password', () => {
  let gatehouse: TestApp;
  /** What is refused changes nothing, so one person is enough for all of it. */
  let ana: Person;
  let browser: TestBrowser;

  beforeAll(async () => {
    gatehouse = await startApp();
    ana = await createPerson(gatehouse);
    browser = await signedInBrowser(gatehouse, ana);
  });
  afterAll(() => gatehouse.stop());
  afterEach(letClockRun);

  const refusals: [string, (ana: Person) => { currentPassword: string; newPassword: string }, string[]][] = [
    [
      'an empty form',
      () => ({ currentPassword: '', newPassword: '' }),
      ['Enter your current password', 'Enter a new password'],
    ],
    [
      'a wrong current password',
      () => ({ currentPassword: 'not my password', newPassword }),
      ['That is not your current password'],
    ],
    [
      'a new one that is too short',
      (ana) => ({ currentPassword: ana.password, newPassword: 'only eleven' }),
      ['A password needs at least 12 characters'],
    ],
    [
      'a new one that ends with a space',
      (ana) => ({ currentPassword: ana.password, newPassword: `${newPassword} ` }),
      ['A password cannot start or end with a space'],
    ],
    [
      'a new one that leans on the name',
      (ana) => ({ currentPassword: ana.password, newPassword: 'Silva-Silva-2026' }),
      ['Leave your email address, your name and your organization’s name out of your password'],
    ],
    [
      'the same again',
      (ana) => ({ currentPassword: ana.password, newPassword: ana.password }),
      ['The new password must be different from the current one'],
    ],
    [
      'the same in other code points',
      (ana) => ({ currentPassword: ana.password, newPassword: ana.password.replace('river', 'ｒｉｖｅｒ') }),
      ['The new password must be different from the current one'],
    ],
  ];

  it.each(refusals)(
    'PW-10, PW-11, PW-16, PW-17: refuses %s in words, changes nothing and empties its fields',
    async (_what, fields, problems) => {
      const page = await browser.submit(await browser.get(passwordPath), fields(ana), 'Save');
      expect(page.status).toBe(422);
      expect(page.title).toMatch(/^Error: Password/);
      expect(page.problems).toEqual(problems);
      for (const input of page.document.querySelectorAll('input[type=password]'))
        expect(input.getAttribute('value') ?? '').toBe('');
      const { passwordHash, sessionEpoch } = (await gatehouse.services.accounts.get(ana.account.id)) ?? {};
      expect({ passwordHash, sessionEpoch }).toEqual({
        passwordHash: ana.account.passwordHash,
        sessionEpoch: ana.account.sessionEpoch,
      });
    },
  );

  it('asks for the current password at the field it names', async () => {
    const page = await browser.submit(
      await browser.get(passwordPath),
      { currentPassword: 'not my password', newPassword },
      'Save',
    );
    expect(page.document.querySelector('[role=alert] a')?.getAttribute('href')).toBe('#currentPassword');
    expect(page.document.querySelector('#currentPassword')?.getAttribute('aria-invalid')).toBe('true');
  });

  it('makes a guesser wait after five wrong ones, says how long, and refuses the right one meanwhile', async () => {
    stopClock();
    const guessed = await createPerson(gatehouse);
    const guesser = await signedInBrowser(gatehouse, guessed);
    const open = await guesser.get(passwordPath);
    const give = (currentPassword: string) => guesser.submit(open, { currentPassword, newPassword }, 'Save');
    for (let guess = 1; guess <= 5; guess += 1) expect((await give(`guess ${guess}`)).status).toBe(422);
    const refused = await give(guessed.password);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('Retry-After')).toBe('2');
    expect(refused.problems).toEqual(['Too many tries. Wait 2 seconds, then try again']);
    moveClock(2000);
    expect((await give(guessed.password)).text).toContain('Your password is changed');
  });
});
