// Keeps connections, their secrets sealed. Who may change one is for administration/ to say.
import type { Audit, AuditEvent, AuditEventType, Origin } from '../audit/audit.ts';
import { idFromName } from '../organizations/organization.ts';
import { DomainError, isDomainError } from '../platform/errors.ts';
import { newId } from '../platform/ids.ts';
import type { Secrets } from '../platform/secrets.ts';
import type { Storage } from '../storage/port.ts';
import {
  type Connection,
  type ConnectionInput,
  connectionsSpec,
  inputOf,
  problemSentences,
  problemsIn,
  statedBy,
} from './connection.ts';

export interface ConnectionQuery {
  /** Those of one firm. */
  organization?: string | undefined;
  after?: string | undefined;
  limit?: number | undefined;
}

export function createConnections({ storage, secrets, audit }: { storage: Storage; secrets: Secrets; audit: Audit }) {
  const connections = storage.collection(connectionsSpec);

  function get(id: string): Promise<Connection | undefined> {
    return connections.get(id);
  }

  /** By id. */
  function list({ organization, after, limit = 100 }: ConnectionQuery = {}): Promise<Connection[]> {
    const where = organization === undefined ? {} : { where: { organization } };
    return connections.list({ ...where, limit, ...(after === undefined ? {} : { after }) });
  }

  /** Those with which people of this domain may be led to sign in, whether or not it is proved. At most a hundred. */
  function ofDomain(domain: string): Promise<Connection[]> {
    return connections.list({ where: { domains: domain, isEnabled: true } });
  }

  /** At most a thousand. */
  function enabled(): Promise<Connection[]> {
    return connections.list({ where: { isEnabled: true }, limit: 1000 });
  }

  /** The id is made from the name where none is given.
   *  @throws DomainError 'invalid_input' with one line a problem, 'duplicate' when the id is taken */
  async function create(
    input: ConnectionInput,
    origin: Origin,
    options: { isDeclared?: boolean } = {},
  ): Promise<Connection> {
    demandFit(input);
    const wanted = input.id ?? idFromName(input.name) ?? 'connection';
    const record = await inserted(recordOf(wanted, input, options), (id) => recordOf(id, input, options), input.id);
    await note('connection.created', record, changesOf(undefined, record), origin);
    return record;
  }

  function recordOf(id: string, input: ConnectionInput, { isDeclared }: { isDeclared?: boolean }): Connection {
    const now = Date.now();
    const secret = input.client_secret;
    return {
      id,
      ...statedBy(input),
      ...(secret === undefined ? {} : { clientSecret: secrets.seal(secret, sealContext(id)) }),
      ...(isDeclared ? { isDeclared: true as const } : {}),
      createdAt: now,
      updatedAt: now,
    };
  }

  /** @param make the same under another id, for one that was made from the name */
  async function inserted(
    record: Connection,
    make: (id: string) => Connection,
    given: string | undefined,
  ): Promise<Connection> {
    try {
      await connections.insert(record);
      return record;
    } catch (error) {
      if (given !== undefined || !isDomainError(error, 'duplicate')) throw error;
      const other = make(
        `${record.id.slice(0, 50)}-${newId()
          .toLowerCase()
          .replace(/[^a-z0-9]/g, '')
          .slice(0, 8)}`,
      );
      return inserted(other, make, other.id);
    }
  }

  /** Replaces what is stated. Without a secret the stored one stays, but only where it goes to the same provider: who may change the address
   *  must not have a secret sent to one of their own.
   *  @param options.isStill declines where it is no longer as it was looked at
   *  @throws DomainError 'not_found', 'invalid_input', 'conflict' when `isStill` declined */
  async function replace(
    id: string,
    input: ConnectionInput,
    origin: Origin,
    options: { isStill?: ((old: Connection) => boolean) | undefined; isDeclared?: boolean } = {},
  ): Promise<Connection> {
    demandFit(input);
    const stated = statedBy(input);
    const sealed = input.client_secret && secrets.seal(input.client_secret, sealContext(id));
    const seen = await connections.get(id);
    if (!seen) throw new DomainError('not_found', `there is no connection ${id}`);
    demandOwnSecret(seen, stated, sealed);
    let before: Connection | undefined;
    const updated = await connections.update(id, (old) => {
      if (options.isStill?.(old) === false || sendsElsewhere(old, stated, sealed)) return undefined;
      before = old;
      const kept = old.clientSecret === undefined ? {} : { clientSecret: old.clientSecret };
      const mark = options.isDeclared || old.isDeclared ? { isDeclared: true as const } : {};
      const secret = sealed ? { clientSecret: sealed } : kept;
      return { id, ...stated, ...secret, ...mark, createdAt: old.createdAt, updatedAt: Date.now() };
    });
    if (!updated || !before) throw new DomainError('conflict', `${id} was changed or deleted meanwhile`);
    const changes = changesOf(before, updated);
    if (sealed) Object.assign(changes, { secretReplaced: true });
    if (Object.keys(changes).length > 0) await note('connection.changed', updated, changes, origin);
    return updated;
  }

  /** @returns whether there was one */
  async function remove(id: string, origin: Origin): Promise<boolean> {
    const stored = await connections.get(id);
    if (!stored || !(await connections.delete(id))) return false;
    await note('connection.deleted', stored, { name: stored.name, issuer: stored.issuer }, origin);
    return true;
  }

  /** For the provider alone. @returns undefined for a public client */
  function secretOf({ id, clientSecret }: Connection): string | undefined {
    return clientSecret === undefined ? undefined : secrets.open(clientSecret, sealContext(id));
  }

  function note(
    type: AuditEventType,
    { id, organization }: Connection,
    detail: NonNullable<AuditEvent['detail']>,
    origin: Origin,
  ): Promise<void> {
    const organizations = organization === undefined ? [] : [organization];
    return audit.record({ type, result: 'success', subject: id, organizations, detail }, origin);
  }

  return { get, list, ofDomain, enabled, create, replace, remove, secretOf };
}
export type Connections = ReturnType<typeof createConnections>;

function sealContext(id: string) {
  return { collection: 'connections', field: 'clientSecret', id };
}

function demandFit(input: ConnectionInput): void {
  const problems = problemsIn(input);
  if (problems.length > 0)
    throw new DomainError(
      'invalid_input',
      problems.map(({ field, problem }) => `${field}: ${problemSentences[problem]}`).join('\n'),
    );
}

type Stated = ReturnType<typeof statedBy>;

function sendsElsewhere(old: Connection, stated: Stated, sealed: string | undefined): boolean {
  return sealed === undefined && old.clientSecret !== undefined && old.issuer !== stated.issuer;
}

function demandOwnSecret(old: Connection, stated: Stated, sealed: string | undefined): void {
  if (sendsElsewhere(old, stated, sealed))
    throw new DomainError('invalid_input', 'client_secret: must be given again where the issuer changes');
}

/** Old and new value of each field that differs; never the secret. */
function changesOf(old: Connection | undefined, next: Connection): NonNullable<AuditEvent['detail']> {
  const fields = (one: Connection | undefined): Record<string, unknown> => (one ? inputOf(one) : {});
  const [before, after] = [fields(old), fields(next)];
  const names = [...new Set([...Object.keys(after), ...Object.keys(before)])].filter((name) => name !== 'id');
  const text = (value: unknown) => (Array.isArray(value) ? value.join(', ') : String(value ?? ''));
  return Object.fromEntries(
    names
      .filter((name) => text(before[name]) !== text(after[name]))
      .flatMap((name) => [
        ...(old ? [[`${name}.old`, text(before[name])] as const] : []),
        [`${name}.new`, text(after[name])] as const,
      ]),
  );
}
