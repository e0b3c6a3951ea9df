// A client's secrets: two at once, for as long as a program changes over.
import type { AuditEventType, Origin } from '../audit/audit.ts';
import { DomainError } from '../platform/errors.ts';
import { newId, randomToken } from '../platform/ids.ts';
import type { Collection } from '../storage/port.ts';
import { type Client, usesSecret } from './client.ts';

const mostSecrets = 2;

export interface ClientSecretsDependencies {
  clients: Pick<Collection<Client>, 'get' | 'update'>;
  /** Under each key that may have been used, the current one first. */
  hashesOf(clientId: string, secret: string): string[];
  record(type: AuditEventType, client: Client, detail: Record<string, string>, origin: Origin): Promise<void>;
}

export function createClientSecrets({ clients, hashesOf, record }: ClientSecretsDependencies) {
  /** One more secret, so that a program can change over while the old one still works.
   *  @returns the secret: it is shown this once
   *  @throws DomainError 'not_found'; 'conflict' when there are two already, or the client uses none */
  async function addSecret(clientId: string, origin: Origin): Promise<{ id: string; secret: string }> {
    const secret = randomToken();
    const entry = { id: newId(), hash: hashesOf(clientId, secret)[0] ?? '', createdAt: Date.now() };
    const client = await clients.get(clientId);
    if (!client) throw new DomainError('not_found', `there is no client ${clientId}`);
    if (!usesSecret(client.metadata)) throw new DomainError('conflict', 'the client authenticates without a secret');
    const updated = await clients.update(clientId, (old) =>
      old.secrets.length < mostSecrets
        ? { ...old, secrets: [...old.secrets, entry], updatedAt: Date.now() }
        : undefined,
    );
    if (!updated) throw new DomainError('conflict', 'the client has two secrets already: retire one first');
    await record('client.secret-added', updated, { secretId: entry.id }, origin);
    return { id: entry.id, secret };
  }

  /** @throws DomainError 'not_found'; 'conflict' for the only one */
  async function retireSecret(clientId: string, secretId: string, origin: Origin): Promise<void> {
    const client = await clients.get(clientId);
    if (!client?.secrets.some(({ id }) => id === secretId))
      throw new DomainError('not_found', `there is no secret ${secretId} of ${clientId}`);
    const updated = await clients.update(clientId, (old) =>
      old.secrets.length > 1 && old.secrets.some(({ id }) => id === secretId)
        ? { ...old, secrets: old.secrets.filter(({ id }) => id !== secretId), updatedAt: Date.now() }
        : undefined,
    );
    if (!updated) throw new DomainError('conflict', 'the only secret cannot be retired: add another first');
    await record('client.secret-retired', updated, { secretId }, origin);
  }

  return { addSecret, retireSecret };
}
