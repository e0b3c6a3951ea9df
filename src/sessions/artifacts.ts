// What oidc-provider keeps besides sessions and clients: grants, codes, tokens, interactions. Stored under hashes, so that nothing at
// rest signs anyone in; payloads that carry bearer values inside are sealed whole.
import { z } from 'zod';
import type { Collection, CollectionSpec, Storage } from '../storage/port.ts';

export const artifactSchema = z.object({
  /** SHA-256 of the bearer value, after the beginning that orders it in time; the id itself for grants, which open nothing. */
  id: z.string(),
  /** Of a grant. */
  accountId: z.string().optional(),
  /** Of a grant, and of what a client holds for itself. */
  clientId: z.string().optional(),
  /** HMAC of a device flow's user code. */
  userCodeHash: z.string().optional(),
  /** Milliseconds UTC; set by the one request that uses it up. */
  consumedAt: z.number().optional(),
  /** oidc-provider's payload, or its sealed JSON. */
  payload: z.union([z.string(), z.record(z.string(), z.unknown())]),
  /** Milliseconds UTC. */
  expiresAt: z.number(),
});
export type Artifact = z.output<typeof artifactSchema>;

interface Kind {
  name: string;
  index: CollectionSpec<Artifact>['index'];
  /** Handed over after their end, so that oidc-provider gives the right error and sees a second use. */
  keepExpired?: boolean;
  isSealed?: boolean;
}

export const artifactKinds = {
  AccessToken: { name: 'access-tokens', index: [] },
  AuthorizationCode: { name: 'authorization-codes', index: [], keepExpired: true },
  ClientCredentials: { name: 'client-credentials', index: ['clientId'] },
  DeviceCode: {
    name: 'device-codes',
    index: ['userCodeHash'],
    keepExpired: true,
    isSealed: true,
  },
  Grant: { name: 'grants', index: ['accountId', 'clientId'] },
  Interaction: { name: 'interactions', index: [], isSealed: true },
  PushedAuthorizationRequest: {
    name: 'pushed-authorization-requests',
    index: [],
    keepExpired: true,
    isSealed: true,
  },
  RefreshToken: { name: 'refresh-tokens', index: [], keepExpired: true },
} as const satisfies Record<string, Kind>;
export type ArtifactKind = keyof typeof artifactKinds;

const replaySchema = z.object({ id: z.string(), expiresAt: z.number() });
type Replay = z.output<typeof replaySchema>;
const replaysSpec: CollectionSpec<Replay> = { name: 'replays', schema: replaySchema, expiresAt: 'expiresAt' };

export interface Artifacts {
  of(kind: ArtifactKind): Collection<Artifact>;
  /** The `jti`s seen of DPoP proofs and client assertions: inserting is the check. */
  replays: Collection<Replay>;
  /** Ends every token and code of a grant in one write: none is taken without its grant. */
  revokeGrant(grantId: string): Promise<void>;
  /** The same with every grant of an account, or with those of one client, whether or not they end with a session. @returns how many */
  revokeGrantsOf(owner: GrantOwner): Promise<number>;
  /** Takes back whatever was given to the client: what it holds for people, and for itself. */
  revokeClient(clientId: string): Promise<void>;
}

/** Grants of an account, of a client, or of the one with the other. */
export type GrantOwner = { accountId: string; clientId?: string } | { clientId: string };

export function createArtifacts({ storage }: { storage: Storage }): Artifacts {
  const collections = Object.fromEntries(
    Object.entries(artifactKinds).map(([kind, declared]: [string, Kind]) => [
      kind,
      storage.collection(specOf(declared)),
    ]),
  ) as Record<ArtifactKind, Collection<Artifact>>;

  async function revokeGrant(grantId: string): Promise<void> {
    await collections.Grant.delete(grantId);
  }

  async function revokeGrantsOf(owner: GrantOwner): Promise<number> {
    for (let total = 0; ; ) {
      const grants = await collections.Grant.list({ where: owner });
      if (grants.length === 0) return total;
      await Promise.all(grants.map(({ id }) => revokeGrant(id)));
      total += grants.length;
    }
  }

  async function revokeClient(clientId: string): Promise<void> {
    await collections.ClientCredentials.deleteMany('clientId', clientId);
    await revokeGrantsOf({ clientId });
  }

  return {
    of: (kind) => collections[kind],
    replays: storage.collection(replaysSpec),
    revokeGrant,
    revokeGrantsOf,
    revokeClient,
  };
}

function specOf({ name, index, keepExpired }: Kind): CollectionSpec<Artifact> {
  return {
    name,
    schema: artifactSchema,
    index: index ?? [],
    expiresAt: 'expiresAt',
    keepExpired: keepExpired ?? false,
  };
}
