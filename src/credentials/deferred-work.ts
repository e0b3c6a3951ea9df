// Work that is done after the answer is given, or that must follow an act whatever crashes next. It is stored first, so that another
// process finishes what this one could not.
import { z } from 'zod';
import { newId } from '../platform/ids.ts';
import type { Log } from '../platform/log.ts';
import type { Secrets } from '../platform/secrets.ts';
import type { CollectionSpec, Storage } from '../storage/port.ts';

const workSchema = z.object({
  id: z.string(),
  /** Whose it is. */
  kind: z.string(),
  /** JSON: it names people. */
  sealed: z.string(),
  /** Milliseconds UTC until which whoever took it up is left alone with it. */
  claimedUntil: z.number(),
  expiresAt: z.number(),
});
type StoredWork = z.output<typeof workSchema>;
const workSpec: CollectionSpec<StoredWork> = {
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

type Handle<W> = (work: W, id: string) => Promise<void>;

export function createDeferredWork({ storage, secrets, log }: DeferredWorkDependencies) {
  const stored = storage.collection(workSpec);
  const handlers = new Map<string, Handle<unknown>>();
  const underWay = new Set<Promise<void>>();

  /** Called while the services are built.
   *  @param kind names its work in the store   @param handle does one piece of it; after a crash it may come to the same one twice */
  function of<W>(kind: string, handle: Handle<W>) {
    handlers.set(kind, handle as Handle<unknown>);

    /** Stores a piece of work; this process is expected to `run` it. @returns its id */
    async function put(work: W): Promise<string> {
      const id = newId();
      const now = Date.now();
      const sealed = secrets.seal(JSON.stringify(work), context(id));
      await stored.insert({ id, kind, sealed, claimedUntil: now + claimMs, expiresAt: now + keptMs });
      return id;
    }

    /** Resolves when it is done, or has failed and is left for `resume`. */
    function run(id: string, work: W): Promise<void> {
      return attempt(id, () => handle(work, id));
    }

    /** Stores it, and begins with it once the request that asks for it has been answered. */
    async function runLater(work: W): Promise<void> {
      begin(await put(work), work);
    }

    /** With what is stored, once the request that asks for it has been answered. */
    function begin(id: string, work: W): void {
      const done = new Promise((resolve) => setImmediate(resolve)).then(() => run(id, work));
      underWay.add(done);
      void done.finally(() => underWay.delete(done));
    }

    /** There is nothing to do after all. */
    async function drop(id: string): Promise<void> {
      await stored.delete(id);
    }

    return { put, run, begin, runLater, drop };
  }

  async function attempt(id: string, act: () => Promise<void>): Promise<void> {
    try {
      await act();
      await stored.delete(id);
    } catch (error) {
      log.warn({ err: error }, 'deferred work failed; tried again in a minute');
    }
  }

  /** Takes up what a process left behind. What is of a kind that this version does not know is left for one that does. */
  async function resume(): Promise<void> {
    let page = await stored.list({ limit: batch });
    while (page.length > 0) {
      for (const work of page) await takeUp(work);
      page = await stored.list({ limit: batch, after: page.at(-1)?.id ?? '' });
    }
  }

  async function takeUp({ id, kind, sealed, claimedUntil }: StoredWork): Promise<void> {
    const now = Date.now();
    const handle = handlers.get(kind);
    if (!handle || claimedUntil > now) return;
    const claimed = await stored.update(id, (old) =>
      old.claimedUntil > now ? undefined : { ...old, claimedUntil: now + claimMs },
    );
    if (claimed) await attempt(id, () => handle(JSON.parse(secrets.open(sealed, context(id))), id));
  }

  /** Resolves when nothing is under way in this process. */
  async function settled(): Promise<void> {
    while (underWay.size > 0) await Promise.all(underWay);
  }

  return { of, resume, settled };
}
export type DeferredWork = ReturnType<typeof createDeferredWork>;

function context(id: string) {
  return { collection: 'deferred-work', field: 'sealed', id };
}
