// oidc-provider's Session model on our session record: saved by merging, never renamed away, never brought back to life.
import { type AdapterPayload, errors, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { SessionLimits, SignInFacts } from '../sessions/saved-session.ts';
import type { Session } from '../sessions/session.ts';
import type { AdapterDependencies, PartialAdapter } from './adapter.ts';
import type { LoginResult } from './interactions.ts';

const openings = new WeakSet<object>();

/** Whoever only asks for an app, or is refused it, opens none: a link must not shorten a session. */
export function noteOpenings(provider: Provider): void {
  provider.on('authorization.accepted', (ctx) => openings.add(ctx));
}

export function sessionAdapter({
  sessions,
  limitsOfClient,
  onSignedOut,
}: Pick<AdapterDependencies, 'sessions' | 'limitsOfClient' | 'onSignedOut'>): PartialAdapter {
  /** The app that is opened in it may want it shorter. */
  async function limits(ctx: KoaContextWithOIDC | undefined): Promise<SessionLimits | undefined> {
    const clientId = ctx && openings.has(ctx) ? ctx.oidc.client?.clientId : undefined;
    return clientId === undefined ? undefined : limitsOfClient(clientId);
  }

  function toPayload(session: Session | undefined, id?: string): AdapterPayload | undefined {
    if (!session) return undefined;
    return {
      ...session.payload,
      kind: 'Session',
      ...(id === undefined ? {} : { jti: id }),
      uid: session.id,
      exp: Math.ceil(session.absoluteUntil / 1000) + 1,
      authorizations: session.authorizations as NonNullable<AdapterPayload['authorizations']>,
      ...(session.accountId === undefined ? {} : { accountId: session.accountId }),
    };
  }

  return {
    find: async (id) => toPayload(await sessions.findById(id, Date.now()), id),
    // Without its id, which is stored as a hash alone: the library asks this way only to see whether a session stands, and never saves it.
    findByUid: async (uid) => toPayload(await sessions.findByUid(uid, Date.now())),

    async upsert(id, { uid, accountId, authorizations, jti: _jti, exp: _exp, iat: _iat, ...payload }) {
      const ctx = Provider.ctx;
      const saved = await sessions.save(
        {
          uid: uid as string,
          id,
          payload: plain(payload),
          authorizations: plain(authorizations ?? {}) as Session['authorizations'],
          accountId,
          amr: payload.amr ?? [],
          signIn: signInFacts(ctx),
          isStepUp: isStepUp(ctx),
          limits: await limits(ctx),
          loggedOutClient: loggedOutClient(ctx),
          staleId: ctx?.oidc.cookies.get(ctx.oidc.provider.cookieName('session'), { signed: true }),
        },
        Date.now(),
      );
      if (!saved) throw new errors.SessionNotFound('the session was ended meanwhile');
    },

    async destroy(id) {
      const { ctx } = Provider;
      const current = ctx?.oidc.session as { id: string; oldId?: string; uid: string } | undefined;
      if (!ctx || !current || current.oldId === id) return;
      const session = await sessions.end(current.uid, 'signed-out', Date.now());
      if (session) await onSignedOut(ctx, session);
    },
  };
}

/** Present in the one request that brings a finished sign-in back to the library. A consent that follows carries the same login again:
 *  it must not start the session's limits anew. */
function signInFacts(ctx: KoaContextWithOIDC | undefined): SignInFacts | undefined {
  if (ctx?.oidc.route !== 'resume' || ctx.oidc.result?.consent) return undefined;
  return (ctx.oidc.result?.login as LoginResult | undefined)?.session;
}

/** A second factor was added: the session id from before must not be worth as much as the new one. */
function isStepUp(ctx: KoaContextWithOIDC | undefined): boolean {
  const login = ctx?.oidc.route === 'resume' ? ctx.oidc.result?.login : undefined;
  return login !== undefined && (login as Partial<LoginResult>).session === undefined;
}

/** A logout from one app alone takes that app's entry out of the session. */
function loggedOutClient(ctx: KoaContextWithOIDC | undefined): string | undefined {
  const isOne = ctx?.oidc.route === 'end_session_confirm' && !ctx.oidc.params?.logout;
  return isOne ? ctx.oidc.entities.Client?.clientId : undefined;
}

/** JSON in, JSON out: without undefined fields. */
function plain<T extends object>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
