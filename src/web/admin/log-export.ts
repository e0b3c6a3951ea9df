// Audit events as a table for spreadsheets (RFC 4180).
import type { AuditContent } from '../../audit/event.ts';
import { csvRow } from '../../platform/csv.ts';

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
  const rows = events.map((event) => csvRow(columns.map((column) => textOf(event, column))));
  return [csvRow(columns), ...rows].join('');
}

function textOf(event: AuditContent, column: (typeof columns)[number]): string {
  const value = event[column];
  if (column === 'at') return new Date(event.at).toISOString();
  if (value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
