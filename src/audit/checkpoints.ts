// Signed statements of how far each chain goes: what was signed cannot be taken off its end. One record a chain, kept up to date.
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { isDomainError } from '../platform/errors.ts';
import type { Secrets } from '../platform/secrets.ts';
import type { CollectionSpec, Storage } from '../storage/port.ts';
import { canonical, type Head } from './chain.ts';

const headSchema = z.object({ chain: z.string(), seq: z.number().int(), hash: z.string() });

export const checkpointSchema = z.object({
  /** The chain. */
  id: z.string(),
  /** Of the last entry that is signed for; -1 before the first. */
  seq: z.number().int(),
  hash: z.string(),
  startedAt: z.number(),
  /** Kept up to date while its process lives. */
  at: z.number(),
  /** Nothing comes after it. */
  isClosed: z.boolean(),
  /** Entries that were never acknowledged, since the storage failed or the process died: they may be missing. */
  lost: z.array(z.object({ seq: z.number().int(), hash: z.string() })),
  /** Ends of other chains as they were when this one began: no chain can be taken away as a whole. */
  follows: z.array(headSchema),
  /** Ed25519 over everything but itself and `isFollowed`. */
  signature: z.string(),
  /** Some other chain follows its end. */
  isFollowed: z.boolean(),
});
export type Checkpoint = z.output<typeof checkpointSchema>;
export type Statement = Omit<Checkpoint, 'signature' | 'isFollowed'>;

const checkpointsSpec: CollectionSpec<Checkpoint> = {
  name: 'audit-checkpoints',
  schema: checkpointSchema,
  index: ['isFollowed', 'isClosed'],
};

const keySchema = z.object({ id: z.string(), sealed: z.string() });
const keysSpec: CollectionSpec<z.output<typeof keySchema>> = { name: 'audit-keys', schema: keySchema };
const keyId = 'audit-1';
const context = { collection: 'audit-keys', field: 'sealed', id: keyId };

export function createCheckpoints({ storage, secrets }: { storage: Storage; secrets: Secrets }) {
  const checkpoints = storage.collection(checkpointsSpec);
  const keys = storage.collection(keysSpec);
  let known: Promise<KeyObject> | undefined;

  /** Made once, the same on every node. Its public half is taken from it, so that a stored one need not be trusted. */
  function key(): Promise<KeyObject> {
    known ??= readKey().catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  }

  async function readKey(): Promise<KeyObject> {
    const found = (await keys.get(keyId)) ?? (await makeKey());
    const text = secrets.open(found.sealed, context);
    if (!secrets.isSealedByCurrentKey(found.sealed)) {
      const sealed = secrets.seal(text, context);
      await keys.update(keyId, (old) => (old.sealed === found.sealed ? { ...old, sealed } : undefined));
    }
    return createPrivateKey(text);
  }

  async function makeKey() {
    const { privateKey } = generateKeyPairSync('ed25519');
    const made = {
      id: keyId,
      sealed: secrets.seal(String(privateKey.export({ type: 'pkcs8', format: 'pem' })), context),
    };
    try {
      await keys.insert(made);
      return made;
    } catch (error) {
      const other = isDomainError(error, 'duplicate') ? await keys.get(keyId) : undefined;
      if (!other) throw error;
      return other;
    }
  }

  /** Signs and stores it. Whether another chain follows its end is as it was. */
  async function put(statement: Statement): Promise<void> {
    const signature = sign(null, Buffer.from(canonical(statement)), await key()).toString('base64url');
    const updated = await checkpoints.update(statement.id, ({ isFollowed }) => ({
      ...statement,
      signature,
      isFollowed,
    }));
    if (!updated) await checkpoints.insert({ ...statement, signature, isFollowed: false });
  }

  async function isGenuine({ signature, isFollowed: _mark, ...statement }: Checkpoint): Promise<boolean> {
    const publicKey = createPublicKey(await key());
    return verify(null, Buffer.from(canonical(statement)), publicKey, Buffer.from(signature, 'base64url'));
  }

  /** Ends of chains that no other follows yet; what is over among them is followed from now on. At most a hundred. */
  async function takeEnds(): Promise<Head[]> {
    const ends = await checkpoints.list({ where: { isFollowed: false }, limit: 100 });
    for (const { id, isClosed } of ends)
      if (isClosed) await checkpoints.update(id, (old) => ({ ...old, isFollowed: true }));
    return ends.map(({ id, seq, hash }) => ({ chain: id, seq, hash }));
  }

  /** Chains of processes that have said nothing since `before`, milliseconds UTC. */
  async function silentSince(before: number): Promise<Checkpoint[]> {
    const open = await checkpoints.list({ where: { isClosed: false }, limit: 1000 });
    return open.filter(({ at }) => at < before);
  }

  async function* all(): AsyncGenerator<Checkpoint> {
    const limit = 500;
    let page = await checkpoints.list({ limit });
    while (page.length > 0) {
      yield* page;
      page = page.length < limit ? [] : await checkpoints.list({ limit, after: page.at(-1)?.id ?? '' });
    }
  }

  return { put, isGenuine, takeEnds, silentSince, all };
}
export type Checkpoints = ReturnType<typeof createCheckpoints>;
