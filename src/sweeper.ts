// Clears away what is over: sessions past their limits are ended (their tokens and grants with them), expired records deleted.
// Work that a process left behind is taken up. Correctness never waits for it: expired means gone at every read.
import type { App } from './app.ts';
import type { Services } from './services.ts';
import { type ArtifactKind, artifactKinds } from './sessions/artifacts.ts';
import type { Collection, Stored } from './storage/port.ts';

const sweepEveryMs = 60_000;
/** As often as the first wait of platform/retry.ts is long. */
const tellEveryMs = 5_000;
/** Within so long a change of the signing keys is everywhere. */
const followEveryMs = 2_000;
const batch = 1000;
/** Used and expired codes and tokens stay a while for the right error and for reuse detection. */
const graceMs = 3_600_000;

export async function sweep(
  { accounts, artifacts, audit, expiring, deferredWork, keys, securityNotices }: Services,
  { accountDeletion, administration, oidc }: App,
): Promise<void> {
  const now = Date.now();
  await audit.sweep();
  await oidc.sweepSessions();
  await securityNotices.sweep();
  await accountDeletion.sweep();
  await administration.policies.sweep();
  await deferredWork.resume();
  await keys.sweep();
  await accounts.keepUp();
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
  const timers = [
    every(sweepEveryMs, () => sweep(services, app), 'sweeping failed; tried again in a minute'),
    // Apart: it waits for others' servers.
    every(sweepEveryMs, () => services.domainClaims.sweep(), 'the records of domains could not be looked at again'),
    every(tellEveryMs, () => app.oidc.tellDue(), 'the queue of back-channel logouts could not be read'),
    every(followEveryMs, () => app.oidc.followKeys(), 'the signing keys could not be read: those of before are used'),
  ];
  return () => {
    for (const timer of timers) clearInterval(timer);
  };

  function every(ms: number, act: () => Promise<void>, onFailure: string): NodeJS.Timeout {
    let isRunning = false;
    const run = async (): Promise<void> => {
      if (isRunning) return;
      isRunning = true;
      await act().catch((error: unknown) => services.log.warn({ err: error }, onFailure));
      isRunning = false;
    };
    return setInterval(() => void run(), ms).unref();
  }
}
