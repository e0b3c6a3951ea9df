// How an address that cannot be one reads, wherever it is typed.
import { isEmail } from '../../accounts/account.ts';
import type { FieldError } from './view-models.ts';

export function emailErrors(email: string): FieldError[] {
  if (email === '') return [{ field: 'email', key: 'error.email.required' }];
  return isEmail(email) ? [] : [{ field: 'email', key: 'error.email.invalid' }];
}
