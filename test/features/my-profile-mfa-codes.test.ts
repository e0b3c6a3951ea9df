// Which two codes activate multi-factor authentication, what is said of the others, and phones whose clock is off.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page, TestBrowser } from '../support/browser.ts';
import { letClockRun, moveClock, stepMs, stopClock } from '../support/clock.ts';
import {
  activateMfa,
  activatePath,
  passwordPath,
  shownSecret,
  signedInBrowser,
  twoCodes,
} from '../support/my-profile.ts';
import { codeAt, createPerson, type Person, signIn } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

describe('the two codes that activate multi-factor authentication', () => {
  let gatehouse: TestApp;
  let rp: RelyingParty;
  let ana: Person;
  let browser: TestBrowser;

  beforeAll(async () => {
    gatehouse = await startApp();
    rp = await registerRelyingParty(gatehouse);
  });
  beforeEach(async () => {
    // In the middle of a step, so that a test never straddles two by chance.
    stopClock(Math.floor(Date.now() / stepMs) * stepMs + stepMs / 2);
    ana = await createPerson(gatehouse);
    browser = await signedInBrowser(gatehouse, ana);
  });
  afterEach(letClockRun);
  afterAll(() => gatehouse.stop());

  async function giveCodes(codes: (code: (steps: number) => string) => [string, string]): Promise<Page> {
    const activation = await browser.get(activatePath);
    const secret = await shownSecret(browser, activation);
    const [code1, code2] = codes((steps) => codeAt(secret, Date.now() + steps * stepMs));
    return browser.submit(activation, { code1, code2 }, 'Save');
  }

  /** Signs in elsewhere with what the phone shows. */
  async function codeIsTaken(secret: string, phoneSteps: number): Promise<boolean> {
    const elsewhere = gatehouse.browser();
    const asked = await signIn(elsewhere, rp.request(), ana);
    expect(asked.heading).toBe('Enter your code');
    return (
      (await elsewhere.submit(asked, { code: codeAt(secret, Date.now() + phoneSteps * stepMs) }, 'Confirm')).leftFor !==
      undefined
    );
  }

  const refusals: [string, (code: (steps: number) => string) => [string, string], string[]][] = [
    ['nothing', () => ['', ' '], ['Enter the first code', 'Enter the second code']],
    [
      'what is no code',
      () => ['12345', 'abcdef'],
      ['The first code must be 6 digits', 'The second code must be 6 digits'],
    ],
    [
      'the same code twice',
      (code) => [code(0), code(0)],
      ['The second code must be the one that comes after the first. Wait for it, then type it'],
    ],
    [
      'two codes in the wrong order',
      (code) => [code(0), code(-1)],
      ['The second code does not follow the first. Start again with two codes in a row'],
    ],
    [
      'two codes with one left out between them',
      (code) => [code(-2), code(0)],
      ['The second code does not follow the first. Start again with two codes in a row'],
    ],
    [
      'a wrong first code',
      (code) => [wrong(code(-1)), code(0)],
      ['The first code is not right. Start again with the code your app shows now'],
    ],
    [
      'a wrong second code',
      (code) => [code(-1), wrong(code(0))],
      ['The second code does not follow the first. Start again with two codes in a row'],
    ],
    [
      'codes of a clock three steps slow',
      (code) => [code(-4), code(-3)],
      ['The clock of your phone is 90 seconds slow. Let the phone set its time by itself, then start again'],
    ],
    [
      'codes of a clock three steps fast',
      (code) => [code(2), code(3)],
      ['The clock of your phone is 90 seconds fast. Let the phone set its time by itself, then start again'],
    ],
    [
      'codes of a clock five minutes fast',
      (code) => [code(9), code(10)],
      ['The clock of your phone is 300 seconds fast. Let the phone set its time by itself, then start again'],
    ],
    [
      'codes of a clock an hour slow',
      (code) => [code(-121), code(-120)],
      ['The first code is not right. Start again with the code your app shows now'],
    ],
  ];

  it.each(refusals)('refuses %s in words and activates nothing', async (_what, codes, problems) => {
    const page = await giveCodes(codes);
    expect(page.status).toBe(422);
    expect(page.problems).toEqual(problems);
    expect((await browser.get(passwordPath)).text).toContain('Multi-factor authentication: Not active');
    expect((await gatehouse.services.accounts.get(ana.account.id))?.recoveryCodes).toBeUndefined();
  });

  it.each([
    ['spaces', (code: string) => `${code.slice(0, 3)} ${code.slice(3)} `],
    ['hyphens', (code: string) => `${code.slice(0, 3)}-${code.slice(3)}`],
    [
      'full-width digits',
      (code: string) => [...code].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join(''),
    ],
  ])('takes codes typed with %s', async (_what, typed) => {
    expect((await giveCodes((code) => [typed(code(-1)), typed(code(0))])).heading).toBe('Save your recovery codes');
  });

  it('takes two good codes after two bad ones, with the same secret', async () => {
    await giveCodes((code) => [wrong(code(-1)), code(0)]);
    expect((await giveCodes((code) => [code(-1), code(0)])).heading).toBe('Save your recovery codes');
  });

  it.each([-2, -1, 0, 1, 2])(
    'takes a phone whose clock is %i steps off, and takes its codes at the sign-in',
    async (steps) => {
      const { secret, page } = await activateMfa(browser, steps);
      expect(page.heading).toBe('Save your recovery codes');
      moveClock(stepMs);
      expect(await codeIsTaken(secret, steps)).toBe(true);
      moveClock(10 * stepMs);
      expect(await codeIsTaken(secret, steps)).toBe(true);
    },
  );

  it('takes the code of the step before as well, once the phone shows the next one', async () => {
    const { secret } = await activateMfa(browser);
    moveClock(3 * stepMs);
    expect(await codeIsTaken(secret, -1)).toBe(true);
  });

  it.each([-5, -4, 1, 2])('refuses at the sign-in a code %i steps away from a phone that is right', async (steps) => {
    const { secret } = await activateMfa(browser);
    moveClock(10 * stepMs);
    expect(await codeIsTaken(secret, steps)).toBe(false);
  });

  it.each([1, 2])('does not take a person who typed %i steps late for one whose clock is slow', async (late) => {
    const activation = await browser.get(activatePath);
    const secret = await shownSecret(browser, activation);
    const codes = twoCodes(secret);
    moveClock(late * stepMs);
    expect((await browser.submit(activation, codes, 'Save')).heading).toBe('Save your recovery codes');
    moveClock(stepMs);
    expect(await codeIsTaken(secret, 0)).toBe(true);
    moveClock(10 * stepMs);
    expect(await codeIsTaken(secret, 0)).toBe(true);
    // By now the phone has shown that it is right, and old codes are refused again.
    moveClock(10 * stepMs);
    expect(await codeIsTaken(secret, -2)).toBe(false);
  });
});

function wrong(code: string): string {
  return String((Number(code) + 1) % 1_000_000).padStart(6, '0');
}
