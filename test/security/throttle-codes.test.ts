// Guessing codes: counted per account over all sign-ins, also when everything arrives at once; and each code works once.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page, TestBrowser } from '../support/browser.ts';
import { letClockRun, minuteMs, moveClock, stepMs, stopClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { codeAt, createPerson, type Person } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

interface Waiting {
  browser: TestBrowser;
  /** The page that asks for the code. */
  page: Page;
}

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`guessing codes (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      rp = await registerRelyingParty(gatehouse);
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    /** A sign-in of its own that has come to the code. */
    async function waiting({ email, password }: Person): Promise<Waiting> {
      const browser = gatehouse.browser();
      const page = await browser.submit(await browser.get(rp.request().url), { email, password }, 'Sign in');
      return { browser, page };
    }

    const right = ({ totpSecret = '' }: Person) => codeAt(totpSecret);
    const wrong = (person: Person) => String((Number(right(person)) + 1) % 1_000_000).padStart(6, '0');
    const confirm = ({ browser, page }: Waiting, code: string) => browser.submit(page, { code }, 'Confirm');

    /** The answers to posts that all arrive at once; redirects are not followed. */
    function allAtOnce(posts: readonly Waiting[], path: string, fields: Record<string, string>): Promise<Response[]> {
      return Promise.all(
        posts.map(({ browser, page }) => {
          const _csrf = page.document.querySelector('[name=_csrf]')?.getAttribute('value') ?? '';
          return browser.request(page.url.replace(/code$/, path), {
            method: 'POST',
            body: new URLSearchParams({ ...fields, _csrf }),
          });
        }),
      );
    }

    async function signedIn({ browser, page }: Waiting): Promise<boolean> {
      return (await browser.get(page.url)).leftFor?.searchParams.has('code') ?? false;
    }

    it('leads back to the password after five wrong codes, says why, and goes on from there', async () => {
      const ana = await createPerson(gatehouse, { withTotp: true });
      const visit = await waiting(ana);
      for (let guess = 1; guess <= 4; guess += 1) {
        const page = await confirm(visit, wrong(ana));
        expect([page.status, page.heading, page.problems]).toEqual([
          422,
          'Enter your code',
          ['That code is not right, or was used already. Wait for the next one and try again'],
        ]);
      }
      const back = await confirm(visit, wrong(ana));
      expect(back.heading).toBe('Sign in');
      expect(back.text).toContain('Too many wrong codes. For your safety, sign in again.');
      expect(back.document.querySelector('#email')?.getAttribute('value')).toBe(ana.email);
      expect((await confirm(visit, right(ana))).heading).toBe('Sign in');
      const again = await visit.browser.submit(back, { email: ana.email, password: ana.password }, 'Sign in');
      expect((await visit.browser.submit(again, { code: right(ana) }, 'Confirm')).leftFor).toBeDefined();
    });

    it('does not count what cannot be a code', async () => {
      const ana = await createPerson(gatehouse, { withTotp: true });
      const visit = await waiting(ana);
      for (let n = 0; n < 12; n += 1)
        expect((await confirm(visit, ['', '12345', '1234567', 'abcdef'][n % 4] ?? '')).status).toBe(422);
      expect((await confirm(visit, right(ana))).leftFor).toBeDefined();
    });

    it('counts over all sign-ins of the account, and makes the eleventh wait, even the right code, a minute and then two', async () => {
      stopClock();
      const ana = await createPerson(gatehouse, { withTotp: true });
      for (let round = 1; round <= 2; round += 1) {
        const visit = await waiting(ana);
        for (let guess = 1; guess <= 5; guess += 1) await confirm(visit, wrong(ana));
      }
      const third = await waiting(ana);
      const refused = await confirm(third, right(ana));
      expect([refused.status, refused.headers.get('Retry-After'), refused.problems]).toEqual([
        429,
        '60',
        ['Too many tries. Wait 1 minute, then try again'],
      ]);
      moveClock(minuteMs);
      await confirm(third, wrong(ana));
      expect((await confirm(third, right(ana))).headers.get('Retry-After')).toBe('120');
      moveClock(2 * minuteMs);
      expect((await confirm(third, right(ana))).leftFor).toBeDefined();
      const events = (await gatehouse.services.audit.bySubject(ana.account.id)).map(({ type }) => type);
      expect([
        events.filter((type) => type === 'sign-in.failed').length,
        events.filter((type) => type === 'sign-in.throttled').length,
      ]).toEqual([11, 2]);
    });

    it('cannot be outrun by two hundred guesses at once', async () => {
      stopClock();
      const ana = await createPerson(gatehouse, { withTotp: true });
      const visits: Waiting[] = [];
      for (let n = 0; n < 8; n += 1) visits.push(await waiting(ana));
      const posts = Array.from({ length: 25 }, () => visits).flat();
      const answers = await allAtOnce(posts, 'code', { code: wrong(ana) });
      expect(answers.filter(({ status }) => status === 422).length).toBeLessThanOrEqual(10);
      expect(answers.filter(({ status }) => ![303, 422, 429].includes(status))).toEqual([]);
      expect(
        (await gatehouse.services.audit.bySubject(ana.account.id, 1000)).filter(
          ({ type }) => type === 'sign-in.failed',
        ),
      ).toHaveLength(10);
      expect((await confirm(await waiting(ana), right(ana))).headers.get('Retry-After')).toBe('60');
    });

    it('gives one of fifty sign-ins to one code, and one of fifty to one recovery code', async () => {
      stopClock();
      const ana = await createPerson(gatehouse, { withTotp: true });
      const { codes, stored } = gatehouse.services.recoveryCodes.make(ana.account.id);
      await gatehouse.services.accounts.update(ana.account.id, (old) => ({ ...old, recoveryCodes: stored }));
      const visits: Waiting[] = [];
      for (let n = 0; n < 50; n += 10)
        visits.push(...(await Promise.all(Array.from({ length: 10 }, () => waiting(ana)))));

      await allAtOnce(visits, 'code', { code: right(ana) });
      const byCode = await Promise.all(visits.map(signedIn));
      expect(byCode.filter(Boolean)).toHaveLength(1);

      const others = visits.filter((_visit, index) => !byCode[index]);
      await allAtOnce(others, 'recovery-code', { recoveryCode: codes[0] ?? '' });
      const byRecoveryCode = await Promise.all(others.map(signedIn));
      expect(byRecoveryCode.filter(Boolean)).toHaveLength(1);
      const used = (await gatehouse.services.audit.bySubject(ana.account.id, 1000)).filter(
        ({ type }) => type === 'recovery-code.used',
      );
      expect(used).toHaveLength(1);
    }, 60_000);

    it('takes no code twice, nor an older one after a newer one', async () => {
      const now = stopClock();
      const ana = await createPerson(gatehouse, { withTotp: true });
      const old = codeAt(ana.totpSecret ?? '', now - stepMs);
      expect((await confirm(await waiting(ana), right(ana))).leftFor).toBeDefined();
      for (const used of [right(ana), old]) expect((await confirm(await waiting(ana), used)).status).toBe(422);
      moveClock(stepMs);
      expect((await confirm(await waiting(ana), right(ana))).leftFor).toBeDefined();
    });
  });
}
