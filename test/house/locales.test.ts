// Every language is whole: what English says, each of its sisters says too, with the same values, in all the forms that it counts in.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

type Sentence = string | Record<string, string>;
type Catalogue = Record<string, Sentence>;

const folder = new URL('../../views/locales/', import.meta.url).pathname;
const tags = readdirSync(folder).map((file) => file.replace(/\.json$/, ''));
const read = (tag: string): Catalogue => JSON.parse(readFileSync(join(folder, `${tag}.json`), 'utf8'));
const english = read('en');
const sisters = tags.filter((tag) => tag !== 'en');

/** Names of products, files and things of the field that a language takes over as they are, and words that are the same by chance. */
const sameEverywhere = ['Acme Time', 'Google', 'Microsoft', 'OpenID Connect'];
const sameAsEnglish: Record<string, string[]> = {
  de: ['App', 'Apps', 'Claim', 'Name', 'Passkey', 'Passkeys'],
  es: ['Error:', 'Error: {title} – {product}'],
  fr: ['Active', 'Description', 'Menu'],
  ja: ['gatehouse-recovery-codes.txt'],
  'pt-BR': ['Menu'],
};

const formsOf = (sentence: Sentence): string[] => (typeof sentence === 'string' ? [sentence] : Object.values(sentence));
const namesIn = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g))].sort();
const namesOf = (sentence: Sentence): string[] => [...new Set(formsOf(sentence).flatMap(namesIn))].sort();
const sentences = (tag: string) => Object.entries(read(tag)).filter(([key]) => !key.startsWith('locale.'));
/** What is left of a sentence for a translator: nothing where it only puts values together. */
const wordsOf = (text: string): string => text.replace(/\{\w+\}/g, '').replace(/[^\p{L}]/gu, '');

describe.each(tags)('the catalogue %s', (tag) => {
  const faults = (isFault: (text: string, key: string) => boolean) =>
    sentences(tag).flatMap(([key, sentence]) => formsOf(sentence).filter((text) => isFault(text, key)));

  it('says which way its language runs, and whose formats it takes', () => {
    const { 'locale.direction': direction, 'locale.formats': formats } = read(tag);
    expect(['ltr', 'rtl']).toContain(direction);
    expect(Intl.getCanonicalLocales(tag)).toEqual([tag]);
    expect(Intl.DateTimeFormat.supportedLocalesOf(String(formats))).toEqual([formats]);
    expect(String(formats).split('-')[0]).toBe(tag.split('-')[0]);
  });

  it('has every form its language counts in, and no other', () => {
    const { pluralCategories } = new Intl.PluralRules(tag).resolvedOptions();
    const counted = sentences(tag).filter(([, sentence]) => typeof sentence !== 'string');
    const wrong = counted.filter(([, forms]) => `${Object.keys(forms).sort()}` !== `${[...pluralCategories].sort()}`);
    expect(counted.length).toBeGreaterThan(3);
    expect(wrong).toEqual([]);
  });

  it('has no empty sentence, and none with a space at an end', () => {
    expect(faults((text) => text === '' || text !== text.trim())).toEqual([]);
  });

  it('keeps the subject of a mail short enough to be read in a list of mails', () => {
    const isSubject = (key: string) => key.startsWith('mail.') && key.endsWith('.subject');
    const shown = (text: string) => text.replaceAll('{product}', 'Gatehouse');
    expect(faults((text, key) => isSubject(key) && shown(text).length > 60)).toEqual([]);
  });

  it('is plain text: no markup, no control characters, quotation marks as they are printed', () => {
    expect(faults((text) => /[<>"'`]|&[#\w]+;|\p{Cc}/u.test(text))).toEqual([]);
  });
});

describe.each(sisters)('the translation %s', (tag) => {
  const mine = read(tag);

  it('has the sentences of en.json, in its order, and no others', () => {
    expect(Object.keys(mine)).toEqual(Object.keys(english));
  });

  it('names the same values, and counts the same sentences', () => {
    const shape = (sentence: Sentence = '') => `${typeof sentence} ${namesOf(sentence)}`;
    const different = Object.entries(mine).filter(([key, sentence]) => shape(sentence) !== shape(english[key]));
    expect(different).toEqual([]);
  });

  it('names every value in each form of a counted sentence', () => {
    const different = Object.entries(mine).filter(([, sentence]) =>
      formsOf(sentence).some((form) => `${namesIn(form)}` !== `${namesOf(sentence)}`),
    );
    expect(different).toEqual([]);
  });

  it('says nothing in English, but for a few words that are the same', () => {
    const allowed = [...sameEverywhere, ...(sameAsEnglish[tag] ?? [])];
    const same = sentences(tag).filter(([key, sentence]) => {
      const theirs = formsOf(english[key] ?? '');
      return formsOf(sentence).some((text) => theirs.includes(text) && wordsOf(text) && !allowed.includes(text));
    });
    expect(same).toEqual([]);
  });
});

describe('the catalogue fr', () => {
  it('keeps the signs that stand apart in French on the line of their word', () => {
    const loose = sentences('fr').filter(([, sentence]) =>
      formsOf(sentence).some((text) => /(?:^|[^\u00a0])[:»](?!\/)|[^\u202f][;?!]|«[^\u00a0]/u.test(text)),
    );
    expect(loose).toEqual([]);
  });
});
