// The shipped list of well-known passwords, and what counts as one of them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { isCommonPassword } from '../../src/credentials/common-passwords.ts';

const file = readFileSync(join(import.meta.dirname, '../../config/common-passwords.txt'));
const lines = file.toString('utf8').trimEnd().split('\n');

describe('the list of well-known passwords', () => {
  it('PW-07: holds more than 10,000 that fit the policy, at 8 characters and at the default of 12', () => {
    expect(lines.every((line) => [...line].length >= 8)).toBe(true);
    expect(lines.filter((line) => [...line].length >= 12).length).toBeGreaterThan(10_000);
    expect(lines.filter((line) => [...line].length < 12).length).toBeGreaterThan(10_000);
  });

  it('is normalised, in lower case, and sorted by bytes without duplicates, which the search relies on', () => {
    expect(lines.every((line) => line === line.normalize('NFKC').toLowerCase().trim())).toBe(true);
    const bytes = lines.map((line) => Buffer.from(line));
    expect(bytes.findIndex((line, n) => n > 0 && Buffer.compare(bytes[n - 1] ?? line, line) >= 0)).toBe(-1);
    expect(file.at(-1)).toBe(0x0a);
  });

  it('is found whole: every line of it, the first and the last', () => {
    expect(lines.filter((line) => !isCommonPassword(line))).toEqual([]);
  });
});

describe('a well-known password', () => {
  it.each([
    'sunshine',
    'SunShine',
    'sunshine1',
    'sunshine2026!',
    '!!sunshine',
    '2026sunshine!',
    '5un5h1n3',
    '$unsh!ne99',
  ])('PW-07: is %j', (password) => {
    expect(isCommonPassword(password)).toBe(true);
  });

  it.each([
    '',
    'sunshine on my desk',
    'sunshine83920175',
    '83920175sunshine',
    'seven quiet bicycles',
    '\n',
    'sunshine\nsunshine',
    '\uffff'.repeat(12),
    '0'.repeat(256),
  ])('is not %j', (password) => {
    expect(isCommonPassword(password)).toBe(false);
  });
});
