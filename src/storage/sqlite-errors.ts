// SQLite's result codes (sqlite.org/rescode.html) and what each means to a caller of the port.
import { DomainError } from '../platform/errors.ts';

const busy = 5;
const locked = 6;
const tooBig = 18;
const constraint = 19;
export const restoreAdvice = 'keep a copy of it, then restore the latest backup';

const unusable = new Map([
  [7, 'out of memory'],
  [8, 'the file or its folder is read-only'],
  [10, 'reading or writing the disk failed'],
  [11, `the file is damaged: ${restoreAdvice}`],
  [13, 'the disk is full'],
  [14, 'the file cannot be opened'],
  [15, 'the locks of the file system do not work'],
  [26, `the file is no SQLite database: ${restoreAdvice}`],
]);

/** The primary result code; undefined for an error that is not SQLite's. */
export function resultCode(error: unknown): number | undefined {
  const { errcode } = (error ?? {}) as { errcode?: unknown };
  return typeof errcode === 'number' ? errcode & 0xff : undefined;
}

export function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code === busy || code === locked;
}

/** The file is damaged, or no database at all. */
export function isDamage(error: unknown): boolean {
  const code = resultCode(error);
  return code === 11 || code === 26;
}

export function isClash(error: unknown): boolean {
  return resultCode(error) === constraint;
}

/** A DomainError where the port has one for it; the error itself otherwise, since then it is a fault of ours. */
export function toDomainError(error: unknown, where: string): unknown {
  const code = resultCode(error);
  if (code === undefined || error instanceof DomainError) return error;
  const { message } = error as Error;
  if (code === constraint) return new DomainError('duplicate', message, { cause: error });
  if (code === tooBig) return new DomainError('invalid_input', 'the record is too large', { cause: error });
  if (isBusy(error)) return unavailable(`${where} is locked by another process`, error);
  const why = unusable.get(code);
  return why === undefined ? error : unavailable(`${where}: ${why} (${message})`, error);
}

export function unavailable(detail: string, cause?: unknown): DomainError {
  return new DomainError('storage_unavailable', detail, { cause });
}
