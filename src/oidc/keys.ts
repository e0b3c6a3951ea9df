// Signing keys turn over. Of each algorithm there is always one that signs and the next one, published already; the one before stays
// published. Each step is one write that holds whoever else takes it at the same moment, and whoever dies after it leaves a set that
// works: what is missing then, the next look makes.
import type { JsonWebKey } from 'node:crypto';
import type { Origin } from '../audit/audit.ts';
import { DomainError } from '../platform/errors.ts';
import { createPairwise } from './pairwise.ts';
import {
  isReady,
  type KeyAlgorithm,
  type KeyInLife,
  keyAlgorithms,
  keyTimes,
  livesOf,
  published,
  readyAt,
  type SigningKey,
} from './signing-key.ts';
import { createStoredKeys, type StoredKeysDependencies, system } from './stored-keys.ts';

/** Apps that keep the list of keys are expected to look again within so long. */
const noticeMs = 3_600_000;

/** What a provider is built with. */
export interface KeySet {
  /** Another one where anything in it is another. */
  version: string;
  /** Private JWKs; of those that fit, the first signs. */
  jwks: Record<string, unknown>[];
}

export interface KeysDependencies extends StoredKeysDependencies {
  settings: Parameters<typeof keyTimes>[0];
}

export function createKeys({ settings, ...dependencies }: KeysDependencies) {
  const stored = createStoredKeys(dependencies);
  const { salt: pairwiseSalt } = createPairwise(dependencies);
  const times = keyTimes(settings);

  /** Makes what is missing first. */
  async function load(): Promise<KeySet> {
    await complete();
    const shown = published(await list());
    return { version: versionOf(shown), jwks: await Promise.all(shown.map(stored.open)) };
  }

  /** Of the set that is stored, without a look into its keys. */
  async function version(): Promise<string> {
    return versionOf(published(await list()));
  }

  /** Each key with where it stands, by algorithm and age; also those that are over and not cleared away yet. */
  async function list(): Promise<KeyInLife[]> {
    const all = await stored.all();
    const now = Date.now();
    return keyAlgorithms.flatMap((algorithm) => livesOf(of(algorithm, all), times, now));
  }

  /** Of each algorithm, the next key begins to sign and another next one is made. Where two do it at once, it is done once.
   *  @returns those that began to sign
   *  @throws DomainError 'conflict' while one of them has not been published for long enough */
  async function rotate(origin: Origin): Promise<SigningKey[]> {
    await complete();
    const next = (await list()).filter(({ state }) => state === 'next').map(({ key }) => key);
    // All or none: whoever turns the keys over must not take an old one for a fresh one.
    if (next.every((key) => isReady(key, Date.now()))) return turnOver(next, origin);
    const from = new Date(Math.max(...next.map(readyAt))).toISOString();
    throw new DomainError('conflict', `the next keys may sign from ${from}: until then apps may not know them`);
  }

  /** Takes a key out of the list at once, and destroys it. Where it signs, the next one does so from now on, known to apps or not.
   *  @throws DomainError 'not_found' where there is no such key, or no longer */
  async function revoke(kid: string, origin: Origin): Promise<void> {
    await complete();
    const all = await list();
    const doomed = all.find(({ key }) => key.kid === kid);
    if (!doomed || doomed.state === 'revoked')
      throw new DomainError('not_found', `there is no signing key ${JSON.stringify(kid)}`);
    const { key, state } = doomed;
    const next = all.find((one) => one.state === 'next' && one.key.algorithm === key.algorithm);
    // First: whoever dies in between leaves a key that signs.
    if (state === 'signing' && next) await stored.activate(next.key, key, origin);
    const isMine = await stored.revoke(key, state, origin);
    await complete();
    if (!isMine) throw new DomainError('not_found', `another has revoked the signing key ${kid}`);
  }

  /** The sweeper's part: the schedule, and the end of what nothing needs any more. */
  async function sweep(): Promise<void> {
    await complete();
    const all = await list();
    const now = Date.now();
    const over = all.filter(({ until = Infinity }) => until <= now);
    const due = over.filter(({ state }) => state === 'signing').map(({ key }) => key.algorithm);
    const next = all.filter(({ key, state }) => state === 'next' && due.includes(key.algorithm) && isReady(key, now));
    if (next.length > 0)
      await turnOver(
        next.map(({ key }) => key),
        system,
      );
    for (const { key, state } of over) if (state !== 'signing') await stored.remove(key);
  }

  async function turnOver(next: readonly SigningKey[], origin: Origin): Promise<SigningKey[]> {
    const signing = (await list()).filter(({ state }) => state === 'signing').map(({ key }) => key);
    const begun = await Promise.all(
      next.map(async (key) => {
        const from = signing.find(({ algorithm }) => algorithm === key.algorithm);
        return (await stored.activate(key, from, origin)) ? [key] : [];
      }),
    );
    await complete();
    return begun.flat();
  }

  /** One that signs and a next one, of each algorithm. */
  async function complete(): Promise<void> {
    const all = await list();
    await Promise.all(
      keyAlgorithms.map((algorithm) =>
        completeOne(
          algorithm,
          all.filter(({ key }) => key.algorithm === algorithm),
        ),
      ),
    );
  }

  async function completeOne(algorithm: KeyAlgorithm, lives: readonly KeyInLife[]): Promise<void> {
    const next = lives.find(({ state }) => state === 'next')?.key;
    const hasSigning = lives.some(({ state }) => state === 'signing');
    const number = Math.max(0, ...lives.map(({ key }) => key.number)) + 1;
    const now = Date.now();
    if (hasSigning && next) return;
    if (!hasSigning && !next) {
      // Nobody has seen any list yet: the second need not wait for longer than the first.
      // Made side by side: a first start waits for them.
      const [first, second] = [number, number + 1];
      await Promise.all([
        stored.add({ algorithm, number: first, activatedAt: now }),
        stored.add({ algorithm, number: second, readyAt: now }),
      ]);
      return;
    }
    if (!hasSigning && next) await stored.activate(next, undefined, system);
    await stored.add({ algorithm, number, readyAt: now + noticeMs });
  }

  /** A key made elsewhere, such as those of a whole test run: the first of its algorithm signs, the second is the next one.
   *  @param jwk private, of that algorithm */
  function adopt(algorithm: KeyAlgorithm, jwk: JsonWebKey, number: 1 | 2): Promise<void> {
    const now = Date.now();
    return stored.add({ algorithm, number, ...(number === 1 ? { activatedAt: now } : { readyAt: now }) }, jwk);
  }

  return { load, version, list, rotate, revoke, sweep, adopt, pairwiseSalt };
}
export type Keys = ReturnType<typeof createKeys>;

function of(algorithm: KeyAlgorithm, keys: readonly SigningKey[]): SigningKey[] {
  return keys.filter((key) => key.algorithm === algorithm);
}

function versionOf(keys: readonly SigningKey[]): string {
  return keys.map(({ kid }) => kid).join(' ');
}
