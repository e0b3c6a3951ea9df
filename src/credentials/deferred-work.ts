// Work that is done after the answer is given, or that must follow an act whatever crashes next. It is stored first, so that another
// process finishes what this one could not.
import { z } from 'zod';
import { newId } from '../platform/ids.ts';
import type { Log } from '../platform/log.ts';
import type { Secrets } from '../platform/secrets.ts';
import type { CollectionSpec, Storage } from '../storage/port.ts';

const workSchema = z.object({
  id: z.string(),
  /** JSON: it names people. */
  sealed: z.string(),
  /** Milliseconds UTC until which whoever took it up is left alone with it. */
  claimedUntil: z.number(),
  expiresAt: z.number(),
});
const workSpec: CollectionSpec<z.output<typeof workSchema>> = {
  name: 'deferred-work',
  schema: workSchema,
  expiresAt: 'expiresAt',
};

const claimMs = 60_000;
/** What could not be done for so long is dropped. */
const keptMs = 24 * 3_600_000;
const batch = 100;

export interface DeferredWorkDependencies {
  storage: Storage;
  secrets: Secrets;
  log: Log;
}

/** @param handle does one piece of work; after a crash it may come to the same one twice */
export function createDeferredWork<W>(
  { storage, secrets, log }: DeferredWorkDependencies,
  handle: (work: W, id: string) => Promise<void>,
) {
  const stored = storage.collection(workSpec);
  const underWay = new Set<Promise<void>>();

  /** Stores a piece of work; this process is expected to `run` it. @returns its id */
  async function put(work: W): Promise<string> {
    const id = newId();
    const now = Date.now();
    const sealed = secrets.seal(JSON.stringify(work), context(id));
    await stored.insert({ id, sealed, claimedUntil: now + claimMs, expiresAt: now + keptMs });
    return id;
  }

  /** Resolves when it is done, or has failed and is left for `resume`. */
  async function run(id: string, work: W): Promise<void> {
    try {
      await handle(work, id);
      await stored.delete(id);
    } catch (error) {
      log.warn({ err: error }, 'deferred work failed; tried again in a minute');
    }
  }

  /** Begins with it once the request that asks for it has been answered. */
  function runLater(id: string, work: W): void {
    const done = new Promise((resolve) => setImmediate(resolve)).then(() => run(id, work));
    underWay.add(done);
    void done.finally(() => underWay.delete(done));
  }

  /** Takes up what a process left behind. */
  async function resume(): Promise<void> {
    const now = Date.now();
    for (const { id, sealed, claimedUntil } of await stored.list({ limit: batch })) {
      if (claimedUntil > now) continue;
      const claimed = await stored.update(id, (old) =>
        old.claimedUntil > now ? undefined : { ...old, claimedUntil: now + claimMs },
      );
      if (claimed) await run(id, JSON.parse(secrets.open(sealed, context(id))) as W);
    }
  }

  /** Resolves when nothing is under way in this process. */
  async function settled(): Promise<void> {
    while (underWay.size > 0) await Promise.all(underWay);
  }

  return { put, run, runLater, resume, settled };
}

function context(id: string) {
  return { collection: 'deferred-work', field: 'sealed', id };
}
