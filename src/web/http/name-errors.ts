// What may be wrong with a person's name, in words.
import type { FieldError } from './view-models.ts';

const longestName = 100;

export interface Names {
  givenName: string;
  familyName: string;
}

/** Any characters people have in their names, 1 to 100 of them; no control characters and none that turn the text round.
 *  @param names trimmed */
export function namesErrors({ givenName, familyName }: Names): FieldError[] {
  return [...nameErrors('givenName', givenName), ...nameErrors('familyName', familyName)];
}

function nameErrors(field: keyof Names, name: string): FieldError[] {
  return name === '' ? [{ field, key: `error.${field}.required` }] : nameFaults(field, name);
}

/** The same where a name may be left out. */
export function nameFaults(field: keyof Names, name: string): FieldError[] {
  if ([...name].length > longestName) return [{ field, key: 'error.name.tooLong', values: { count: longestName } }];
  if (/[\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069]/u.test(name)) return [{ field, key: 'error.name.controlCharacters' }];
  return [];
}
