// Texts in code point order, which is how both engines compare them: JavaScript's own order is that of UTF-16 units.
import type { CheckedQuery } from './rules.ts';

/** In code point order, as both engines have it. */
export function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** The bounds of what is listed, in the order of the index: a place replaces the bound it lies behind, so that a page begins where it
 *  should instead of walking there. */
export function boundsOf({ prefix = '', after, order }: Pick<CheckedQuery, 'prefix' | 'after' | 'order'>) {
  const to = afterPrefix(prefix);
  const at = after && (after.value ?? after.id);
  const isUp = order === 'ascending';
  const startsAfter = at !== undefined && isUp && compareText(at, prefix) >= 0;
  const endsBefore = at !== undefined && !isUp && (to === undefined || compareText(at, to) < 0);
  return { from: startsAfter ? undefined : prefix, to: endsBefore ? undefined : to };
}

/** The first text after every text that starts with `prefix`, in code point order; undefined when there is none. */
export function afterPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  while (points.length > 0) {
    const last = points.pop() ?? 0;
    if (last === 0x10ffff) continue;
    // The code points of surrogates are no characters: the one after U+D7FF is U+E000.
    return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
  }
  return undefined;
}
