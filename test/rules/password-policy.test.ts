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
  it.each<[string, string, PasswordFault | undefined]>([
    ['PW-01', 'seven77', 'too-short'],
    ['PW-01', 'eight 88', undefined],
    ['PW-03', 'é'.repeat(2).concat('long pass! '.repeat(30)).slice(0, 256).replace(/ $/, 'x'), undefined],
    ['PW-03', 'long pass! '.repeat(30).slice(0, 257).replace(/ $/, 'x'), 'too-long'],
    ['PW-03', '東京の夜と朝のあいだに'.repeat(31).slice(0, 341), 'too-long'],
    ['PW-03', '\ufdfa'.repeat(18), 'too-long'],
    ['PW-04', 'all lower case here', undefined],
    ['PW-04', '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~', undefined],
    ['PW-04', 'naïve Straße Ωmega 東京', undefined],
    ['PW-04', 'null\u0000inside it', 'control-characters'],
    ['PW-04', 'C1 \u0085 inside it', 'control-characters'],
    ['PW-04', 'half \udc00 a pair', 'control-characters'],
    ['PW-05', ' edges at the start', 'starts-or-ends-with-space'],
    ['PW-05', 'edges at the end\u3000', 'starts-or-ends-with-space'],
    ['PW-05', 'several   spaces   inside', undefined],
    ['PW-07', 'Northwind1', 'contains-context-word'],
    ['PW-07', 'weissenberg', 'contains-context-word'],
    ['PW-07', 'qwertyui', 'predictable'],
    ['PW-07', 'Sunshine', 'common'],
    ['PW-07', 'iloveyou', 'common'],
    ['PW-09', 'horse staple battery', undefined],
  ])('%s: %j is refused where eight characters are enough as: %s', (_id, password, fault) => {
    expect(check(password, 8)).toBe(fault);
  });

  it.each<[string, PasswordFault | undefined]>([
    ['Motherfucker', 'common'],
    ['123QWEasdzxc', 'common'],
    ['password2026!', 'common'],
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
