// Who is signed in with this browser: read from the provider's session. Our pages hold no session of their own; they sign in through
// our own client with `response_type=none`, which runs the whole road and leaves no code and no token.
import type { Context } from 'koa';
import { type Account, displayName, initials } from '../../accounts/account.ts';
import type { Accounts } from '../../accounts/accounts.ts';
import type { Origin } from '../../audit/audit.ts';
import { sessionCookieOptions } from '../../oidc/configuration.ts';
import { constantTimeEqual, type Secrets } from '../../platform/secrets.ts';
import type { Session } from '../../sessions/session.ts';
import type { Sessions } from '../../sessions/sessions.ts';
import type { Browser } from './browser.ts';
import type { SignedInModel } from './view-models.ts';

export interface SignedIn {
  session: Session;
  account: Account;
  /** What every form on this session's pages is made for. */
  csrfContext: string;
  origin: Origin;
  /** What the layout of a signed-in page shows. */
  model: SignedInModel;
}

/** Dangerous acts ask for a sign-in this fresh (ASVS 7.5.1). */
export const freshSeconds = 15 * 60;

export interface SignedInDependencies {
  issuer: string;
  /** The provider's session cookie and the built-in client's id. */
  sessionCookie: string;
  clientId: string;
  sessions: Sessions;
  accounts: Accounts;
  secrets: Secrets;
  browser: Browser;
}

export function createSignedIn({
  issuer,
  sessionCookie,
  clientId,
  sessions,
  accounts,
  secrets,
  browser,
}: SignedInDependencies) {
  /** @returns undefined when nobody is signed in with this browser. Counts as activity. */
  async function read(ctx: Context): Promise<SignedIn | undefined> {
    const id = ctx.cookies.get(sessionCookie, { signed: true });
    const session = id ? await sessions.findById(id, Date.now()) : undefined;
    const account = session?.accountId ? await accounts.get(session.accountId) : undefined;
    if (!session || !account) return undefined;
    ctx.state.accountLanguage = account.language;
    await sessions.touch(session.id, Date.now());
    const csrfContext = `session ${session.id}`;
    const user = {
      name: displayName(account),
      initials: initials(account),
      email: account.email,
      signOutCsrf: browser.csrfToken(ctx, csrfContext),
    };
    return {
      session,
      account,
      csrfContext,
      origin: { ...ctx.state.origin, actor: account.id },
      model: { user, idleSeconds: session.idleSeconds },
    };
  }

  /** Sends the browser to sign in where need be, and back to the page it asked for.
   *  @param options.isFresh whether, or for whom, the sign-in must be a recent one
   *  @returns undefined when the answer is that redirect */
  async function require(
    ctx: Context,
    options: { isFresh?: boolean | ((account: Account) => boolean) } = {},
  ): Promise<SignedIn | undefined> {
    const signedIn = await read(ctx);
    const { isFresh: wanted = false } = options;
    const mustBeFresh = typeof wanted === 'boolean' ? wanted : signedIn !== undefined && wanted(signedIn.account);
    if (signedIn && (!mustBeFresh || isFresh(signedIn.session))) return signedIn;
    ctx.status = 303;
    ctx.redirect(signInUrl(ctx, mustBeFresh));
    return undefined;
  }

  function signInUrl(ctx: Context, isFresh: boolean): string {
    const url = new URL('/auth', issuer);
    url.search = new URLSearchParams({
      client_id: clientId,
      response_type: 'none',
      scope: 'openid',
      redirect_uri: `${issuer}/profile`,
      state: stateFor(ctx, ctx.method === 'GET' ? ctx.url : ctx.path),
      ...(isFresh ? { max_age: String(freshSeconds) } : {}),
    }).toString();
    return url.href;
  }

  /** `state` carries the way back, signed for this browser. */
  function stateFor(ctx: Context, path: string): string {
    const payload = Buffer.from(path.slice(0, 1000)).toString('base64url');
    return `${payload}.${secrets.hmac('own state', `${browser.idOf(ctx)} ${payload}`)}`;
  }

  /** @returns the same-origin path a finished sign-in leads back to; undefined for a state that is not this browser's */
  function returnPath(ctx: Context, state: string): string | undefined {
    const [payload = '', mac = ''] = state.split('.');
    const browserId = browser.peek(ctx);
    if (!browserId) return undefined;
    const isOurs = secrets
      .hmacs('own state', `${browserId} ${payload}`)
      .some((expected) => constantTimeEqual(expected, mac));
    const path = Buffer.from(payload, 'base64url').toString('utf8');
    return isOurs && /^\/(?![/\\])/.test(path) ? path : undefined;
  }

  /** Takes the session's cookie from the browser, and asks it to forget what it cached. */
  function forget(ctx: Context): void {
    ctx.cookies.set(sessionCookie, null, sessionCookieOptions(issuer));
    ctx.set('Clear-Site-Data', '"cache", "storage"');
  }

  return { read, require, returnPath, forget };
}
export type SignedInReader = ReturnType<typeof createSignedIn>;

/** In whole seconds, as oidc-provider counts `max_age`: were we stricter, it would send the person straight back, round and round. */
function isFresh(session: Session): boolean {
  const { loginTs } = session.payload;
  return typeof loginTs === 'number' && Math.floor(Date.now() / 1000) - loginTs <= freshSeconds;
}
