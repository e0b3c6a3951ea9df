// Keeps sign-in attempts: begun at the first page, found again by uid and browser, changed by compare-and-set.
import type { PendingInteraction } from '../oidc/interactions.ts';
import { isDomainError } from '../platform/errors.ts';
import { type Secrets, sha256 } from '../platform/secrets.ts';
import type { Storage } from '../storage/port.ts';
import { type Attempt, attemptSeconds, attemptsSpec } from './attempt.ts';

/** Whom a session that stands speaks for. */
export type Vouched = Pick<Attempt, 'accountId' | 'epoch' | 'sessionId' | 'email'>;

export interface AttemptsDependencies {
  storage: Storage;
  secrets: Secrets;
  /** @returns undefined where the person is to be asked from the beginning */
  vouchedBy(interaction: PendingInteraction): Promise<Vouched | undefined>;
  /** Who alone can answer. */
  awaited(interaction: PendingInteraction): Promise<Pick<Attempt, 'onlyAccountId' | 'email'>>;
}

export function createAttempts({ storage, secrets, vouchedBy, awaited }: AttemptsDependencies) {
  const attempts = storage.collection(attemptsSpec);

  /** @returns the attempt of this interaction, begun now if need be; undefined when another browser began it */
  async function open(interaction: PendingInteraction, browserId: string): Promise<Attempt | undefined> {
    const known = await find(interaction.uid, browserId);
    if (known) return known;
    const fresh = {
      ...begin(interaction, browserId),
      ...(await awaited(interaction)),
      ...(await vouchedBy(interaction)),
    };
    try {
      await attempts.insert(fresh);
      return fresh;
    } catch (error) {
      if (!isDomainError(error, 'duplicate')) throw error;
      return find(interaction.uid, browserId);
    }
  }

  /** For late clicks, too: the interaction may be over. */
  async function find(uid: string, browserId: string): Promise<Attempt | undefined> {
    const attempt = await attempts.get(sha256(uid));
    return attempt?.browserHash === sha256(browserId) ? attempt : undefined;
  }

  /** As it is now, for a request that found it earlier. */
  function reread({ id }: Attempt): Promise<Attempt | undefined> {
    return attempts.get(id);
  }

  function begin({ uid, params, clientId }: PendingInteraction, browserId: string): Attempt {
    const id = sha256(uid);
    const now = Date.now();
    const hint = params.login_hint;
    return {
      id,
      browserHash: sha256(browserId),
      clientId,
      params: secrets.seal(JSON.stringify(params), context(id)),
      ...(typeof hint === 'string' && hint.length <= 254 ? { email: hint } : {}),
      proofs: [],
      wrongCodes: 0,
      startedAt: now,
      expiresAt: now + attemptSeconds * 1000,
    };
  }

  /** The authorization request's parameters, for a fresh request. */
  function paramsOf(attempt: Attempt): Record<string, unknown> {
    return JSON.parse(secrets.open(attempt.params, context(attempt.id))) as Record<string, unknown>;
  }

  function update(id: string, change: (old: Attempt) => Attempt | undefined): Promise<Attempt | undefined> {
    return attempts.update(id, change);
  }

  return { open, find, reread, update, paramsOf };
}
export type Attempts = ReturnType<typeof createAttempts>;

function context(id: string) {
  return { collection: 'sign-in-attempts', field: 'params', id };
}
