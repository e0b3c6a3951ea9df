// Where signing keys are kept: each made once whoever makes it, its private half sealed, each change of it one write.
import { generateKeyPair, type JsonWebKey, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { Audit, Origin } from '../audit/audit.ts';
import { unlessThere } from '../platform/errors.ts';
import { type Secrets, sha256 } from '../platform/secrets.ts';
import type { CollectionSpec, Storage } from '../storage/port.ts';
import { type KeyAlgorithm, type SigningKey, signingKeySchema } from './signing-key.ts';

const generate = promisify(generateKeyPair);
const signingKeysSpec: CollectionSpec<SigningKey> = { name: 'signing-keys', schema: signingKeySchema };
export const system: Origin = { actor: 'system' };

export interface StoredKeysDependencies {
  storage: Storage;
  secrets: Secrets;
  audit: Audit;
}

/** Its place, and when it may sign or began to. */
export type Place = Pick<SigningKey, 'algorithm' | 'number' | 'readyAt' | 'activatedAt'>;

export function createStoredKeys({ storage, secrets, audit }: StoredKeysDependencies) {
  const keys = storage.collection(signingKeysSpec);

  function all(): Promise<SigningKey[]> {
    return keys.list({ limit: 1000 });
  }

  /** Losing the race for a number is fine: the other node's key is used. @param jwk private, of that algorithm; a fresh one when left out */
  async function add(place: Place, jwk?: JsonWebKey): Promise<void> {
    const made = jwk ?? (await newPair(place.algorithm)).privateKey.export({ format: 'jwk' });
    const id = `${place.algorithm}-${place.number}`;
    // On a command line an id that begins with a hyphen would be an option.
    const kid = sha256(JSON.stringify([made.n ?? made.x, made.e ?? made.y]))
      .replace(/^[-_]+/, '')
      .slice(0, 22);
    const sealed = secrets.seal(JSON.stringify(made), contextOf(id));
    const isMine = await unlessThere(keys.insert({ id, ...place, kid, jwk: sealed, createdAt: Date.now() }));
    if (isMine) await note('created', { kid, algorithm: place.algorithm }, system);
  }

  /** Private, as oidc-provider takes it. What an older master key has sealed is sealed again: of two nodes that start together one writes. */
  async function open({ id, kid, algorithm, jwk: sealed }: SigningKey): Promise<Record<string, unknown>> {
    const text = secrets.open(sealed, contextOf(id));
    if (!secrets.isSealedByCurrentKey(sealed)) {
      const jwk = secrets.seal(text, contextOf(id));
      await keys.update(id, (stored) => (stored.jwk === sealed ? { ...stored, jwk } : undefined));
    }
    // An RSA key without `alg` signs RS256 and PS256 alike.
    return { ...JSON.parse(text), kid, use: 'sig', ...(algorithm === 'ES256' ? { alg: 'ES256' } : {}) };
  }

  /** It signs from now on. @param from the one that did   @returns false where another was first */
  async function activate(key: SigningKey, from: SigningKey | undefined, origin: Origin): Promise<boolean> {
    const now = Date.now();
    const written = await keys.update(key.id, (old) =>
      old.activatedAt === undefined && old.revokedAt === undefined ? { ...old, activatedAt: now } : undefined,
    );
    if (written) await note('rotated', key, origin, { ...(from ? { from: from.kid } : {}), to: key.kid });
    return written !== undefined;
  }

  /** Destroys its private half. @param state in which it was   @returns false where another was first */
  async function revoke(key: SigningKey, state: string, origin: Origin): Promise<boolean> {
    const now = Date.now();
    const written = await keys.update(key.id, (old) =>
      old.revokedAt === undefined ? { ...old, jwk: '', revokedAt: now } : undefined,
    );
    if (written) await note('revoked', key, origin, { state });
    return written !== undefined;
  }

  async function remove(key: SigningKey): Promise<void> {
    const wasThere = await keys.delete(key.id);
    if (wasThere && key.revokedAt === undefined) await note('retired', key, system);
  }

  function note(
    what: 'created' | 'rotated' | 'retired' | 'revoked',
    { kid, algorithm }: Pick<SigningKey, 'kid' | 'algorithm'>,
    origin: Origin,
    more: Record<string, string> = {},
  ): Promise<void> {
    const detail = { algorithm, ...more };
    return audit.record({ type: `signing-key.${what}`, result: 'success', subject: kid, detail }, origin);
  }

  return { all, add, open, activate, revoke, remove };
}

function contextOf(id: string) {
  return { collection: 'signing-keys', field: 'jwk', id };
}

function newPair(algorithm: KeyAlgorithm): Promise<{ privateKey: KeyObject }> {
  if (algorithm === 'ES256') return generate('ec', { namedCurve: 'P-256' });
  return generate('rsa', { modulusLength: 3072 });
}
