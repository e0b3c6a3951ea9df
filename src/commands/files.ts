// Files that an operator names: why one cannot be read is told in a sentence.
import { readFileSync } from 'node:fs';
import { CommandError, exitStatus } from './command.ts';

const reasons: Record<string, string> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'you may not read it',
};

/** UTF-8, with or without a byte order mark. @throws CommandError */
export function readText(path: string): string {
  const bytes = readable(path, () => readFileSync(path));
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new CommandError(exitStatus.usage, `${path} cannot be read: it is not UTF-8 text.`, { cause });
  }
}

/** @throws CommandError for what `open` throws of the file system's */
export function readable<T>(path: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw unreadable(path, error);
  }
}

export function unreadable(path: string, cause: unknown): unknown {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === undefined || cause instanceof CommandError) return cause;
  return new CommandError(exitStatus.usage, `${path} cannot be read: ${reasons[code] ?? code}.`, { cause });
}
