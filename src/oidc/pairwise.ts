// The salt of pairwise subjects (OpenID Connect Core 8.1): were it to change, every app with such subjects would take its people for others.
import { z } from 'zod';
import { unlessThere } from '../platform/errors.ts';
import { randomToken } from '../platform/ids.ts';
import type { Secrets } from '../platform/secrets.ts';
import type { CollectionSpec, Storage } from '../storage/port.ts';

/** Values of the whole installation that must never change with the master key. */
const instanceSchema = z.object({ id: z.string(), sealed: z.string() });
const instanceSpec: CollectionSpec<z.output<typeof instanceSchema>> = { name: 'instance', schema: instanceSchema };
const context = { collection: 'instance', field: 'sealed', id: 'pairwise-salt' };

export function createPairwise({ storage, secrets }: { storage: Storage; secrets: Secrets }) {
  const instance = storage.collection(instanceSpec);

  /** Made once, sealed, the same on every node and under every master key. */
  async function salt(): Promise<string> {
    const fresh = { id: context.id, sealed: secrets.seal(randomToken(), context) };
    await unlessThere(instance.insert(fresh));
    const { sealed } = (await instance.get(context.id)) ?? fresh;
    const opened = secrets.open(sealed, context);
    if (!secrets.isSealedByCurrentKey(sealed)) {
      const resealed = secrets.seal(opened, context);
      await instance.update(context.id, (old) => (old.sealed === sealed ? { ...old, sealed: resealed } : undefined));
    }
    return opened;
  }

  return { salt };
}
