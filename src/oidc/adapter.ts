// The bridge between oidc-provider's models and the storage port: bearer values are hashed or sealed, and each single use is one
// conditional write, since the library looks first and consumes later.

import type { Adapter, AdapterPayload, KoaContextWithOIDC } from 'oidc-provider';
import { errors, Provider } from 'oidc-provider';
import type { Clients } from '../clients/clients.ts';
import { isDomainError } from '../platform/errors.ts';
import type { Secrets } from '../platform/secrets.ts';
import { type Artifact, type ArtifactKind, type Artifacts, artifactKinds } from '../sessions/artifacts.ts';
import type { SessionLimits } from '../sessions/saved-session.ts';
import type { Session } from '../sessions/session.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { clientAdapter } from './client-adapter.ts';
import { sessionAdapter } from './session-adapter.ts';
import { tokenKey } from './token-ids.ts';
import { writeBeforeAnswer } from './token-writes.ts';

export interface AdapterDependencies {
  artifacts: Artifacts;
  sessions: Sessions;
  findClient: Clients['get'];
  /** What an app states of the session that it is opened in. */
  limitsOfClient(clientId: string): Promise<SessionLimits | undefined>;
  secrets: Secrets;
  /** Whether the account still stands behind a grant that was made in a session of this epoch. */
  grantStands(accountId: string, epoch: number | undefined): Promise<boolean>;
  /** After the library's own logout page ended a session. */
  onSignedOut(ctx: KoaContextWithOIDC, session: Session): Promise<void>;
}

/** What each adapter may leave out: a verb that its model never asks for. */
export type PartialAdapter = Partial<Adapter> & Pick<Adapter, 'find'>;

export function createAdapter(dependencies: AdapterDependencies): (model: string) => Adapter {
  return (model) => {
    if (model === 'Session') return complete(model, sessionAdapter(dependencies));
    if (model === 'Client') return complete(model, clientAdapter(dependencies));
    return complete(model, isArtifact(model) ? artifactAdapter(model, dependencies) : { find: async () => undefined });
  };
}

function isArtifact(model: string): model is ArtifactKind {
  return Object.hasOwn(artifactKinds, model);
}

function artifactAdapter(
  model: ArtifactKind,
  { artifacts, secrets, grantStands }: AdapterDependencies,
): PartialAdapter {
  const collection = artifacts.of(model);
  const { isSealed } = { isSealed: false, ...artifactKinds[model] };
  const keyOf = (id: string) => (model === 'Grant' ? id : tokenKey(id));
  const context = (id: string) => ({ collection: artifactKinds[model].name, field: 'payload', id });
  const isAskedBy = (field: string) => (artifactKinds[model].index as readonly string[]).includes(field);

  function toRecord(id: string, payload: AdapterPayload, expiresIn = 0): Artifact {
    const key = keyOf(id);
    const { jti: _bearer, isStored: _known, ...kept } = payload;
    const { accountId, clientId, userCode } = payload;
    return withoutUndefined({
      id: key,
      accountId: isAskedBy('accountId') ? accountId : undefined,
      clientId: isAskedBy('clientId') ? clientId : undefined,
      userCodeHash: userCode && secrets.hmac('user code', userCode),
      payload: isSealed ? secrets.seal(JSON.stringify(payload), context(key)) : kept,
      expiresAt: payload.exp === undefined ? Date.now() + expiresIn * 1000 : payload.exp * 1000,
    });
  }

  function toPayload(record: Artifact | undefined, id?: string): AdapterPayload | undefined {
    if (!record) return undefined;
    const payload =
      typeof record.payload === 'string'
        ? JSON.parse(secrets.open(record.payload, context(record.id)))
        : { ...record.payload };
    if (id !== undefined) payload.jti = id;
    if (record.consumedAt !== undefined) payload.consumed = Math.floor(record.consumedAt / 1000);
    return payload as AdapterPayload;
  }

  /** Every use of a token looks its grant up: a grant that is over ends them all. */
  function isStanding({ accountId = '', epoch }: AdapterPayload): Promise<boolean> {
    return grantStands(accountId, typeof epoch === 'number' ? epoch : undefined);
  }

  /** Never put: one that was revoked since it was read would live again, with every token on it. */
  async function widenGrant(grant: Artifact): Promise<void> {
    const written = await collection.update(grant.id, () => grant);
    if (!written) throw new errors.AccessDenied('the grant was revoked meanwhile');
  }

  return {
    upsert: (id, payload, expiresIn) => {
      if (payload.isStored) return widenGrant(toRecord(id, payload, expiresIn));
      const write = translated(() => collection.put(toRecord(id, payload, expiresIn)))();
      return model === 'AccessToken' || model === 'RefreshToken' ? writeBeforeAnswer(write) : write;
    },
    find: async (id) => {
      const payload = toPayload(await collection.get(keyOf(id)), id);
      if (model !== 'Grant' || !payload) return payload;
      return (await isStanding(payload)) ? { ...payload, isStored: true } : undefined;
    },
    findByUserCode: async (userCode) => {
      for (const hash of secrets.hmacs('user code', userCode)) {
        const found = await collection.find('userCodeHash', hash);
        if (found) return toPayload(found);
      }
      return undefined;
    },
    destroy: async (id) => {
      await collection.delete(keyOf(id));
    },
    // Nothing is taken whose grant is gone, so a grant ends by its own record alone (`revokeGrantPolicy`); what hung on it is swept when its
    // time is over.
    revokeByGrantId: async () => undefined,
    async consume(id) {
      const used = await collection.update(keyOf(id), (old) =>
        old.consumedAt === undefined
          ? { ...(model === 'RefreshToken' ? spent(old) : old), consumedAt: Date.now() }
          : undefined,
      );
      if (used) return;
      await refuseSecondUse(model, toPayload(await collection.get(keyOf(id)))?.grantId, artifacts);
    },
  };
}

/** A used refresh token is kept for reuse detection alone: only what that needs stays. */
function spent(record: Artifact): Artifact {
  if (typeof record.payload === 'string') return record;
  const { kind, iat, exp, clientId, accountId, grantId } = record.payload;
  return { ...record, payload: { kind, iat, exp, clientId, accountId, grantId } };
}

/** The loser of a race ends the whole grant (RFC 6749 4.1.2, RFC 9700 4.14.2) and gets the error that the standard names. */
async function refuseSecondUse(model: ArtifactKind, grantId: string | undefined, artifacts: Artifacts): Promise<never> {
  if (model === 'PushedAuthorizationRequest')
    throw new errors.InvalidRequestUri('request_uri is invalid, expired, or was already used');
  if (grantId) {
    await artifacts.revokeGrant(grantId);
    const { ctx } = Provider;
    if (ctx) ctx.oidc.provider.emit('grant.revoked', ctx, grantId);
  }
  throw new errors.InvalidGrant('already used');
}

/** Fills in the verbs a model never asks for, and lets a storage fault answer 503 instead of 500. */
function complete(model: string, adapter: PartialAdapter): Adapter {
  const unused = (verb: string) => () =>
    Promise.reject(new Error(`oidc-provider asked ${model} to ${verb}, which it has no storage for`));
  const verbs = ['upsert', 'find', 'findByUid', 'findByUserCode', 'consume', 'destroy', 'revokeByGrantId'] as const;
  const entries = verbs.map((verb) => [
    verb,
    translated((adapter[verb] ?? unused(verb)) as (...args: never[]) => Promise<unknown>),
  ]);
  return Object.fromEntries(entries) as unknown as Adapter;
}

function translated<A extends never[], R>(call: (...args: A) => Promise<R>): (...args: A) => Promise<R> {
  return async (...args) => {
    try {
      return await call(...args);
    } catch (error) {
      if (isDomainError(error, 'storage_unavailable'))
        throw Object.assign(error, { status: 503, statusCode: 503, expose: true });
      // Text that no record may hold (NUL, lone surrogates, prototype keys) came with the request.
      if (isDomainError(error, 'invalid_input'))
        throw new errors.InvalidRequest('a parameter holds text that cannot be stored', 400, { cause: error });
      throw error;
    }
  };
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as T;
}
