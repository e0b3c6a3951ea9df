// Signing keys: made by the server at its first start, kept in storage, sealed.
import { generateKeyPair, type JsonWebKey, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Audit } from '../audit/audit.ts';
import { isDomainError } from '../platform/errors.ts';
import { randomToken } from '../platform/ids.ts';
import { type Secrets, sha256 } from '../platform/secrets.ts';
import type { CollectionSpec, Storage } from '../storage/port.ts';

const generate = promisify(generateKeyPair);

const signingKeySchema = z.object({
  /** `ES256-1`, `ES256-2` …: the number decides the order, so that two nodes that start together make one key, not two. */
  id: z.string(),
  algorithm: z.enum(['ES256', 'RS256']),
  number: z.number().int(),
  kid: z.string(),
  /** Private JWK, sealed. */
  jwk: z.string(),
  createdAt: z.number(),
});
export type SigningKey = z.output<typeof signingKeySchema>;
type Algorithm = SigningKey['algorithm'];

const signingKeysSpec: CollectionSpec<SigningKey> = { name: 'signing-keys', schema: signingKeySchema };

/** RS256 because well-known clients pin it, with 3,072 bits (ASVS 11.2.3); it serves PS256 too. */
const algorithms = ['ES256', 'RS256'] as const satisfies readonly Algorithm[];

/** Values of the whole installation that must never change with the master key: pairwise subjects are derived from the salt. */
const instanceSchema = z.object({ id: z.string(), sealed: z.string() });
const instanceSpec: CollectionSpec<z.output<typeof instanceSchema>> = { name: 'instance', schema: instanceSchema };

export interface KeysDependencies {
  storage: Storage;
  secrets: Secrets;
  audit: Audit;
}

export function createKeys({ storage, secrets, audit }: KeysDependencies) {
  const keys = storage.collection(signingKeysSpec);
  const instance = storage.collection(instanceSpec);

  /** Private JWKs in the order of oidc-provider: the first that fits signs. Makes the missing ones. */
  async function load(): Promise<Record<string, unknown>[]> {
    let stored = await keys.list({ limit: 1000 });
    const missing = algorithms.filter((algorithm) => !stored.some((key) => key.algorithm === algorithm));
    if (missing.length > 0) {
      await Promise.all(missing.map((algorithm) => make(algorithm, 1)));
      stored = await keys.list({ limit: 1000 });
    }
    return Promise.all(stored.sort((a, b) => a.number - b.number).map(open));
  }

  async function make(algorithm: Algorithm, number: number): Promise<void> {
    const { privateKey } = await newPair(algorithm);
    await keep(algorithm, number, privateKey.export({ format: 'jwk' }));
  }

  /** The first key of the algorithm, made elsewhere, such as the one of a whole test run. @param jwk private, of that algorithm */
  function adopt(algorithm: Algorithm, jwk: JsonWebKey): Promise<void> {
    return keep(algorithm, 1, jwk);
  }

  /** Losing the race for a number is fine: the other node's key is used. */
  async function keep(algorithm: Algorithm, number: number, jwk: JsonWebKey): Promise<void> {
    const id = `${algorithm}-${number}`;
    const kid = sha256(JSON.stringify([jwk.n ?? jwk.x, jwk.e ?? jwk.y])).slice(0, 22);
    const sealed = secrets.seal(JSON.stringify(jwk), { collection: 'signing-keys', field: 'jwk', id });
    const isMine = await unlessThere(keys.insert({ id, algorithm, number, kid, jwk: sealed, createdAt: Date.now() }));
    if (!isMine) return;
    await audit.record(
      { type: 'signing-key.created', result: 'success', subject: kid, detail: { algorithm } },
      { actor: 'system' },
    );
  }

  /** A key that an older master key has sealed is sealed again: of two nodes that start together one writes, and both have the same key. */
  async function open(key: SigningKey): Promise<Record<string, unknown>> {
    const context = { collection: 'signing-keys', field: 'jwk', id: key.id };
    const text = secrets.open(key.jwk, context);
    if (!secrets.isSealedByCurrentKey(key.jwk)) {
      const jwk = secrets.seal(text, context);
      await keys.update(key.id, (stored) => (stored.jwk === key.jwk ? { ...stored, jwk } : undefined));
    }
    const jwk = JSON.parse(text) as Record<string, unknown>;
    // An RSA key without `alg` signs RS256 and PS256 alike.
    return { ...jwk, kid: key.kid, use: 'sig', ...(key.algorithm === 'ES256' ? { alg: 'ES256' } : {}) };
  }

  /** The salt of pairwise subjects (OpenID Connect Core 8.1): made once, sealed, the same on every node and under every master key. */
  async function pairwiseSalt(): Promise<string> {
    const context = { collection: 'instance', field: 'sealed', id: 'pairwise-salt' };
    const fresh = { id: context.id, sealed: secrets.seal(randomToken(), context) };
    await unlessThere(instance.insert(fresh));
    const { sealed } = (await instance.get(context.id)) ?? fresh;
    const salt = secrets.open(sealed, context);
    if (!secrets.isSealedByCurrentKey(sealed)) {
      const resealed = secrets.seal(salt, context);
      await instance.update(context.id, (old) => (old.sealed === sealed ? { ...old, sealed: resealed } : undefined));
    }
    return salt;
  }

  return { load, adopt, pairwiseSalt };
}
export type Keys = ReturnType<typeof createKeys>;

function newPair(algorithm: Algorithm): Promise<{ privateKey: KeyObject }> {
  if (algorithm === 'ES256') return generate('ec', { namedCurve: 'P-256' });
  return generate('rsa', { modulusLength: 3072 });
}

/** @returns false when another node was first */
async function unlessThere(insert: Promise<void>): Promise<boolean> {
  try {
    await insert;
    return true;
  } catch (error) {
    if (isDomainError(error, 'duplicate')) return false;
    throw error;
  }
}
