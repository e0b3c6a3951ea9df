// Wrong codes in a row, and codes that fail by the clock alone.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page, TestBrowser } from '../support/browser.ts';
import { letClockRun, minuteMs, moveClock, stepMs, stopClock } from '../support/clock.ts';
import { engines } from '../support/engines.ts';
import { codeAt, createPerson, type Person } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

for (const engine of engines) {
  (engine.available ? describe : describe.skip)(`wrong codes (${engine.name})`, () => {
    let gatehouse: TestApp;
    let rp: RelyingParty;
    let ana: Person;
    let secret: string;

    beforeAll(async () => {
      gatehouse = await startApp({ engine });
      rp = await registerRelyingParty(gatehouse);
    });
    beforeEach(async () => {
      // In the middle of a step, so that a test never straddles two by chance.
      stopClock(Math.floor(Date.now() / stepMs) * stepMs + stepMs / 2);
      ana = await createPerson(gatehouse, { withTotp: true });
      secret = ana.totpSecret ?? '';
    });
    afterEach(letClockRun);
    afterAll(() => gatehouse.stop());

    const stored = () => gatehouse.services.accounts.get(ana.account.id);
    const mails = async () => (await gatehouse.services.outbox.list()).filter(({ to }) => to === ana.email);
    const right = (steps = 0) => codeAt(secret, Date.now() + steps * stepMs);
    /** The code of an hour ago: no window reaches it. */
    const wrong = () => right(-120);

    async function atTheCode(browser = gatehouse.browser()): Promise<{ browser: TestBrowser; page: Page }> {
      const { email, password } = ana;
      const page = await browser.submit(await browser.get(rp.request().url), { email, password }, 'Sign in');
      return { browser, page };
    }

    async function give(code: string): Promise<Page> {
      const { browser, page } = await atTheCode();
      return browser.submit(page, { code }, 'Confirm');
    }

    it('MF-05: are counted over all sign-ins: the fifth ends whichever it falls into, and the owner has one mail', async () => {
      const [one, two] = [await atTheCode(), await atTheCode()];
      for (let guess = 1; guess <= 3; guess += 1) await one.browser.submit(one.page, { code: wrong() }, 'Confirm');
      expect((await two.browser.submit(two.page, { code: wrong() }, 'Confirm')).status).toBe(422);
      const ended = await two.browser.submit(two.page, { code: wrong() }, 'Confirm');
      expect([ended.heading, ended.text.includes('Too many wrong codes.')]).toEqual(['Sign in', true]);
      expect((await two.browser.get(two.page.url)).heading).toBe('Sign in');
      expect((await mails()).map(({ subject }) => subject)).toEqual(['Wrong codes for your Gatehouse account']);
      await one.browser.submit(one.page, { code: wrong() }, 'Confirm');
      expect(await mails()).toHaveLength(1);
    });

    it('MF-05: begin a new row, and a new mail, after a right one', async () => {
      const four = await atTheCode();
      for (let guess = 1; guess <= 4; guess += 1) await four.browser.submit(four.page, { code: wrong() }, 'Confirm');
      expect((await four.browser.submit(four.page, { code: right() }, 'Confirm')).leftFor).toBeDefined();
      expect((await stored())?.wrongCodes).toBeUndefined();
      moveClock(stepMs);
      for (let guess = 1; guess <= 4; guess += 1) expect((await give(wrong())).status).toBe(422);
      expect(await mails()).toEqual([]);
    });

    it('MF-05: lock the authenticator at the hundredth in a row; a recovery code opens it again', async () => {
      const { codes, stored: hashes } = gatehouse.services.recoveryCodes.make(ana.account.id);
      await gatehouse.services.accounts.update(ana.account.id, (old) => ({
        ...old,
        recoveryCodes: hashes,
        wrongCodes: { inRow: 97 },
      }));
      for (let guess = 98; guess <= 99; guess += 1) expect((await give(wrong())).status).toBe(422);
      expect((await stored())?.totp?.lockedAt).toBeUndefined();
      expect((await give(wrong())).heading).toBe('Sign in');
      expect((await stored())?.totp?.lockedAt).toBe(Date.now());
      const events = (await gatehouse.services.audit.bySubject(ana.account.id)).filter(
        ({ type }) => type === 'mfa.locked',
      );
      expect(events).toHaveLength(1);
      moveClock(24 * 60 * minuteMs);
      const refused = await give(right());
      expect([refused.status, refused.problems]).toEqual([
        422,
        [
          'Codes from this authenticator app are not accepted at present. Use a recovery code, or ask your administrator for help',
        ],
      ]);
      const { browser, page } = await atTheCode();
      const asked = await browser.get(page.url.replace(/code$/, 'recovery-code'));
      expect((await browser.submit(asked, { recoveryCode: codes[0] ?? '' }, 'Confirm')).leftFor).toBeDefined();
      moveClock(stepMs);
      expect((await give(right())).leftFor).toBeDefined();
    });

    it('MF-05, MF-10: lock nothing that `admin recover --reset-mfa` does not open, which tells the owner', async () => {
      await gatehouse.services.accounts.update(ana.account.id, (old) => ({ ...old, wrongCodes: { inRow: 99 } }));
      await give(wrong());
      await gatehouse.services.invitations.recoverOwner(
        ana.email,
        { makeOwner: true, resetMfa: true },
        { actor: 'cli' },
      );
      const account = await stored();
      expect([account?.totp, account?.recoveryCodes, account?.wrongCodes]).toEqual([undefined, undefined, undefined]);
      expect((await mails()).map(({ subject }) => subject)).toContain('Multi-factor authentication was removed');
      const events = (await gatehouse.services.audit.bySubject(ana.account.id)).filter(
        ({ type }) => type === 'mfa.reset',
      );
      expect(events).toHaveLength(1);
    });

    it('MF-05: cannot be given, and so count for nobody, without the password', async () => {
      const browser = gatehouse.browser();
      const page = await browser.get(rp.request().url);
      await browser.submit(page, { email: ana.email, password: 'not the password at all' }, 'Sign in');
      const _csrf = page.document.querySelector('[name=_csrf]')?.getAttribute('value') ?? '';
      for (let guess = 1; guess <= 6; guess += 1)
        for (const [step, field] of [
          ['code', 'code'],
          ['recovery-code', 'recoveryCode'],
          ['enrol-mfa', 'code1'],
        ] as const)
          await browser.post(page.url.replace(/sign-in$/, step), { [field]: wrong(), _csrf });
      expect((await stored())?.wrongCodes).toBeUndefined();
      expect((await give(right())).leftFor).toBeDefined();
    });

    it.each([-10, -3, -2])('MF-03: of a phone %i steps slow are told apart, and are not accepted', async (steps) => {
      const page = await give(right(steps));
      expect([page.status, page.problems]).toEqual([
        422,
        [
          `Your device’s clock is about ${-30 * steps} seconds slow, or the code was an old one. Let the device set its time by itself, then use the next code`,
        ],
      ]);
      expect((await stored())?.wrongCodes?.inRow).toBe(1);
    });

    it.each([1, 3, 10])(
      'MF-03: of a phone %i steps fast are told apart, and are not good when their time comes',
      async (steps) => {
        const told = right(steps);
        expect((await give(told)).problems).toEqual([
          `Your device’s clock is about ${30 * steps} seconds fast. Let the device set its time by itself, then use the next code`,
        ]);
        expect((await stored())?.wrongCodes?.inRow).toBe(1);
        expect((await give(told)).problems).toEqual([
          'That code is not right, or was used already. Wait for the next one and try again',
        ]);
        moveClock(steps * stepMs);
        expect(told).toBe(right());
        expect((await give(told)).status).toBe(422);
        moveClock(stepMs);
        expect((await give(told)).status).toBe(422);
        expect((await give(right())).leftFor).toBeDefined();
      },
    );

    it.each([-11, 11])('MF-03: %i steps off are like any other', async (steps) => {
      expect((await give(right(steps))).problems).toEqual([
        'That code is not right, or was used already. Wait for the next one and try again',
      ]);
    });

    it('MF-03, MF-04: that were used before say nothing of the clock', async () => {
      const used = right();
      expect((await give(used)).leftFor).toBeDefined();
      moveClock(4 * stepMs);
      expect((await give(used)).problems).toEqual([
        'That code is not right, or was used already. Wait for the next one and try again',
      ]);
    });

    it('MF-06: are none for being typed with spaces, hyphens or full-width digits', async () => {
      const typed = [
        (code: string) => ` ${code.slice(0, 3)} ${code.slice(3)}`,
        (code: string) => `${code.slice(0, 2)}-${code.slice(2, 4)}–${code.slice(4)}`,
        (code: string) => [...code].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join(''),
      ];
      for (const as of typed) {
        expect((await give(as(right()))).leftFor).toBeDefined();
        moveClock(stepMs);
      }
    });
  });
}
