// What an own password may be like, as the first sign-in asks for it.

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page, TestBrowser } from '../support/browser.ts';
import { enterWith, type Invited, invite } from '../support/invited.ts';
import { signIn } from '../support/people.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { startApp, type TestApp } from '../support/start-app.ts';

/** So many characters without a pattern. */
const random = (length: number) => randomBytes(length).toString('base64url').slice(0, length);

interface Newcomer extends Invited {
  browser: TestBrowser;
  /** The page that asks for the own password. */
  choose: Page;
}

describe('an own password', () => {
  let gatehouse: TestApp;
  let rp: RelyingParty;
  /** Everything that is refused leaves the newcomer where they are, so one is enough for all of it. */
  let undecided: Newcomer;

  beforeAll(async () => {
    gatehouse = await startApp();
    rp = await registerRelyingParty(gatehouse);
    undecided = await newcomer();
  });
  afterAll(() => gatehouse.stop());

  async function newcomer(): Promise<Newcomer> {
    const invited = await invite(gatehouse, `marta.weissenberg-${random(6)}@northwind-${random(4)}.example`);
    const browser = gatehouse.browser();
    return { ...invited, browser, choose: await enterWith(browser, rp.request().url, invited) };
  }

  async function signsIn({ email }: Newcomer, password: string): Promise<string> {
    const page = await signIn(gatehouse.browser(), rp.request(), { email, password } as never);
    return page.heading;
  }

  it.each([
    ['twelve characters', () => random(12)],
    ['a passphrase with spaces', () => 'four words of mine'],
    ['several spaces in a row', () => 'wide   open    spaces'],
    ['dashes, full stops and quotes', () => 'well-known. "isn\'t" it?'],
    ['lower case alone', () => 'onlyletterswithoutend'],
    ['figures alone', () => '83920175620194'],
    ['128 characters', () => random(128)],
    ['256 characters', () => random(256)],
    [
      '256 characters outside the basic plane',
      () => ['😀', '🦊', '🌵', '🚲', '📚'].map((sign, n) => sign.repeat(51 + (n === 0 ? 1 : 0))).join(''),
    ],
    ['letters of any script', () => 'Überraschung über München, 東京の夜'],
    ['what looks like a form', () => 'a=b&c=d+e%20f;<g>"h"'],
    ['a sign that stands for several', () => 'ﬁne oﬀer № 5 today'],
  ])('may be %s, and signs in', async (_what, make) => {
    const marta = await newcomer();
    const password = make();
    expect((await marta.browser.submit(marta.choose, { newPassword: password }, 'Save')).heading).toBe('Your name');
    expect(await signsIn(marta, password)).toBe('Your name');
  });

  const edges = 'A password cannot start or end with a space';
  const control = 'A password can hold letters, digits, signs and spaces, but no control characters';
  const context = 'Leave your email address, your name and your organization’s name out of your password';
  const predictable =
    'Repeats and runs such as abcdef, 123456 or qwerty are guessed first. Choose a password without such a pattern';
  const common = 'Too many people use this password. Choose one that is harder to guess';
  const tooShort = 'A password needs at least 12 characters';
  const tooLong = 'A password can have up to 256 characters';

  it.each<[string, (newcomer: Newcomer) => string, string]>([
    ['empty', () => '', 'Enter a new password'],
    ['only spaces', () => ' '.repeat(16), edges],
    ['with a space before it', () => ' seven quiet bicycles', edges],
    ['with a space after it', () => 'seven quiet bicycles ', edges],
    ['with a no-break space after it', () => 'seven quiet bicycles\u00a0', edges],
    ['with a wide space before it', () => '\u3000seven quiet bicycles', edges],
    ['with a line break after it', () => 'seven quiet bicycles\n', edges],
    ['eleven characters', () => random(11), tooShort],
    ['twelve code units of six characters', () => '😀🦊🌵🚲📚🎈', tooShort],
    [
      'twelve code points that are six characters once composed',
      () => 'e\u0301a\u0301o\u0301u\u0301i\u0301c\u0327',
      tooShort,
    ],
    ['257 characters', () => random(257), tooLong],
    ['eighteen letters that are 324 once written out', () => '\ufdfa'.repeat(18), tooLong],
    ['with NUL inside', () => 'seven\u0000quiet bicycles', control],
    ['with a tab inside', () => 'seven\tquiet bicycles', control],
    ['with a line break inside', () => 'seven\nquiet bicycles', control],
    ['with a C1 control inside', () => 'seven\u0085quiet bicycles', control],
    ['the email address', ({ email }) => email, context],
    ['the name in the address, padded', () => 'Weissenberg-2026!', context],
    ['the domain of the address', ({ email }) => `${email.split('@')[1]?.split('.')[0]}123`, context],
    ['the product’s name', () => 'Gatehouse-Gatehouse-1', context],
    ['the name in wide letters', () => 'ｗｅｉｓｓｅｎｂｅｒｇ２０２６', context],
    ['one letter repeated', () => 'aaaaaaaaaaaaaaaa', predictable],
    ['a word repeated', () => 'passpasspasspass', predictable],
    ['a run of the keyboard', () => 'qwertyuiopasdfgh', predictable],
    ['the alphabet backwards', () => 'zyxwvutsrqponmlk', predictable],
    ['a run of figures', () => '1234567890123', predictable],
    ['one that many people use', () => 'Qazwsxedc123', common],
    ['one that many people use, dressed up', () => 'P@ssw0rd2026!', common],
    [
      'the temporary one again',
      ({ temporaryPassword }) => temporaryPassword,
      'The new password must be different from the current one',
    ],
  ])('PW-03, PW-04, PW-05, PW-07, PW-17: may not be %s, and the page says why', async (_what, make, problem) => {
    const { account, browser, choose } = undecided;
    const refused = await browser.submit(choose, { newPassword: make(undecided) }, 'Save');
    expect(refused.status).toBe(422);
    expect(refused.title).toBe('Error: Choose your password – Gatehouse');
    expect(refused.problems).toEqual([problem]);
    expect(refused.document.querySelector('#newPassword')?.getAttribute('value') ?? '').toBe('');
    expect((await gatehouse.services.accounts.get(account.id))?.passwordHash).toBeUndefined();
  });

  it('may be given after one that was refused', async () => {
    const { browser, choose } = await newcomer();
    const refused = await browser.submit(choose, { newPassword: 'short' }, 'Save');
    expect((await browser.submit(refused, { newPassword: 'seven quiet bicycles' }, 'Save')).heading).toBe('Your name');
  });

  it('PW-05, PW-06: is the same composed and decomposed, and differs in case and in spaces', async () => {
    const marta = await newcomer();
    await marta.browser.submit(marta.choose, { newPassword: 'caf\u00e9 au lait, s\u00e9v\u00e8re' }, 'Save');
    expect(await signsIn(marta, 'cafe\u0301 au lait, se\u0301ve\u0300re')).toBe('Your name');
    for (const other of [
      'Caf\u00e9 au lait, s\u00e9v\u00e8re',
      'cafe au lait, severe',
      'caf\u00e9  au lait, s\u00e9v\u00e8re',
      ' caf\u00e9 au lait, s\u00e9v\u00e8re',
      'caf\u00e9 au lait, s\u00e9v\u00e8re ',
    ]) {
      expect(await signsIn(marta, other)).toBe('Sign in');
    }
  });

  it('PW-03, PW-09: is asked for in one field that cuts nothing, with advice before the first error', () => {
    const { choose, email } = undecided;
    const fields = choose.document.querySelectorAll('input[type=password]');
    expect(fields).toHaveLength(1);
    expect([fields[0]?.getAttribute('autocomplete'), fields[0]?.getAttribute('maxlength')]).toEqual([
      'new-password',
      undefined,
    ]);
    expect(choose.text).toContain('At least 12 characters. Spaces, dashes and full stops are welcome inside.');
    expect(choose.document.querySelector('input[autocomplete=username]')?.getAttribute('value')).toBe(email);
  });

  it('PW-02: may be shorter or must be longer where the firm says so', async () => {
    const strict = await startApp({ env: { PASSWORD_MIN_LENGTH: '20' } });
    const newcomer = await invite(strict);
    const at = strict.browser();
    const page = await enterWith(at, '/profile', newcomer);
    expect((await at.submit(page, { newPassword: random(19) }, 'Save')).problems).toEqual([
      'A password needs at least 20 characters',
    ]);
    expect((await at.submit(page, { newPassword: random(20) }, 'Save')).heading).toBe('Your name');
    await strict.stop();
  });
});
