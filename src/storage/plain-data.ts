// What may be stored: plain JSON data that comes back from every engine as it went in, and that no engine or program can take
// for anything else than data.

const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

/** MongoDB takes 100 levels, SQLite 1,000; it also ends a circle. */
const maxDepth = 60;

/** In characters and, by 16, fields and items: below MongoDB's 16 MB, however many bytes a character takes. */
const maxWeight = 4_000_000;

/** Copies `value`, leaving out undefined fields.
 *  @param given what the caller handed over: a key of it that the schema dropped was not declared, and is refused
 *  @param refuse makes the error to throw */
export function toPlainData(value: unknown, given: unknown, refuse: (why: string) => Error): unknown {
  let weight = 0;
  return copy(value, given, { path: '', depth: 0 });

  function copy(item: unknown, source: unknown, at: Place): unknown {
    weigh(16);
    if (typeof item === 'string') return whole(item, at.path);
    if (item === null || typeof item === 'boolean') return item;
    if (typeof item === 'number' && Number.isFinite(item)) return item === 0 ? 0 : item;
    if (typeof item !== 'object') throw refuse(`${at.path} is not plain data`);
    if (at.depth === maxDepth) throw refuse(`${at.path} is nested deeper than ${maxDepth} levels`);
    return Array.isArray(item) ? copyList(item, source, at) : copyObject(item as Fields, source, at);
  }

  function copyList(list: unknown[], source: unknown, at: Place): unknown[] {
    const sources = Array.isArray(source) ? source : [];
    // Array.from also visits holes, which are undefined and refused.
    return Array.from(list, (item, i) => copy(item, sources[i], { path: `${at.path}[${i}]`, depth: at.depth + 1 }));
  }

  function copyObject(object: Fields, source: unknown, at: Place): Fields {
    if (!isPlainObject(object)) throw refuse(`${at.path} is not a plain object`);
    const sources = isPlainObject(source) ? source : object;
    refuseDropped(object, sources, at.path);
    const made: Fields = {};
    for (const [key, item] of Object.entries(object)) {
      if (item === undefined) continue;
      const path = at.path === '' ? key : `${at.path}.${key}`;
      if (forbiddenKeys.has(key)) throw refuse(`${path} is not allowed as a name`);
      made[whole(key, 'a name')] = copy(item, sources[key], { path, depth: at.depth + 1 });
    }
    return made;
  }

  function refuseDropped(kept: Fields, sources: Fields, path: string): void {
    if (kept === sources) return;
    for (const key of Object.keys(sources)) {
      if (sources[key] === undefined || Object.hasOwn(kept, key)) continue;
      throw refuse(`${path === '' ? key : `${path}.${key}`} is not declared in the schema`);
    }
  }

  function weigh(more: number): void {
    weight += more;
    if (weight > maxWeight) throw refuse('the record is too large');
  }

  function whole(text: string, path: string): string {
    weigh(text.length);
    const fault = unfitText(text);
    if (fault) throw refuse(`${path} contains ${fault}`);
    return text;
  }
}

/** SQLite ends a text at NUL and UTF-8 has no lone surrogates: either would come back as something else. */
export function unfitText(text: string): string | undefined {
  if (text.includes('\0')) return 'a NUL character';
  if (!text.isWellFormed()) return 'half a surrogate pair';
  return undefined;
}

interface Place {
  path: string;
  depth: number;
}

type Fields = Record<string, unknown>;

function isPlainObject(value: unknown): value is Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  // Not compared with this realm's own: a copy made by structuredClone under a test runner has another realm's.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
