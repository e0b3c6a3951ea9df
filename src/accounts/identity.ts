// An identity at an upstream provider that signs in to an account: issuer and subject, never the address (OpenID Connect Core 5.7).
import { z } from 'zod';
import { sha256 } from '../platform/secrets.ts';

export const identitySchema = z.object({
  issuer: z.string(),
  subject: z.string(),
  /** By which connection it was linked, and what that was called. */
  connectionId: z.string(),
  name: z.string(),
  /** As the provider told it when it was linked: for the person to know it by, and for nothing else. */
  email: z.string().optional(),
  linkedAt: z.number(),
});
export type LinkedIdentity = z.output<typeof identitySchema>;
export type Identity = Pick<LinkedIdentity, 'issuer' | 'subject'>;

interface Holder {
  identities?: readonly LinkedIdentity[] | undefined;
}

/** Both as one text: no two accounts hold the same. */
export function identityKey({ issuer, subject }: Identity): string {
  return sha256(JSON.stringify([issuer, subject]));
}

/** Left out where there is none. */
export function identityKeysOf({ identities = [] }: Holder): { identityKeys?: string[] } {
  return identities.length === 0 ? {} : { identityKeys: identities.map(identityKey) };
}

export function holdsIdentity({ identities = [] }: Holder, identity: Identity): boolean {
  const key = identityKey(identity);
  return identities.some((one) => identityKey(one) === key);
}
