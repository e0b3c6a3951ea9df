// The behaviours that accounts are held to, by the rows of the security plan: each is named by a test, so that none is lost unnoticed.
// PW passwords, RS forgotten passwords, MF second factors, SE sessions, AC administrators and their reach.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const tests = join(import.meta.dirname, '..');
const number = (count: number) => Array.from({ length: count }, (_, index) => String(index + 1).padStart(2, '0'));
const family = (name: string, count: number) => number(count).map((row) => `${name}-${row}`);

const rows = [
  ...family('PW', 17),
  ...family('RS', 10),
  ...family('MF', 14),
  ...family('SE', 11),
  'AC-01',
  'AC-05',
  'AC-07',
  'AC-08',
];
/** Of what is not built yet. */
const ahead: Record<string, string> = {
  'RS-09': 'people who may only sign in through their organization are mailed no reset link',
};

/** Of tests and their groups, and of the rows of a table that a test goes through: a comment names nothing. */
function rowsIn(path: string): string[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines
    .filter((line) => !/^\s*(?:\/\/|\/?\*)/.test(line))
    .flatMap((line) => line.match(/\b[A-Z]{2}-\d\d\b/g) ?? []);
}

const suites = readdirSync(tests, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.test.ts'));
const named = new Set(suites.filter((path) => !path.startsWith('house')).flatMap((path) => rowsIn(join(tests, path))));

describe('the security plan', () => {
  it.each(rows.filter((row) => !(row in ahead)))('row %s is named by a test', (row) => {
    expect([...named]).toContain(row);
  });

  it.each(Object.entries(ahead))('row %s waits for what it is about: %s', (row) => {
    // Once there is a test, the row leaves the list.
    expect([...named]).not.toContain(row);
  });
});
