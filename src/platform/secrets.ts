// Hashing, sealing and opening under keys derived from the master key (ASVS 11.3.3).
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createSecretKey,
  hash,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { DomainError } from './errors.ts';

/** Names the one place a sealed value belongs to: moved to another row or field, it does not open. */
export interface SealContext {
  collection: string;
  field: string;
  id: string;
}

const ivBytes = 12;
const tagBytes = 16;

/** SHA-256 in base64url: how bearer values of full entropy are stored. Not for passwords or short codes. */
export function sha256(value: string): string {
  return hash('sha256', value, 'base64url');
}

/** Compares two strings in a time that tells nothing of where they differ; unequal lengths are unequal at once: they are public. */
export function constantTimeEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** @param masterKeys at least one of 32 bytes or more; the first seals, every one opens (rotation). */
export function createSecrets(masterKeys: readonly Buffer[]) {
  const rings = masterKeys.map((master) => ({
    id: createHash('sha256').update('gatehouse key id').update(master).digest('base64url').slice(0, 8),
    derive: memoize((purpose) => createSecretKey(Buffer.from(hkdfSync('sha256', master, 'gatehouse', purpose, 32)))),
  }));
  const [current] = rings;
  if (!current) throw new Error('createSecrets needs a master key');

  /** AES-256-GCM: `keyId.base64url(iv | tag | ciphertext)`. */
  function seal(value: string, context: SealContext): string {
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv('aes-256-gcm', ring().derive(`seal ${context.collection}`), iv);
    cipher.setAAD(additionalData(context));
    const sealed = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
    return `${ring().id}.${Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')}`;
  }

  /** @throws DomainError 'sealed_value_unreadable' for another key, another place or a changed value. */
  function open(sealed: string, context: SealContext): string {
    const [keyId, body] = sealed.split('.');
    const key = rings.find((candidate) => candidate.id === keyId);
    if (!key || !body) throw unreadable(context, 'no master key with this id');
    const bytes = Buffer.from(body, 'base64url');
    try {
      const decipher = createDecipheriv(
        'aes-256-gcm',
        key.derive(`seal ${context.collection}`),
        bytes.subarray(0, ivBytes),
        {
          authTagLength: tagBytes,
        },
      );
      decipher.setAAD(additionalData(context));
      decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
      return Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]).toString('utf8');
    } catch (cause) {
      throw unreadable(context, 'authentication failed', cause);
    }
  }

  /** @returns false for what an older key has sealed: its owner seals it again at the next use */
  function isSealedByCurrentKey(sealed: string): boolean {
    return sealed.startsWith(`${ring().id}.`);
  }

  /** Keyed hash for values too short for a plain one (user codes) and for tokens we check ourselves (CSRF). */
  function hmac(purpose: string, value: string): string {
    return createHmac('sha256', ring().derive(`hmac ${purpose}`))
      .update(value)
      .digest('base64url');
  }

  /** The hashes `value` may be stored under: one for each master key, the current one first. */
  function hmacs(purpose: string, value: string): string[] {
    return rings.map((r) =>
      createHmac('sha256', r.derive(`hmac ${purpose}`))
        .update(value)
        .digest('base64url'),
    );
  }

  /** One text key for each master key, the current one first: cookie signing wants such a list (keygrip). */
  function keys(purpose: string): string[] {
    return rings.map((r) => r.derive(`key ${purpose}`).export().toString('base64url'));
  }

  function ring() {
    return current as NonNullable<typeof current>;
  }

  return { seal, open, isSealedByCurrentKey, hmac, hmacs, keys };
}

export type Secrets = ReturnType<typeof createSecrets>;

function additionalData({ collection, field, id }: SealContext): Buffer {
  return Buffer.from(JSON.stringify([collection, field, id]));
}

function unreadable(context: SealContext, why: string, cause?: unknown): DomainError {
  return new DomainError('sealed_value_unreadable', `${context.collection}.${context.field} of ${context.id}: ${why}`, {
    cause,
  });
}

function memoize<T>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const fresh = make(key);
    made.set(key, fresh);
    return fresh;
  };
}
