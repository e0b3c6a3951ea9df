// Keeps client records. Secrets are stored as keyed hashes, so that one chosen too short cannot be guessed from the database alone.
import { z } from 'zod';
import type { Audit, Origin } from '../audit/audit.ts';
import { DomainError } from '../platform/errors.ts';
import { newId, randomToken } from '../platform/ids.ts';
import { constantTimeEqual, type Secrets } from '../platform/secrets.ts';
import type { Storage } from '../storage/port.ts';
import { type Client, type ClientMetadata, clientMetadataSchema, clientsSpec, usesSecret } from './client.ts';

/** What is registered: metadata as in RFC 7591, and the secret where the client brings its own. */
export const registrationSchema = z.looseObject({
  client_id: z.string(),
  client_secret: z
    .string()
    .regex(/^[A-Za-z0-9_-]{16,512}$/, 'must be 16 to 512 letters, digits, "-" and "_" (other characters break HTTP Basic in some libraries)')
    .optional(),
});

export type Applied = 'created' | 'changed' | 'unchanged';

export function createClients({ storage, secrets, audit }: { storage: Storage; secrets: Secrets; audit: Audit }) {
  const clients = storage.collection(clientsSpec);

  function get(clientId: string): Promise<Client | undefined> {
    return clients.get(clientId);
  }

  /** Makes the stored client equal to the registration; applied again, nothing changes.
   *  @returns what happened, and the secret where one had to be made: it is shown this once
   *  @throws DomainError 'invalid_input' with one line a problem */
  async function apply(input: unknown, origin: Origin): Promise<{ outcome: Applied; clientId: string; secret?: string }> {
    const { metadata, clientSecret } = parseRegistration(input);
    const now = Date.now();
    const old = await clients.get(metadata.client_id);
    const isNewSecretNeeded = usesSecret(metadata) && clientSecret === undefined && !old?.secrets.length;
    const made = isNewSecretNeeded ? randomToken() : undefined;
    const next = (current: Client | undefined) => withRegistration(current, metadata, clientSecret ?? made, now);
    if (!old) await clients.insert(next(undefined));
    const changed = old && (await clients.update(old.id, (current) => (isSame(current, next(current)) ? undefined : next(current))));
    const outcome: Applied = !old ? 'created' : changed ? 'changed' : 'unchanged';
    if (outcome !== 'unchanged') {
      await audit.record({ type: outcome === 'created' ? 'client.created' : 'client.changed', result: 'success', clientId: metadata.client_id }, origin);
    }
    return { outcome, clientId: metadata.client_id, ...(made ? { secret: made } : {}) };
  }

  /** What `apply` would say, without writing. @throws DomainError 'invalid_input' */
  function parseRegistration(input: unknown): { metadata: ClientMetadata; clientSecret: string | undefined } {
    const registration = registrationSchema.safeParse(input);
    const { client_secret: clientSecret, ...rest } = (registration.data ?? input ?? {}) as Record<string, unknown>;
    const metadata = clientMetadataSchema.safeParse(rest);
    const issues = [...(registration.error?.issues ?? []), ...(metadata.error?.issues ?? [])];
    const problems = new Set(issues.map((issue) => `${issue.path.join('.') || 'client'}: ${issue.message}`));
    if (metadata.data && clientSecret !== undefined && !usesSecret(metadata.data)) {
      problems.add(`client_secret: must not be given with token_endpoint_auth_method ${metadata.data.token_endpoint_auth_method}`);
    }
    if (problems.size > 0 || !metadata.data) throw new DomainError('invalid_input', [...problems].join('\n'));
    return { metadata: metadata.data, clientSecret: clientSecret as string | undefined };
  }

  function withRegistration(old: Client | undefined, metadata: ClientMetadata, secret: string | undefined, now: number): Client {
    const known = usesSecret(metadata) ? (old?.secrets ?? []) : [];
    const isKnown = secret === undefined || known.some(({ hash }) => hashesOf(metadata.client_id, secret).includes(hash));
    const added = isKnown ? known : [{ id: newId(), hash: hashesOf(metadata.client_id, secret)[0] ?? '', createdAt: now }];
    return { id: metadata.client_id, metadata, secrets: added, createdAt: old?.createdAt ?? now, updatedAt: now };
  }

  function isSame(old: Client, next: Client): boolean {
    return JSON.stringify([old.metadata, old.secrets]) === JSON.stringify([next.metadata, next.secrets]);
  }

  /** @returns whether it is one of the client's secrets, in constant time */
  async function verifySecret(clientId: string, secret: string): Promise<boolean> {
    const client = await clients.get(clientId);
    const given = hashesOf(clientId, secret);
    const matches = (client?.secrets ?? []).map(({ hash }) => given.some((candidate) => constantTimeEqual(candidate, hash)));
    return matches.includes(true);
  }

  function hashesOf(clientId: string, secret: string): string[] {
    return secrets.hmacs('client secret', `${clientId} ${secret}`);
  }

  return { get, apply, parseRegistration, verifySecret };
}
export type Clients = ReturnType<typeof createClients>;
