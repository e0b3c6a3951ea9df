// When a client last got tokens, which the console tells, and when it last used what a person granted it, which "Apps" on My Profile tells:
// noted where tokens are handed out, for a sign-in and for a refresh alike, at most once an hour.
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Clients } from '../clients/clients.ts';
import type { Log } from '../platform/log.ts';
import type { Artifact, Artifacts } from '../sessions/artifacts.ts';
import { type Grants, useNotedMs } from './grants.ts';

export interface ClientUseDependencies {
  artifacts: Artifacts;
  clients: Pick<Clients, 'noteUse'>;
  grants: Pick<Grants, 'noteUse'>;
  log: Log;
}

/** oidc-provider's payload of a grant, with what we keep in it. */
type GrantPayload = { iat?: number; usedAt?: number };

/** A middleware of the provider: what it has answered is looked at. */
export function createClientUse({ artifacts, clients, grants, log }: ClientUseDependencies) {
  /** What this process looked at, so that the record is not asked at each token. */
  const lookedAt = new Map<string, number>();

  return async function noteUse(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
    await next();
    const clientId = ctx.oidc?.client?.clientId;
    if (ctx.oidc?.route !== 'token' || ctx.status !== 200 || !clientId) return;
    const now = Date.now();
    try {
      await noteClient(clientId, now);
      await noteGrant(ctx, now);
    } catch (err) {
      // The client has its tokens by now: what cannot be noted is no reason to refuse them.
      log.warn({ err, clientId }, 'the use of a client could not be noted');
    }
  };

  async function noteClient(clientId: string, now: number): Promise<void> {
    if (now - (lookedAt.get(clientId) ?? 0) < useNotedMs) return;
    lookedAt.set(clientId, now);
    await clients.noteUse(clientId, now);
  }

  async function noteGrant({ oidc }: KoaContextWithOIDC, now: number): Promise<void> {
    const { Grant: grant } = oidc.entities;
    if (!grant?.accountId || !grant.clientId) return;
    // A new grant says by itself when it was used.
    if (now - usedAt(grant as GrantPayload) < useNotedMs) return;
    // Never put: a grant that was taken back meanwhile stays away.
    await artifacts.of('Grant').update(grant.jti, (old) => withUse(old, now));
    await grants.noteUse(grant.accountId, grant.clientId, now);
  }
}

/** @returns milliseconds UTC; 0 where nothing says it */
export function usedAt({ iat, usedAt: noted }: GrantPayload): number {
  return noted ?? (iat ?? 0) * 1000;
}

function withUse(grant: Artifact, now: number): Artifact {
  return typeof grant.payload === 'string' ? grant : { ...grant, payload: { ...grant.payload, usedAt: now } };
}
