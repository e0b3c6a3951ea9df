// The catalogue as a program sees it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLocales, type Locales } from '../../src/platform/locales.ts';

const english = {
  'locale.formats': 'en-GB',
  'locale.direction': 'ltr',
  hello: 'Hello {name}',
  codes: { one: '{count} code', other: '{count} codes' },
};
const brazilian = { 'locale.direction': 'ltr', hello: 'Olá, {name}' };
const german = { 'locale.direction': 'ltr', hello: 'Guten Tag, {name}' };

describe('locales', () => {
  let folder: string;
  let locales: Locales;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'locales-'));
    writeFileSync(join(folder, 'en.json'), JSON.stringify(english));
    writeFileSync(join(folder, 'de.json'), JSON.stringify(german));
    writeFileSync(join(folder, 'pt-BR.json'), JSON.stringify(brazilian));
    locales = createLocales(folder);
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    [['de'], 'de'],
    [['de-AT', 'en'], 'de'],
    [['DE'], 'de'],
    [['fr', 'de'], 'de'],
    [['pt-BR'], 'pt-BR'],
    [['pt'], 'pt-BR'],
    [['pt-PT', 'de'], 'pt-BR'],
    [['*'], 'en'],
    [['deu', '__proto__'], 'en'],
    [[], 'en'],
  ])('picks for %j: %s', (preferences, expected) => {
    expect(locales.pick(preferences)).toBe(expected);
  });

  it.each([
    ['de', 'de'],
    ['xx', 'en'],
  ])("takes the installation's own where nobody prefers one: %s gives %s", (preferred, expected) => {
    expect(createLocales(folder, { preferred }).pick(['xx'])).toBe(expected);
  });

  it('puts values in as plain text, once', () => {
    const t = locales.translator('de');
    expect(t('hello', { name: '<b>{name}$&' })).toBe('Guten Tag, <b>{name}$&');
    expect(t({ key: 'hello', values: { name: 'Maya' } })).toBe('Guten Tag, Maya');
  });

  it('counts as the language does, and falls back to English', () => {
    const t = locales.translator('de');
    expect([0, 1, 2].map((count) => t('codes', { count }))).toEqual(['0 codes', '1 code', '2 codes']);
  });

  it.each(['nothing', 'toString', '__proto__'])('throws for a key that is not there: %s', (key) => {
    expect(() => locales.translator('en')(key)).toThrow(key);
    expect(locales.has(key)).toBe(false);
  });

  it('throws for a value that was not given', () => {
    expect(() => locales.translator('en')('hello')).toThrow('{name}');
  });

  it('shows the key instead of failing, where it is told to be lenient', () => {
    expect(createLocales(folder, { lenient: true }).translator('en')('nothing')).toBe('nothing');
  });

  it('writes times with their zone', () => {
    const { dateTime, isoTime } = locales.formats('en');
    const at = Date.UTC(2026, 10, 22, 14, 5, 9);
    expect(dateTime(at)).toBe('22 November 2026 at 14:05:09 UTC');
    expect(isoTime(at)).toBe('2026-11-22T14:05:09.000Z');
  });
});
