// How a broken password rule reads: one text wherever a password is set.
import { maxCodePoints, type PasswordFault } from '../../credentials/password-policy.ts';
import type { FieldError } from './view-models.ts';

const keys: Record<PasswordFault, string> = {
  missing: 'error.newPassword.required',
  'too-short': 'error.newPassword.tooShort',
  'too-long': 'error.newPassword.tooLong',
  'starts-or-ends-with-space': 'error.newPassword.edges',
  'control-characters': 'error.newPassword.controlCharacters',
  'contains-context-word': 'error.newPassword.context',
  predictable: 'error.newPassword.predictable',
  common: 'error.newPassword.common',
  unchanged: 'error.newPassword.unchanged',
  breached: 'error.newPassword.breached',
};

export function newPasswordErrors(fault: PasswordFault, minLength: number): FieldError[] {
  const count = fault === 'too-long' ? maxCodePoints : minLength;
  return [{ field: 'newPassword', key: keys[fault], values: { count } }];
}
