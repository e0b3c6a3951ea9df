// A secret on its way to a phone: shown as a QR code, not yet proved by two codes. It belongs to the one session or sign-in that it was
// shown to: were it the account's, somebody who knows the password could have the owner scan a secret that they have seen themselves.
import { generateSecret } from 'otplib';
import { z } from 'zod';
import type { Account } from '../accounts/account.ts';
import { isDomainError } from '../platform/errors.ts';
import { type Secrets, sha256 } from '../platform/secrets.ts';
import type { CollectionSpec, Storage } from '../storage/port.ts';

const enrollmentSchema = z.object({ id: z.string(), secret: z.string(), expiresAt: z.number() });
const enrollmentsSpec: CollectionSpec<z.output<typeof enrollmentSchema>> = {
  name: 'totp-enrollments',
  schema: enrollmentSchema,
  expiresAt: 'expiresAt',
};

const pendingSeconds = 30 * 60;

export interface TotpEnrollment {
  /** Base32, 160 bits. */
  secret: string;
  /** otpauth: URI for the QR code. */
  uri: string;
}

export interface TotpEnrollmentsDependencies {
  storage: Storage;
  secrets: Secrets;
  /** The name shown in authenticator apps. */
  issuerName: string;
}

export function createTotpEnrollments({ storage, secrets, issuerName }: TotpEnrollmentsDependencies) {
  const enrollments = storage.collection(enrollmentsSpec);

  /** The secret being set up: the same one while it is fresh, so that a reloaded page does not spoil a scanned code.
   *  @param holder the session or sign-in it is shown to   @param now milliseconds UTC */
  async function begin(account: Account, holder: string, now: number): Promise<TotpEnrollment> {
    const secret = (await open(account, holder)) ?? (await make(account, holder, now));
    return { secret, uri: otpauthUri(issuerName, account.email, secret) };
  }

  async function make(account: Account, holder: string, now: number): Promise<string> {
    const id = idOf(account, holder);
    const secret = generateSecret({ length: 20 });
    try {
      await enrollments.insert({
        id,
        secret: secrets.seal(secret, context(id)),
        expiresAt: now + pendingSeconds * 1000,
      });
      return secret;
    } catch (error) {
      // Two tabs at once: the first one's secret is the one.
      const other = isDomainError(error, 'duplicate') ? await open(account, holder) : undefined;
      if (!other) throw error;
      return other;
    }
  }

  /** @returns undefined where none was begun, it ran out, or the account's credentials changed since */
  async function open(account: Account, holder: string): Promise<string | undefined> {
    const id = idOf(account, holder);
    const enrollment = await enrollments.get(id);
    return enrollment && secrets.open(enrollment.secret, context(id));
  }

  /** Once it is proved, the account keeps the secret. */
  async function end(account: Account, holder: string): Promise<void> {
    await enrollments.delete(idOf(account, holder));
  }

  return { begin, open, end };
}
export type TotpEnrollments = ReturnType<typeof createTotpEnrollments>;

/** Key URI format. A colon parts issuer and label, so those inside them are encoded, which otplib leaves out. */
function otpauthUri(issuer: string, label: string, secret: string): string {
  const [encodedIssuer, encodedLabel] = [encodeURIComponent(issuer), encodeURIComponent(label)];
  const query = `secret=${secret}&issuer=${encodedIssuer}&algorithm=SHA1&digits=6&period=30`;
  return `otpauth://totp/${encodedIssuer}:${encodedLabel}?${query}`;
}

function idOf({ id, sessionEpoch }: Account, holder: string): string {
  return sha256(`${id} ${sessionEpoch} ${holder}`);
}

function context(id: string) {
  return { collection: 'totp-enrollments', field: 'secret', id };
}
