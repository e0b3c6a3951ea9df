// Keeps client records. Secrets are stored as keyed hashes, so that one chosen too short cannot be guessed from the database alone.
import type { Audit, AuditEventType, Origin } from '../audit/audit.ts';
import { createBrandWriting } from '../organizations/brand-writing.ts';
import type { Logos } from '../organizations/logos.ts';
import { DomainError, isDomainError } from '../platform/errors.ts';
import { newId, randomToken } from '../platform/ids.ts';
import { constantTimeEqual, type Secrets } from '../platform/secrets.ts';
import type { Storage } from '../storage/port.ts';
import { type Client, type ClientMetadata, clientsSpec, substanceOf, usesSecret } from './client.ts';
import { createClientPolicies } from './client-policies.ts';
import { createClientSecrets } from './client-secrets.ts';
import { parseRegistration } from './registration.ts';

/** How often a use is noted at most: a write for each would be one for each token. */
const useNotedMs = 3600 * 1000;

export interface ClientQuery {
  organization?: string | undefined;
  after?: string | undefined;
  limit?: number | undefined;
}

export type Applied = 'created' | 'changed' | 'unchanged';

export interface ClientsDependencies {
  storage: Storage;
  secrets: Secrets;
  audit: Audit;
  logos: Logos;
}

export function createClients({ storage, secrets, audit, logos }: ClientsDependencies) {
  const clients = storage.collection(clientsSpec);

  function get(clientId: string): Promise<Client | undefined> {
    return clients.get(clientId);
  }

  /** Makes the stored client equal to the registration; applied again, nothing changes.
   *  @param options.organization whose it becomes; as it is when left out   @param options.isDeclared a file says so
   *  @param options.isStill declines where the stored client is no longer as it was looked at
   *  @returns what happened, and the secret where one had to be made: it is shown this once
   *  @throws DomainError 'invalid_input' with one line a problem, 'conflict' when `isStill` declined */
  async function apply(
    input: unknown,
    origin: Origin,
    options: {
      organization?: string | undefined;
      isDeclared?: boolean;
      isStill?: ((old: Client) => boolean) | undefined;
      /** Changes the client, and makes none. */
      mustExist?: boolean;
    } = {},
  ): Promise<{ outcome: Applied; clientId: string; secret?: string }> {
    const { metadata, clientSecret } = parseRegistration(input);
    const now = Date.now();
    const old = await clients.get(metadata.client_id);
    const isNewSecretNeeded = usesSecret(metadata) && clientSecret === undefined && !old?.secrets.length;
    const made = isNewSecretNeeded ? randomToken() : undefined;
    const next = (current: Client | undefined) => ({
      ...withRegistration(current, metadata, clientSecret ?? made, now),
      ...(options.organization === undefined ? {} : { organization: options.organization }),
      ...(options.isDeclared ? { isDeclared: true as const } : {}),
    });
    if (!old && options.mustExist) throw new DomainError('not_found', `there is no client ${metadata.client_id}`);
    if (!old && !(await inserted(next(undefined)))) return apply(input, origin, options);
    let isOutdated = false;
    const changed =
      old &&
      (await clients.update(old.id, (current) => {
        isOutdated = options.isStill?.(current) === false;
        return isOutdated || isSame(current, next(current)) ? undefined : next(current);
      }));
    if (isOutdated) throw new DomainError('conflict', `${metadata.client_id} was changed meanwhile`);
    const outcome: Applied = !old ? 'created' : changed ? 'changed' : 'unchanged';
    if (outcome !== 'unchanged') {
      await audit.record(
        {
          type: outcome === 'created' ? 'client.created' : 'client.changed',
          result: 'success',
          clientId: metadata.client_id,
          organizations: organizationOf(changed ?? next(old)),
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
    return { createdAt: now, ...old, id: metadata.client_id, metadata, secrets: kept, updatedAt: now };
  }

  /** A secret that a registration names is the only one from then on. */
  function onlySecret(standing: Client['secrets'], clientId: string, secret: string, now: number): Client['secrets'] {
    const hashes = hashesOf(clientId, secret);
    const known = standing.find(({ hash }) => hashes.includes(hash));
    return [known ?? { id: newId(), hash: hashes[0] ?? '', createdAt: now }];
  }

  function isSame(old: Client, next: Client): boolean {
    return JSON.stringify(substanceOf(old)) === JSON.stringify(substanceOf(next));
  }

  /** By client_id. @param organization only those of one firm */
  function list({ organization, after, limit = 100 }: ClientQuery = {}): Promise<Client[]> {
    const where = organization === undefined ? {} : { where: { organization } };
    return clients.list({ ...where, limit, ...(after === undefined ? {} : { after }) });
  }

  /** @returns whether there was one */
  async function remove(clientId: string, origin: Origin): Promise<boolean> {
    const client = await clients.get(clientId);
    if (!client || !(await clients.delete(clientId))) return false;
    await logos.forget(`client ${clientId}`);
    await record('client.deleted', client, {}, origin);
    return true;
  }

  /** That it got tokens: written down where nobody did so within the hour. */
  async function noteUse(clientId: string, now: number): Promise<void> {
    await clients.update(clientId, (old) =>
      now - (old.usedAt ?? 0) < useNotedMs ? undefined : { ...old, usedAt: now },
    );
  }

  function record(type: AuditEventType, client: Client, detail: Record<string, string>, origin: Origin): Promise<void> {
    const organizations = organizationOf(client);
    return audit.record({ type, result: 'success', clientId: client.id, organizations, detail }, origin);
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

  const secretActs = createClientSecrets({ clients, record, hashesOf });
  const setBrand = createBrandWriting({
    records: clients,
    logos,
    ownerOf: (id) => `client ${id}`,
    changed: (client, detail, origin) => record('client.brand-changed', client, detail, origin),
  });
  const setPolicy = createClientPolicies({ clients, record });

  return {
    get,
    list,
    apply,
    setBrand,
    setPolicy,
    ...secretActs,
    remove,
    noteUse,
    parseRegistration,
    isSecretOf,
  };
}
export type Clients = ReturnType<typeof createClients>;

function organizationOf({ organization }: Client): string[] {
  return organization === undefined ? [] : [organization];
}
