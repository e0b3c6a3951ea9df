// Reads a file of people line by line, JSON lines or CSV, in memory of one line: a fault ends the line and nothing else. A CSV record is
// one line too, since nothing we import has line breaks in it: a quote that is never closed cannot swallow the rest of the file.
import { createReadStream } from 'node:fs';
import { parse as parseCsv } from 'csv-parse/sync';
import { CommandError, exitStatus } from './command.ts';
import { unreadable } from './files.ts';
import { fields } from './import-line.ts';

/** A line with people's data has a few hundred bytes. */
const maxLineBytes = 65_536;
const lineFeed = 0x0a;

export interface ImportLine {
  /** From 1, as editors count. */
  number: number;
  value?: unknown;
  /** Why the line cannot be read; there is no value then. */
  fault?: string;
}

export type ImportFormat = 'json' | 'csv';

/** @throws CommandError for another ending */
export function formatOf(path: string): ImportFormat {
  if (/\.(jsonl|ndjson)$/i.test(path)) return 'json';
  if (/\.csv$/i.test(path)) return 'csv';
  throw new CommandError(
    exitStatus.usage,
    `${path}: the name must end in .jsonl or .ndjson (a JSON object each line) or .csv (with a header row).`,
  );
}

/** Empty lines are left out. @throws CommandError when the file cannot be read or a CSV header is wrong */
export async function* readImportFile(path: string, onBytes: (bytes: number) => void): AsyncGenerator<ImportLine> {
  const format = formatOf(path);
  let header: string[] | undefined;
  for await (const { number, text, fault } of readLines(path, onBytes)) {
    if (fault === undefined && text.trim() === '') continue;
    if (format === 'csv' && !header) header = readHeader(path, text, fault);
    else if (fault !== undefined) yield { number, fault };
    else yield { number, ...(header ? readRow(text, header) : readJson(text)) };
  }
  if (format === 'csv' && !header) throw new CommandError(exitStatus.usage, `${path}: there is no header row.`);
}

interface Line {
  number: number;
  text: string;
  fault?: string;
}

async function* readLines(path: string, onBytes: (bytes: number) => void): AsyncGenerator<Line> {
  let pieces: Buffer[] = [];
  let size = 0;
  let number = 1;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 262_144 }) as AsyncIterable<Buffer>) {
      let from = 0;
      for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, from)) {
        keep(chunk.subarray(from, end));
        yield finish();
        from = end + 1;
      }
      // A copy, since the rest of a line must not keep its whole chunk.
      keep(Buffer.from(chunk.subarray(from)));
      onBytes(chunk.length);
    }
    if (size > 0) yield finish();
  } catch (error) {
    throw unreadable(path, error);
  }

  function keep(piece: Buffer): void {
    size += piece.length;
    if (size <= maxLineBytes) pieces.push(piece);
    else pieces = [];
  }

  function finish(): Line {
    const line = { number, ...(size > maxLineBytes ? tooLong : decode(Buffer.concat(pieces))) };
    pieces = [];
    size = 0;
    number += 1;
    return line;
  }
}

const tooLong = { text: '', fault: `the line has more than ${maxLineBytes} bytes` };

/** Without a byte order mark and the CR of CRLF. */
function decode(bytes: Buffer): { text: string; fault?: string } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/\r$/, '') };
  } catch {
    return { text: '', fault: 'the line is not UTF-8 text' };
  }
}

/** The parser's own message would show part of the line, and there are secrets in it. */
function readJson(text: string): Omit<ImportLine, 'number'> {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    const at = /position (\d+)/.exec((error as Error).message)?.[1];
    return { fault: `the line is not JSON${at === undefined ? '' : ` (from character ${Number(at) + 1} on)`}` };
  }
}

function readHeader(path: string, text: string, fault: string | undefined): string[] {
  const cells = fault === undefined ? readCells(text) : undefined;
  const wrong = (why: string) => new CommandError(exitStatus.usage, `${path}: the header row is wrong: ${why}.`);
  if (!cells) throw wrong(fault ?? 'a quote is in the wrong place');
  const unknown = cells.filter((cell) => !fields.includes(cell));
  if (unknown.length > 0)
    throw wrong(
      `${unknown.map(quoted).join(', ')} ${unknown.length === 1 ? 'is' : 'are'} not known; fields are ${fields.join(', ')}, separated by commas`,
    );
  if (new Set(cells).size < cells.length) throw wrong('a field is named twice');
  if (!cells.includes('email')) throw wrong('"email" is missing');
  return cells;
}

function readRow(text: string, header: string[]): Omit<ImportLine, 'number'> {
  const cells = readCells(text);
  if (!cells) return { fault: 'a quote is in the wrong place or not closed' };
  if (cells.length !== header.length)
    return {
      fault: `the line has ${cells.length} cells, the header has ${header.length} (a value with a comma needs quotes)`,
    };
  const given = header.map((field, n) => [field, cells[n] ?? ''] as const).filter(([, cell]) => cell !== '');
  return { value: Object.fromEntries(given.map(([field, cell]) => [field, cellValue(field, cell)])) };
}

function cellValue(field: string, cell: string): unknown {
  if (field === 'roles')
    return cell
      .split(';')
      .map((role) => role.trim())
      .filter(Boolean);
  if (field !== 'emailVerified') return cell;
  return { true: true, false: false }[cell.toLowerCase()] ?? cell;
}

function readCells(text: string): string[] | undefined {
  try {
    const rows: string[][] = parseCsv(text, { trim: true, record_delimiter: '\n' });
    return rows[0];
  } catch {
    return undefined;
  }
}

/** Safe on a terminal, and not too long. */
function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
