// Audit events as a table for spreadsheets (RFC 4180).
import type { AuditContent } from '../../audit/event.ts';

const columns = [
  'id',
  'at',
  'type',
  'result',
  'actor',
  'subject',
  'organizations',
  'clientId',
  'address',
  'userAgent',
  'requestId',
  'detail',
  'personal',
] as const satisfies readonly (keyof AuditContent)[];

/** One line an event; what has parts of its own stands as JSON in its cell. */
export function csvOf(events: readonly AuditContent[]): string {
  const rows = events.map((event) => columns.map((column) => cell(textOf(event, column))).join(','));
  return [columns.join(','), ...rows].map((row) => `${row}\r\n`).join('');
}

function textOf(event: AuditContent, column: (typeof columns)[number]): string {
  const value = event[column];
  if (column === 'at') return new Date(event.at).toISOString();
  if (value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** What a spreadsheet would take for a formula is told to be text: some of it was typed by strangers. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
