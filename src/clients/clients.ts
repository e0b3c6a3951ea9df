// Keeps client records. Secrets are stored as keyed hashes, so that one chosen too short cannot be guessed from the database alone.
import type { Audit, Origin } from '../audit/audit.ts';
import { isDomainError } from '../platform/errors.ts';
import { newId, randomToken } from '../platform/ids.ts';
import { constantTimeEqual, type Secrets } from '../platform/secrets.ts';
import type { Storage } from '../storage/port.ts';
import { type Client, type ClientMetadata, clientsSpec, usesSecret } from './client.ts';
import { parseRegistration } from './registration.ts';

export type Applied = 'created' | 'changed' | 'unchanged';

export function createClients({ storage, secrets, audit }: { storage: Storage; secrets: Secrets; audit: Audit }) {
  const clients = storage.collection(clientsSpec);

  function get(clientId: string): Promise<Client | undefined> {
    return clients.get(clientId);
  }

  /** Makes the stored client equal to the registration; applied again, nothing changes.
   *  @returns what happened, and the secret where one had to be made: it is shown this once
   *  @throws DomainError 'invalid_input' with one line a problem */
  async function apply(
    input: unknown,
    origin: Origin,
  ): Promise<{ outcome: Applied; clientId: string; secret?: string }> {
    const { metadata, clientSecret } = parseRegistration(input);
    const now = Date.now();
    const old = await clients.get(metadata.client_id);
    const isNewSecretNeeded = usesSecret(metadata) && clientSecret === undefined && !old?.secrets.length;
    const made = isNewSecretNeeded ? randomToken() : undefined;
    const next = (current: Client | undefined) => withRegistration(current, metadata, clientSecret ?? made, now);
    if (!old && !(await inserted(next(undefined)))) return apply(input, origin);
    const changed =
      old && (await clients.update(old.id, (current) => (isSame(current, next(current)) ? undefined : next(current))));
    const outcome: Applied = !old ? 'created' : changed ? 'changed' : 'unchanged';
    if (outcome !== 'unchanged') {
      await audit.record(
        {
          type: outcome === 'created' ? 'client.created' : 'client.changed',
          result: 'success',
          clientId: metadata.client_id,
        },
        origin,
      );
    }
    return { outcome, clientId: metadata.client_id, ...(made ? { secret: made } : {}) };
  }

  /** @returns false when another process was first */
  async function inserted(client: Client): Promise<boolean> {
    try {
      await clients.insert(client);
      return true;
    } catch (error) {
      if (isDomainError(error, 'duplicate')) return false;
      throw error;
    }
  }

  function withRegistration(
    old: Client | undefined,
    metadata: ClientMetadata,
    secret: string | undefined,
    now: number,
  ): Client {
    const standing = usesSecret(metadata) ? (old?.secrets ?? []) : [];
    const kept = secret === undefined ? standing : onlySecret(standing, metadata.client_id, secret, now);
    return { id: metadata.client_id, metadata, secrets: kept, createdAt: old?.createdAt ?? now, updatedAt: now };
  }

  /** A secret that a registration names is the only one from then on. */
  function onlySecret(standing: Client['secrets'], clientId: string, secret: string, now: number): Client['secrets'] {
    const hashes = hashesOf(clientId, secret);
    const known = standing.find(({ hash }) => hashes.includes(hash));
    return [known ?? { id: newId(), hash: hashes[0] ?? '', createdAt: now }];
  }

  function isSame(old: Client, next: Client): boolean {
    return JSON.stringify([old.metadata, old.secrets]) === JSON.stringify([next.metadata, next.secrets]);
  }

  /** @returns whether it is one of the client's secrets, in constant time */
  function isSecretOf(client: Client | undefined, secret: string): boolean {
    if (!client) return false;
    const given = hashesOf(client.id, secret);
    const matches = client.secrets.map(({ hash }) => given.some((candidate) => constantTimeEqual(candidate, hash)));
    return matches.includes(true);
  }

  function hashesOf(clientId: string, secret: string): string[] {
    return secrets.hmacs('client secret', `${clientId} ${secret}`);
  }

  return { get, apply, parseRegistration, isSecretOf };
}
export type Clients = ReturnType<typeof createClients>;
