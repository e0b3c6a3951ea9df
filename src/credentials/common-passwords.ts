// The block list of well-known passwords (SP 800-63B-4, 3.1.1.2): config/common-passwords.txt, read once and searched as it lies in memory.
import { readFileSync } from 'node:fs';

/** Lower case, NFKC, sorted by bytes: see config/common-passwords.md. A search among the bytes needs no set of 80,000 strings. */
const list = readFileSync(new URL('../../config/common-passwords.txt', import.meta.url));
const lineFeed = 0x0a;

/** Fewer signs than this around a listed word are no secret: `password2026!`. */
const signsAdded = 7;

/** Letters that people write as other signs; `1` and `!` stand for two. */
const disguises = { '0': 'o', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', $: 's' };
const alphabets: Record<string, string>[] = [
  { ...disguises, '1': 'i', '!': 'i' },
  { ...disguises, '1': 'l', '!': 'l' },
];

/** Whether a password is on the list, in whatever case, with signs for letters, or with a few digits and signs around it.
 *  @param normalised in NFKC */
export function isCommonPassword(normalised: string): boolean {
  const plain = normalised.toLowerCase();
  return withoutAdditions(plain).some((word) => [word, ...undisguised(word)].some(isListed));
}

/** The password, and what is left of it without some of the digits and signs at its ends. */
function withoutAdditions(password: string): string[] {
  const before = /^[^\p{L}]*/u.exec(password)?.[0] ?? '';
  const after = /[^\p{L}]*$/u.exec(password)?.[0] ?? '';
  const words: string[] = [];
  for (const start of new Set([0, before.length])) {
    for (let cut = 0; cut <= Math.min(after.length, signsAdded - start); cut += 1)
      words.push(password.slice(start, password.length - cut));
  }
  return words;
}

function undisguised(word: string): string[] {
  return alphabets.map((letters) => word.replace(/[0-9@$!]/g, (sign) => letters[sign] ?? sign));
}

/** Binary search; each step looks at the whole line around the middle. */
function isListed(word: string): boolean {
  const wanted = Buffer.from(word);
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const start = middle === 0 ? 0 : list.lastIndexOf(lineFeed, middle - 1) + 1;
    const end = list.indexOf(lineFeed, middle);
    const order = wanted.compare(list, start, end);
    if (order === 0) return true;
    if (order < 0) high = start;
    else low = end + 1;
  }
  return false;
}
