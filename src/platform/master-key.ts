// Development only: a master key that is made once and kept beside the database, readable by its owner alone.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { randomToken } from './ids.ts';

/** @returns the key in the file, made now if there is none; of two processes that start together, both get the same */
export function developmentKey(path: string): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    writeFileSync(path, `${randomToken()}\n`, { mode: 0o600, flag: 'wx', flush: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const key = readFileSync(path, 'utf8').trim();
  if (key.length < 32)
    throw new Error(`${path} holds no key. If nothing in the database matters, remove both; else restore the file.`);
  return key;
}
