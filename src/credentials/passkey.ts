// The record of a passkey (WebAuthn Level 3) and its pure rules. The account's record lists the ids of those that are good
// (`account.passkeys`); a record that is not listed there opens nothing.
import { z } from 'zod';
import type { CollectionSpec } from '../storage/port.ts';

export const passkeySchema = z.object({
  /** SHA-256 of the credential id. */
  id: z.string(),
  accountId: z.string(),
  /** base64url: names it to browsers, opens nothing. */
  credentialId: z.string(),
  /** COSE key, base64url. */
  publicKey: z.string(),
  /** How often it signed, as far as its authenticator counts; 0 where it does not. */
  counter: z.number().int(),
  transports: z.array(z.string()),
  /** May be copied to other devices by its provider: then it is no longer bound to a piece of hardware. */
  isBackupEligible: z.boolean(),
  isBackedUp: z.boolean(),
  aaguid: z.string(),
  /** As the person calls it. */
  name: z.string(),
  /** The browser it was made in. */
  userAgent: z.string().optional(),
  createdAt: z.number(),
  lastUsedAt: z.number().optional(),
  /** When it first signed with a counter that had been used: somebody may have a copy of it. */
  suspectedAt: z.number().optional(),
});
export type Passkey = z.output<typeof passkeySchema>;

export const passkeysSpec: CollectionSpec<Passkey> = {
  name: 'passkeys',
  schema: passkeySchema,
  index: ['accountId'],
};

/** An account may have so many: more than anybody owns devices, few enough to be read at once. */
export const mostPasskeys = 20;
/** Code points. */
export const longestName = 60;

/** What using one proves (RFC 8176): a key of hardware or of software, and whether its owner was verified by it. */
export type PasskeyProof = 'hwk' | 'swk' | 'hwk-unverified' | 'swk-unverified';

export function proofOf(
  { isBackupEligible }: Pick<Passkey, 'isBackupEligible'>,
  isUserVerified: boolean,
): PasskeyProof {
  const kind = isBackupEligible ? 'swk' : 'hwk';
  return isUserVerified ? kind : `${kind}-unverified`;
}

/** Whether the signature comes from a copy: the counter of an authenticator that counts only rises (WebAuthn Level 3, 6.1.1). */
export function isCloned(stored: number, given: number): boolean {
  return (stored > 0 || given > 0) && given <= stored;
}

/** The record after a use. @returns undefined where the counter tells of a clone */
export function used(
  passkey: Passkey,
  { counter, isBackedUp, now }: { counter: number; isBackedUp: boolean; now: number },
): Passkey | undefined {
  return isCloned(passkey.counter, counter) ? undefined : { ...passkey, counter, isBackedUp, lastUsedAt: now };
}

/** @returns the name as it is kept, or what is wrong with it */
export function readName(typed: string): { name: string } | { fault: 'required' | 'tooLong' } {
  const name = typed
    .normalize('NFC')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  if (name === '') return { fault: 'required' };
  return [...name].length > longestName ? { fault: 'tooLong' } : { name };
}

const text = z.string().max(8192);

/** What a browser posts (`PublicKeyCredential.toJSON()`), as far as it is looked at before the library does. */
export const credentialSchema = z.object({
  id: z.string().regex(/^[\w-]{16,1400}$/),
  rawId: text,
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: text,
    attestationObject: z.string().max(32_768).optional(),
    authenticatorData: text.optional(),
    signature: text.optional(),
    userHandle: text.nullish(),
    transports: z
      .array(z.string().regex(/^[a-z-]{1,20}$/))
      .max(10)
      .optional(),
  }),
});
export type PostedCredential = z.output<typeof credentialSchema>;

/** @returns undefined for anything else */
export function parseCredential(posted: string): PostedCredential | undefined {
  try {
    return credentialSchema.safeParse(JSON.parse(posted)).data;
  } catch {
    return undefined;
  }
}
