// Clears away what is over: sessions past their limits are ended (their tokens and grants with them), expired records deleted.
// Correctness never waits for it: expired means gone at every read.
import type { App } from './app.ts';
import type { Services } from './services.ts';
import { type ArtifactKind, artifactKinds } from './sessions/artifacts.ts';
import type { Collection, Stored } from './storage/port.ts';

const everyMs = 60_000;
const batch = 1000;
/** Used and expired codes and tokens stay a while for the right error and for reuse detection. */
const graceMs = 3_600_000;

export async function sweep({ sessions, artifacts, expiring }: Services, { oidc }: App): Promise<void> {
  const now = Date.now();
  for (const session of await sessions.due(now, batch)) {
    if (session.endedAt === undefined)
      await oidc.endSession(session.id, session.absoluteUntil <= now ? 'absolute' : 'idle');
    await sessions.remove(session.id);
  }
  for (const collection of expiring) await clear(collection, now);
  const kinds = Object.keys(artifactKinds) as ArtifactKind[];
  for (const kind of kinds) await clear(artifacts.of(kind), now - graceMs);
}

async function clear(collection: Pick<Collection<Stored>, 'due' | 'delete'>, before: number): Promise<void> {
  const over = await collection.due(before, batch);
  await Promise.all(over.map(({ id }) => collection.delete(id)));
}

/** @returns how to stop it */
export function startSweeper(services: Services, app: App): () => void {
  const run = () =>
    void sweep(services, app).catch((error: unknown) =>
      services.log.warn({ err: error }, 'sweeping failed; tried again in a minute'),
    );
  const timer = setInterval(run, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
