// The catalogue of sentences: one JSON file a language, flat keys, plain text (views escape what they print).
// A sentence that counts is an object of plural forms, chosen by `count`: { "one": "…", "other": "…" }.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Values = Record<string, string | number>;

export interface Phrase {
  key: string;
  values?: Values;
}

export type Translate = (phrase: string | Phrase, values?: Values) => string;

type Sentence = string | Record<string, string>;
type Catalogue = Readonly<Record<string, Sentence>>;

const fallback = 'en';

/** @param folder holds en.json and its sisters; each says its own `locale.direction` and `locale.formats`
 *  @param options.preferred the language where nobody prefers one that there is
 *  @param options.lenient shows the key of a missing sentence instead of throwing: for production alone */
export function createLocales(folder: string, { lenient = false, preferred = fallback } = {}) {
  const catalogues = readCatalogues(folder);
  const made = new Map<string, Formatters>();
  const available = [...catalogues.keys()];
  const of = (locale: string): Catalogue => catalogues.get(locale) ?? catalogues.get(fallback) ?? {};

  /** The first language of `preferences` (BCP 47 tags, best first) that there is; the preferred one otherwise. */
  function pick(preferences: readonly string[]): string {
    for (const wanted of preferences.map((tag) => tag.toLowerCase())) {
      const found =
        available.find((have) => have.toLowerCase() === wanted) ??
        available.find((have) => primary(have) === primary(wanted));
      if (found) return found;
    }
    return catalogues.has(preferred) ? preferred : fallback;
  }

  /** What takes long to make, once for each language. */
  function formatters(locale: string): Formatters {
    const known = made.get(locale);
    if (known) return known;
    const tag = String(of(locale)['locale.formats'] ?? locale);
    const instant = new Intl.DateTimeFormat(tag, { dateStyle: 'long', timeStyle: 'long', timeZone: 'UTC' });
    const fresh = {
      plurals: new Intl.PluralRules(locale),
      instant,
      day: new Intl.DateTimeFormat(tag, { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' }),
      weekday: new Intl.DateTimeFormat(tag, { weekday: 'short', timeZone: 'UTC' }),
      number: new Intl.NumberFormat(tag),
      relative: new Intl.RelativeTimeFormat(tag, { numeric: 'auto' }),
    };
    made.set(locale, fresh);
    return fresh;
  }

  /** `t(key, values)` puts values into `{name}`; English stands in for a sentence not yet translated. */
  function translator(locale: string): Translate {
    const { plurals } = formatters(locale);
    return (phrase, given) => {
      const { key, values = given ?? {} } = typeof phrase === 'string' ? { key: phrase } : phrase;
      const sentence = own(of(locale), key) ?? own(of(fallback), key);
      if (sentence === undefined) return missing(`no sentence "${key}"`, key);
      return fill(chooseForm(sentence, plurals, values), values, (name) =>
        missing(`"${key}" needs {${name}}`, `{${name}}`),
      );
    };
  }

  /** Which way the language runs, and how it writes an instant, a day, a distance in time and a number; times are UTC and say so. */
  function formats(locale: string) {
    const { instant, day, weekday, number, relative } = formatters(locale);
    return {
      direction: of(locale)['locale.direction'] === 'rtl' ? 'rtl' : 'ltr',
      dateTime: (at: number) => instant.format(at),
      isoTime: (at: number) => new Date(at).toISOString(),
      day: (at: number) => day.format(at),
      weekday: (at: number) => weekday.format(at),
      number: (value: number) => number.format(value),
      /** `2,000+` where there are more. */
      count: ({ count, isMore }: { count: number; isMore: boolean }) => `${number.format(count)}${isMore ? '+' : ''}`,
      ago: (at: number) => inWords(relative, at - Date.now()),
    };
  }

  /** Every language there is, named in itself. */
  function languages(): { tag: string; name: string }[] {
    return available.map((tag) => ({ tag, name: nameOf(tag) })).sort((a, b) => a.name.localeCompare(b.name));
  }

  /** Whether there is such a sentence: for values of an open set, such as scopes and `amr`. */
  function has(key: string): boolean {
    return own(of(fallback), key) !== undefined;
  }

  function missing(fault: string, shown: string): string {
    if (!lenient) throw new Error(`Locales: ${fault}`);
    return shown;
  }

  return { available, languages, nameOf, pick, translator, formats, has };
}

export type Locales = ReturnType<typeof createLocales>;

interface Formatters {
  plurals: Intl.PluralRules;
  instant: Intl.DateTimeFormat;
  day: Intl.DateTimeFormat;
  weekday: Intl.DateTimeFormat;
  number: Intl.NumberFormat;
  relative: Intl.RelativeTimeFormat;
}

const units = [
  ['year', 365 * 86_400_000],
  ['month', 30 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** `3 hours ago`, `in 2 days`, `now`. */
function inWords(relative: Intl.RelativeTimeFormat, byMs: number): string {
  const [unit, length] = units.find((each) => Math.abs(byMs) >= each[1]) ?? (['second', Infinity] as const);
  return relative.format(Math.trunc(byMs / length) || 0, unit);
}

function readCatalogues(folder: string): Map<string, Catalogue> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return new Map(
    files.map((file) => [file.slice(0, -'.json'.length), JSON.parse(readFileSync(join(folder, file), 'utf8'))]),
  );
}

/** Portuguese of Portugal is read more easily in Brazil's than in English. */
function primary(tag: string): string {
  return tag.toLowerCase().split('-')[0] ?? tag;
}

/** Some languages write their own name small; a list begins with a capital. */
function nameOf(tag: string): string {
  const [first = '', ...rest] = new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag;
  return first.toLocaleUpperCase(tag) + rest.join('');
}

function own(catalogue: Catalogue, key: string): Sentence | undefined {
  return Object.hasOwn(catalogue, key) ? catalogue[key] : undefined;
}

function chooseForm(sentence: Sentence, plurals: Intl.PluralRules, values: Values): string {
  if (typeof sentence === 'string') return sentence;
  return sentence[plurals.select(Number(values.count))] ?? sentence.other ?? '';
}

function fill(sentence: string, values: Values, missing: (name: string) => string): string {
  return sentence.replace(/\{(\w+)\}/g, (_, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : missing(name),
  );
}
