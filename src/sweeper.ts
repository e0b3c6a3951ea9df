// Clears away what is over: sessions past their limits are ended (their tokens and grants with them), expired records deleted.
// Correctness never waits for it: expired means gone at every read.
import type { App, Services } from './app.ts';
import { type ArtifactKind, artifactKinds } from './sessions/artifacts.ts';

const everyMs = 60_000;
const batch = 500;
/** Used and expired codes and tokens stay a while for the right error and for reuse detection. */
const artifactGraceMs = 3_600_000;

export async function sweep({ sessions, artifacts }: Services, { oidc }: App): Promise<void> {
  const now = Date.now();
  for (const session of await sessions.due(now, batch)) {
    const reason = session.absoluteUntil <= now ? 'absolute' : 'idle';
    if (session.endedAt === undefined) await oidc.endSession(session.id, reason);
    await sessions.remove(session.id);
  }
  for (const kind of Object.keys(artifactKinds) as ArtifactKind[]) {
    for (const { id } of await artifacts.of(kind).due(now - artifactGraceMs, batch)) await artifacts.of(kind).delete(id);
  }
  for (const { id } of await artifacts.replays.due(now, batch)) await artifacts.replays.delete(id);
}

/** @returns how to stop it */
export function startSweeper(services: Services, app: App): () => void {
  const run = () => void sweep(services, app).catch((error: unknown) => services.log.warn({ err: error }, 'sweeping failed; tried again in a minute'));
  const timer = setInterval(run, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
