// The one validator of new passwords.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { contextWords, type PasswordFault, passwordFault } from '../../src/credentials/password-policy.ts';

const words = contextWords(
  { email: 'marta.weissenberg@northwind-trading.co.example', givenName: 'Marta', familyName: 'Weißenberg' },
  ['Gatehouse', 'Northwind'],
);
const check = (password: string, minLength = 12) => passwordFault(password, { minLength, contextWords: words });

describe('a new password', () => {
  it.each<[string, PasswordFault | undefined]>([
    ['', 'missing'],
    [' ', 'starts-or-ends-with-space'],
    ['short', 'too-short'],
    ['elevenchars', 'too-short'],
    ['twelve chars', undefined],
    [' twelve chars', 'starts-or-ends-with-space'],
    ['twelve chars\t', 'starts-or-ends-with-space'],
    ['\ufefftwelve chars', 'starts-or-ends-with-space'],
    ['twelve\u0007chars', 'control-characters'],
    ['twelve\ud800chars', 'control-characters'],
    ['x\u00ad\u200bz twelve characters', undefined],
    ['marta.weissenberg@northwind-trading.co.example', 'contains-context-word'],
    ['MARTA.WEISSENBERG', 'contains-context-word'],
    ['weissenberg-2026', 'contains-context-word'],
    ['Weißenberg!!2026', 'contains-context-word'],
    ['gatehouse-northwind', 'contains-context-word'],
    ['marta rides to the harbour', undefined],
    ['co.example rides along', undefined],
    ['aaaaaaaaaaaa', 'predictable'],
    ['abcabcabcabc', 'predictable'],
    ['abcdabcdabcdab', 'predictable'],
    ['qwertyuiopqw', 'predictable'],
    ['poiuytrewqpoiuy', 'predictable'],
    ['012345678901', 'predictable'],
    ['abcdefghijklmn', 'predictable'],
    ['correct horse battery', undefined],
  ])('%j is refused as: %s', (password, fault) => {
    expect(check(password)).toBe(fault);
  });

  it.each([8, 12, 16, 64])('is as long as the firm says, counted in code points: %i', (minLength) => {
    const signs = ['😀', 'é', 'z', '東', '1', '-', 'ü', '🚲', 'k'];
    const ofLength = (length: number) => Array.from({ length }, (_, n) => signs[(n * n + n) % signs.length]).join('');
    expect(check(ofLength(minLength - 1), minLength)).toBe('too-short');
    expect(check(ofLength(minLength), minLength)).toBeUndefined();
  });

  it('never throws, says the same of every normal form, and lets nothing through that it would have to trim or cut', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (password) => {
        const fault = check(password);
        for (const form of ['NFC', 'NFD'] as const)
          expect(check(password.normalize(form)) === undefined).toBe(fault === undefined);
        if (fault !== undefined) return;
        const normalised = password.normalize('NFKC');
        expect(normalised.trim()).toBe(normalised);
        expect([...normalised].length).toBeGreaterThanOrEqual(12);
        expect(Buffer.byteLength(normalised)).toBeLessThanOrEqual(1024);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the words of an account', () => {
  it('are its address and the parts of it, its names and those around it', () => {
    expect(words).toEqual(
      expect.arrayContaining([
        'marta.weissenberg@northwind-trading.co.example',
        'marta.weissenberg',
        'marta',
        'weissenberg',
        'northwind-trading',
        'Weißenberg',
        'Gatehouse',
      ]),
    );
  });

  it('are none where there is nothing', () => {
    expect(contextWords({ email: '' }, [])).toEqual([]);
  });
});
