// A list of people to be invited, as it is pasted or saved by a spreadsheet: commas, semicolons or tabs between the cells, with a header row
// or without. A record is one line, so that a quote that is never closed cannot swallow the rest.
import { parse as parseCsv } from 'csv-parse/sync';
import { isEmail } from '../accounts/account.ts';

export const mostListed = 500;
const longestName = 100;
const longestRole = 50;
const columns = ['email', 'givenName', 'familyName', 'roles'] as const;
type Column = (typeof columns)[number];

/** Other names that spreadsheets have for the columns, without blanks and in small letters. */
const columnNames: Record<string, Column> = {
  email: 'email',
  emailaddress: 'email',
  'e-mail': 'email',
  givenname: 'givenName',
  firstname: 'givenName',
  familyname: 'familyName',
  lastname: 'familyName',
  roles: 'roles',
  role: 'roles',
};

export type LineProblem = 'cells' | 'email' | 'name' | 'role' | 'twice';

export interface ListedPerson {
  /** From 1, as editors count. */
  line: number;
  email: string;
  givenName?: string;
  familyName?: string;
  roles: string[];
  problem?: LineProblem;
}

/** @returns undefined for a header that names no address, or too many lines */
export function readPeopleList(text: string): { people: ListedPerson[] } | { fault: 'empty' | 'header' | 'too-many' } {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .map((content, n) => ({ line: n + 1, content }))
    .filter(({ content }) => content.trim() !== '');
  const [first] = lines;
  if (!first) return { fault: 'empty' };
  const delimiter = delimiterOf(first.content);
  const header = headerOf(cellsOf(first.content, delimiter) ?? []);
  if (header && !header.includes('email')) return { fault: 'header' };
  const rows = header ? lines.slice(1) : lines;
  if (rows.length === 0) return { fault: 'empty' };
  if (rows.length > mostListed) return { fault: 'too-many' };
  const seen = new Set<string>();
  return {
    people: rows.map(({ line, content }) => {
      const person = personOf(line, cellsOf(content, delimiter), header ?? [...columns]);
      const key = person.email.normalize('NFKC').toLowerCase();
      const isTwice = !person.problem && seen.has(key);
      seen.add(key);
      return isTwice ? { ...person, problem: 'twice' } : person;
    }),
  };
}

function delimiterOf(line: string): string {
  const count = (sign: string) => line.split(sign).length;
  return [',', ';', '\t'].reduce((best, sign) => (count(sign) > count(best) ? sign : best));
}

/** Undefined for a first line that is a person already. */
function headerOf(cells: string[]): (Column | undefined)[] | undefined {
  const named = cells.map((cell) => columnNames[cell.toLowerCase().replace(/[\s_]/g, '')]);
  return named.some(Boolean) || !cells.some((cell) => cell.includes('@')) ? named : undefined;
}

function personOf(line: number, cells: string[] | undefined, header: (Column | undefined)[]): ListedPerson {
  const cell = (column: Column) => cells?.[header.indexOf(column)]?.trim() ?? '';
  const [email, givenName, familyName] = [cell('email'), cell('givenName'), cell('familyName')];
  const roles = [
    ...new Set(
      cell('roles')
        .split(/[;,|\s]+/)
        .filter(Boolean),
    ),
  ];
  const problem =
    !cells || cells.length > header.length ? 'cells' : problemOf({ email, names: [givenName, familyName], roles });
  return {
    line,
    email: email.slice(0, 320),
    ...(givenName ? { givenName: givenName.slice(0, longestName) } : {}),
    ...(familyName ? { familyName: familyName.slice(0, longestName) } : {}),
    roles: roles.map((role) => role.slice(0, longestRole)),
    ...(problem ? { problem } : {}),
  };
}

function problemOf({
  email,
  names,
  roles,
}: {
  email: string;
  names: string[];
  roles: string[];
}): LineProblem | undefined {
  if (!isEmail(email)) return 'email';
  if (names.some((name) => [...name].length > longestName || /[\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069]/u.test(name)))
    return 'name';
  return roles.some((role) => role.length > longestRole || role.includes(':')) ? 'role' : undefined;
}

function cellsOf(line: string, delimiter: string): string[] | undefined {
  try {
    const rows: string[][] = parseCsv(line, { trim: true, delimiter, record_delimiter: '\n' });
    return rows[0];
  } catch {
    return undefined;
  }
}
