// A new person as administrators state them, by form, API and command line.
import { z } from 'zod';
import { isEmail } from '../accounts/account.ts';

const name = z
  .string()
  .trim()
  .max(100)
  .regex(/^\P{Cc}*$/u, 'must have no control characters');
const role = z
  .string()
  .trim()
  .min(1)
  .max(50)
  .regex(/^[^\s:;,]+$/, 'must be a word without ":", ";" and ","');

/** A new person, under the names of the API. */
export const newPersonSchema = z.strictObject({
  email: z.string().trim().refine(isEmail, 'is not an email address'),
  givenName: name.optional(),
  familyName: name.optional(),
  organization: z.string().optional(),
  /** In the organization; on the instance without one. */
  roles: z.array(role).max(50).default([]),
  /** The app to go on to after the first sign-in. */
  clientId: z.string().optional(),
  /** Whether a mail is sent at once. */
  invite: z.boolean().default(true),
});
export type NewPerson = z.output<typeof newPersonSchema>;
