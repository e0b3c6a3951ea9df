// Which grant an authorization request rides on: the session's own, a new one for a first-party client, or one that a remembered
// consent allows. (Consent itself is asked in web/interaction.)
import { randomUUID } from 'node:crypto';
import type { Grant, KoaContextWithOIDC } from 'oidc-provider';
import { z } from 'zod';
import { sha256 } from '../platform/secrets.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { CollectionSpec, Storage } from '../storage/port.ts';
import type { LoginResult } from './interactions.ts';

const consentSchema = z.object({
  id: z.string(),
  accountId: z.string(),
  clientId: z.string(),
  scopes: z.array(z.string()),
  grantedAt: z.number(),
  /** When the client last came by it, milliseconds UTC; noted at most once an hour. */
  usedAt: z.number().optional(),
});
export type Consent = z.output<typeof consentSchema>;
const consentsSpec: CollectionSpec<Consent> = {
  name: 'consents',
  schema: consentSchema,
  index: ['accountId', 'clientId'],
};

/** How often a use is noted at most: a write for each would be one for each refresh. */
export const useNotedMs = 3600 * 1000;

export function createGrants({ storage, sessions }: { storage: Storage; sessions: Sessions }) {
  const consents = storage.collection(consentsSpec);

  /** Called by oidc-provider for each authorization request of a signed-in person (its `loadExistingGrant`). */
  async function forRequest(ctx: KoaContextWithOIDC): Promise<Grant | undefined> {
    const { oidc } = ctx;
    const { client, session } = oidc;
    const accountId = session?.accountId;
    if (!client || !session || !accountId) return undefined;
    const seen = oidc.result?.consent?.grantId ?? session.grantIdFor(client.clientId);
    const known = seen ? await oidc.provider.Grant.find(seen) : undefined;
    const isOwn = known?.accountId === accountId && known.clientId === client.clientId;
    const grant = isOwn ? known : new oidc.provider.Grant(grantOf(accountId, client.clientId, await epochOf(ctx)));
    const isWidened = await widen(ctx, grant, accountId);
    if (isOwn) {
      if (isWidened) await grant.save();
      return grant;
    }
    if (!isWidened) return undefined;
    await grant.save();
    if (!isFirstParty(client)) await noteUse(accountId, client.clientId, Date.now());
    return settle(ctx, grant, seen);
  }

  /** Of the sign-in that this very request brings, else of the session that stands. */
  async function epochOf({ oidc }: KoaContextWithOIDC): Promise<number | undefined> {
    const login = oidc.result?.login as LoginResult | undefined;
    return login?.session?.epoch ?? (await sessions.epochOfSession(oidc.session?.uid ?? ''));
  }

  /** Adds what may be granted without asking. @returns whether anything was added */
  async function widen(ctx: KoaContextWithOIDC, grant: Grant, accountId: string): Promise<boolean> {
    const { oidc } = ctx;
    const client = oidc.client as unknown as { clientId: string; applicationType?: string };
    const granted = new Set(grant.getOIDCScopeEncountered().split(' '));
    const missing = [...oidc.requestParamOIDCScopes].filter((scope) => !granted.has(scope));
    if (isFirstParty(client)) {
      const claims = [...oidc.requestParamClaims].filter((claim) => !grant.getOIDCClaimsEncountered().includes(claim));
      if (missing.length > 0) grant.addOIDCScope(missing.join(' '));
      if (claims.length > 0) grant.addOIDCClaims(claims);
      return widenForResources(ctx, grant) || missing.length > 0 || claims.length > 0;
    }
    if (missing.length === 0 || client.applicationType === 'native') return false;
    const consent = await consents.get(consentId(accountId, client.clientId));
    if (!consent || !missing.every((scope) => consent.scopes.includes(scope))) return false;
    grant.addOIDCScope(missing.join(' '));
    return true;
  }

  /** Whoever else wants to act through the API is asked for in each session: such a consent is not remembered. */
  function widenForResources({ oidc }: KoaContextWithOIDC, grant: Grant): boolean {
    let isWidened = false;
    for (const [resource, { scope }] of Object.entries(oidc.resourceServers ?? {})) {
      const known = grant.getResourceScopeEncountered(resource).split(' ');
      const missing = scope.split(' ').filter((one) => oidc.requestParamScopes.has(one) && !known.includes(one));
      if (missing.length === 0) continue;
      grant.addResourceScope(resource, missing.join(' '));
      isWidened = true;
    }
    return isWidened;
  }

  /** Two requests of one client that arrive together in one session end up on one grant and one `sid`. */
  async function settle(ctx: KoaContextWithOIDC, grant: Grant, seen: string | undefined): Promise<Grant> {
    const { session, client, provider } = ctx.oidc;
    if (!session || !client) return grant;
    const claim = { grantId: grant.jti, sid: session.sidFor(client.clientId) ?? randomUUID(), seen };
    const standing = await sessions.claimGrant(session.uid, client.clientId, claim);
    if (typeof standing?.sid === 'string') session.sidFor(client.clientId, standing.sid);
    if (typeof standing?.grantId !== 'string' || standing.grantId === grant.jti) return grant;
    const winner = await provider.Grant.find(standing.grantId);
    if (!winner) return grant;
    await grant.destroy();
    if (await widen(ctx, winner, session.accountId ?? '')) await winner.save();
    return winner;
  }

  /** Remembers what a person allowed, so that the next session does not ask again. */
  async function remember(accountId: string, clientId: string, scopes: readonly string[]): Promise<void> {
    const id = consentId(accountId, clientId);
    const grantedAt = Date.now();
    const widened = await consents.update(id, (old) => ({
      ...old,
      scopes: [...new Set([...old.scopes, ...scopes])],
      grantedAt,
    }));
    if (!widened) await consents.put({ id, accountId, clientId, scopes: [...scopes], grantedAt });
  }

  /** Notes that the client came by a consent, where there is one. @param now milliseconds UTC */
  async function noteUse(accountId: string, clientId: string, now: number): Promise<void> {
    const id = consentId(accountId, clientId);
    const consent = await consents.get(id);
    if (!consent || now - (consent.usedAt ?? consent.grantedAt) < useNotedMs) return;
    await consents.update(id, (old) => ({ ...old, usedAt: now }));
  }

  /** At most a thousand. */
  function consentsOf(accountId: string): Promise<Consent[]> {
    return consents.list({ where: { accountId }, limit: 1000 });
  }

  /** The next session asks again. @returns whether there was anything to forget */
  function forget(accountId: string, clientId: string): Promise<boolean> {
    return consents.delete(consentId(accountId, clientId));
  }

  async function forgetConsents(accountId: string): Promise<void> {
    await consents.deleteMany('accountId', accountId);
  }

  /** For an app that is gone, or new under its name. */
  async function forgetClient(clientId: string): Promise<void> {
    await consents.deleteMany('clientId', clientId);
  }

  return { forRequest, remember, noteUse, consentsOf, forget, forgetConsents, forgetClient };
}
export type Grants = ReturnType<typeof createGrants>;

/** Ours is asked for no consent, and so has none. */
function isFirstParty(client: object): boolean {
  return (client as { first_party?: boolean }).first_party === true;
}

/** What a new grant is made of. It notes the epoch of its session, which a reset of the password compares (see `tokensStand`). */
export function grantOf(accountId: string, clientId: string, epoch: number | undefined) {
  return { accountId, clientId, ...(epoch === undefined ? {} : { epoch }) };
}

function consentId(accountId: string, clientId: string): string {
  return sha256(`${accountId} ${clientId}`);
}
