// What a new password must be like, as far as it can be told from the password itself (SP 800-63B-4, 3.1.1). Pure. Every place that sets
// one asks new-passwords.ts, which adds what only a look-up can tell.
import type { Account } from '../accounts/account.ts';
import { isCommonPassword } from './common-passwords.ts';

export interface PasswordContext {
  /** Code points, set by the firm; never below 8. */
  minLength: number;
  /** Words an attacker would try first: the address, the person's name, the product, the firm. */
  contextWords: readonly string[];
}

/** Keys of the catalogue under `password.`; the first rule that is broken is told. */
export type PasswordFault =
  | 'missing'
  | 'starts-or-ends-with-space'
  | 'too-short'
  | 'too-long'
  | 'control-characters'
  | 'contains-context-word'
  | 'predictable'
  | 'common'
  | 'unchanged'
  | 'breached';

/** SP 800-63B-4 3.1.1.2 asks for 64 at least; 256 code points and 1,024 bytes keep hashing bounded (ASVS 6.2.9). */
export const maxCodePoints = 256;
const maxBytes = 1024;

/** @returns undefined when the password may be set */
export function passwordFault(
  password: string,
  { minLength, contextWords }: PasswordContext,
): PasswordFault | undefined {
  const normalised = password.normalize('NFKC');
  const length = [...normalised].length;
  if (length === 0) return 'missing';
  if (/^\s|\s$/u.test(password) || /^\s|\s$/u.test(normalised)) return 'starts-or-ends-with-space';
  if (length > maxCodePoints || Buffer.byteLength(normalised) > maxBytes) return 'too-long';
  if (/\p{Cc}|\p{Cs}/u.test(normalised)) return 'control-characters';
  if (length < minLength) return 'too-short';
  if (isMostlyContext(normalised, contextWords)) return 'contains-context-word';
  if (isPredictable(normalised)) return 'predictable';
  if (isCommonPassword(normalised)) return 'common';
  return undefined;
}

/** True when little is left once the words an attacker knows are taken out. */
function isMostlyContext(password: string, words: readonly string[]): boolean {
  const plain = password.toLowerCase();
  const known = words.map((word) => word.normalize('NFKC').toLowerCase()).filter((word) => word.length >= 4);
  if (!known.some((word) => plain.includes(word))) return false;
  const rest = known.reduce((left, word) => left.replaceAll(word, ''), plain).replace(/[^\p{L}\p{N}]/gu, '');
  return [...rest].length < 8;
}

/** One character, a short unit repeated, or a run of the keyboard or the alphabet. */
function isPredictable(password: string): boolean {
  const plain = password.toLowerCase();
  if (/^(.{1,4})\1+.{0,3}$/su.test(plain)) return true;
  return sequences.some((sequence) => sequence.repeat(4).includes(plain));
}

const rows = [
  '0123456789',
  '1234567890',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiop',
  'azertyuiop',
];
const sequences = rows.flatMap((row) => [row, [...row].reverse().join('')]);

/** The words of an account and its surroundings that a password should not lean on. */
export function contextWords(
  account: Pick<Account, 'email' | 'givenName' | 'familyName'>,
  names: readonly string[],
): string[] {
  const [local = '', domain = ''] = account.email.split('@');
  const parts = [
    account.email,
    local,
    ...local.split(/[^\p{L}\p{N}]+/u),
    domain,
    ...domain.split('.').slice(0, -1),
    account.givenName,
    account.familyName,
    ...names,
  ];
  return parts.filter((part): part is string => Boolean(part));
}
