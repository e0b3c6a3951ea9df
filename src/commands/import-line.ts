// One line of `users import`: what it may hold, and the account that comes of it. Reasons name fields, never values:
// there are password hashes and TOTP secrets among them.
import { z } from 'zod';
import { isEmail } from '../accounts/account.ts';
import type { NewAccount } from '../accounts/account-record.ts';
import { isKnownHash } from '../credentials/foreign-hashes.ts';
import { ownerRole } from '../credentials/owner-recovery.ts';
import { stepAt } from '../credentials/totp.ts';
import { organizationId } from '../organizations/organization.ts';

/** The least of RFC 4226, 4 is 128 bits; Google's own apps long used 80. */
const leastSecretBytes = 10;
const mostSecretBytes = 64;

const text = z.string({ error: 'must be text' }).trim();
const shortText = text
  .refine((value) => [...value].length <= 100, 'must have 100 characters or less')
  .refine((value) => !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(value), 'must have no control characters');

const lineSchema = z.strictObject({
  email: text.refine((email) => isEmail(email), 'is not an email address'),
  givenName: shortText.optional(),
  familyName: shortText.optional(),
  organization: organizationId.optional(),
  roles: z
    .array(
      shortText.refine(
        (role) => role !== ownerRole,
        `must not have "${ownerRole}": \`gatehouse admin recover --make-owner\` gives it`,
      ),
      { error: 'must be a list' },
    )
    .max(50, 'must have 50 roles or less')
    .optional(),
  passwordHash: text.refine(isImportable, 'is of no kind that is known: argon2, bcrypt, scrypt or PBKDF2').optional(),
  totpSecret: text
    .transform((secret) => decodeBase32(secret) ?? Buffer.alloc(0))
    .refine(
      ({ length }) => length >= leastSecretBytes && length <= mostSecretBytes,
      `must be base32 of ${leastSecretBytes * 8} to ${mostSecretBytes * 8} bits`,
    )
    .optional(),
  emailVerified: z.boolean({ error: 'must be true or false' }).optional(),
});
export type ImportedPerson = z.output<typeof lineSchema>;

/** Also the columns of a CSV file. */
export const fields: readonly string[] = Object.keys(lineSchema.shape);

export type CheckedLine = { person: ImportedPerson } | { reason: string };

/** Null and empty text count as left out. */
export function checkLine(value: unknown): CheckedLine {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { reason: 'the line is not a JSON object' };
  const unknown = Object.keys(value).filter((key) => !fields.includes(key));
  if (unknown.length > 0) return { reason: `has a field that is not known: ${nameOf(unknown[0] ?? '')}` };
  const given = Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null && item !== ''));
  if (given.email === undefined) return { reason: 'email: is missing' };
  const { data, error } = lineSchema.safeParse(given);
  if (data) return { person: data };
  return { reason: [...new Set(error.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}`))].join('; ') };
}

/** @param id made before, since the secret is sealed for it   @param seal of totp.ts   @param now milliseconds UTC */
export function accountOf(
  person: ImportedPerson,
  { id, seal, now }: { id: string; seal(secret: string): string; now: number },
): NewAccount {
  const { totpSecret, organization, roles = [], emailVerified = false, ...rest } = person;
  const given = [...new Set(roles)].filter((role) => role !== '');
  // Codes of the time before the import may have been used at the old system.
  const totp = totpSecret && {
    secret: seal(encodeBase32(padded(totpSecret))),
    lastUsedStep: stepAt(now) - 1,
    driftSteps: 0,
    activatedAt: now,
  };
  return {
    ...(rest as NewAccount),
    id,
    emailVerified,
    ...(organization === undefined ? { roles: given } : { memberships: [{ organization, roles: given }] }),
    status: person.passwordHash === undefined ? 'invited' : 'active',
    ...(totp ? { totp } : {}),
  };
}

/** A hash whose key was cut off would be equal to any password's, or easy to guess; a cost of nothing cannot be checked. */
function isImportable(hash: string): boolean {
  if (hash.length > 500 || !isKnownHash(hash)) return false;
  // bcrypt has one length, and an alphabet of its own.
  if (hash.startsWith('$2')) return true;
  const key = hash.slice(hash.lastIndexOf('$') + 1);
  return Buffer.from(key, 'base64').length >= 16 && !/[=$]0+[,$]/.test(hash);
}

/** HMAC fills a short key up with zeros itself (RFC 2104, 2): the codes stay the same, and otplib takes no less than 16 bytes. */
function padded(secret: Buffer): Buffer {
  return Buffer.concat([secret, Buffer.alloc(Math.max(0, 16 - secret.length))]);
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648, 6; spaces, hyphens, lower case and padding as people and exports write them. Undefined for anything else. */
function decodeBase32(typed: string): Buffer | undefined {
  const digits = typed.toUpperCase().replace(/[\s-]/g, '').replace(/=+$/, '');
  if (!/^[A-Z2-7]+$/.test(digits) || [1, 3, 6].includes(digits.length % 8)) return undefined;
  const bits = Array.from(digits, (digit) => alphabet.indexOf(digit).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

function encodeBase32(bytes: Buffer): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? []).map((digit) => alphabet[Number.parseInt(digit.padEnd(5, '0'), 2)]).join('');
}

function nameOf(key: string): string {
  return JSON.stringify(key.length > 40 ? `${key.slice(0, 40)}…` : key);
}
