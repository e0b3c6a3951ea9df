// Who is signed in with this browser: read from the provider's session. Our pages hold no session of their own; they sign in through
// our own client with `response_type=none`, which runs the whole road and leaves no code and no token.
import type { Context } from 'koa';
import { type Account, displayName, initials } from '../../accounts/account.ts';
import type { Accounts } from '../../accounts/accounts.ts';
import type { Barrier, OwnPageUse } from '../../accounts/barrier.ts';
import { administratorOf, isAdministrator } from '../../administration/administrator.ts';
import type { Origin } from '../../audit/audit.ts';
import { acr } from '../../oidc/acr.ts';
import { sessionCookieOptions } from '../../oidc/configuration.ts';
import { constantTimeEqual, type Secrets } from '../../platform/secrets.ts';
import type { EndReason, Session } from '../../sessions/session.ts';
import type { Sessions } from '../../sessions/sessions.ts';
import type { Browser } from './browser.ts';
import { type PageSession, timeLeft } from './page-session.ts';
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
  /** What stands before the account seeing more: a second factor to set up, an address that is not allowed. */
  barrierOf(account: Account, origin: Origin, use: OwnPageUse): Promise<Barrier | undefined>;
}

export function createSignedIn({
  issuer,
  sessionCookie,
  clientId,
  sessions,
  accounts,
  secrets,
  browser,
  barrierOf,
}: SignedInDependencies) {
  /** @returns undefined when nobody is signed in with this browser. Counts as activity. */
  async function read(ctx: Context): Promise<SignedIn | undefined> {
    const found = await find(ctx);
    if (!found) return undefined;
    const session = await sessions.touch(found.session, Date.now());
    return signedInAs(ctx, { ...found, session });
  }

  /** As `read`, and counts as no activity. */
  async function peek(ctx: Context): Promise<SignedIn | undefined> {
    const found = await find(ctx);
    return found && signedInAs(ctx, found);
  }

  async function find(ctx: Context): Promise<Pick<SignedIn, 'session' | 'account'> | undefined> {
    const id = ctx.cookies.get(sessionCookie, { signed: true });
    const session = id ? await sessions.findById(id, Date.now()) : undefined;
    const account = session?.accountId ? await accounts.get(session.accountId) : undefined;
    if (!session || !account) return undefined;
    ctx.state.accountLanguage = account.language;
    return { session, account };
  }

  function signedInAs(ctx: Context, { session, account }: Pick<SignedIn, 'session' | 'account'>): SignedIn {
    const csrfContext = `session ${session.id}`;
    const user = {
      name: displayName(account),
      initials: initials(account),
      email: account.email,
      signOutCsrf: browser.csrfToken(ctx, csrfContext),
      isAdministrator: isAdministrator(administratorOf(account, ctx.state.origin)),
    };
    const path = ctx.method === 'GET' ? ctx.url : ctx.path;
    return {
      session,
      account,
      csrfContext,
      origin: { ...ctx.state.origin, actor: account.id },
      model: { user, pageSession: { ...pageSession(ctx, { session, account }), endsAt: session.endsAt, path } },
    };
  }

  /** What a page of this session is told about it. */
  function pageSession(ctx: Context, { session, account }: Pick<SignedIn, 'session' | 'account'>): PageSession {
    return {
      session: secrets.hmac('page', `session ${session.id}`),
      account: secrets.hmac('page', `account ${account.id}`),
      csrf: browser.csrfToken(ctx, `session ${session.id}`),
      ...timeLeft(session, Date.now()),
    };
  }

  /** Why the session that this browser still names is over, where that is worth telling. */
  async function endReason(ctx: Context): Promise<EndReason | undefined> {
    const id = ctx.cookies.get(sessionCookie, { signed: true });
    return id ? sessions.endReasonOf(id, Date.now()) : undefined;
  }

  /** Sends the browser to sign in where need be (and to set up a second factor where one is demanded), and back.
   *  @param options.isFresh whether, or for whom, the sign-in must be a recent one
   *  @returns undefined when the answer is that redirect */
  async function require(
    ctx: Context,
    options: { isFresh?: boolean | ((account: Account) => boolean) } = {},
  ): Promise<SignedIn | undefined> {
    const signedIn = await read(ctx);
    const { isFresh: wanted = false } = options;
    const mustBeFresh = typeof wanted === 'boolean' ? wanted : signedIn !== undefined && wanted(signedIn.account);
    const isStale = mustBeFresh && signedIn !== undefined && isBeforeWrongCodes(signedIn);
    const barrier = signedIn && (await barrierOf(signedIn.account, ctx.state.origin, signedIn.session));
    const isSpared = mustBeFresh && signedIn?.session.isCodeSpared === true;
    const isGood = signedIn && !barrier && !isStale && !isSpared;
    if (isGood && (!mustBeFresh || isFresh(signedIn.session))) return signedIn;
    ctx.status = 303;
    const path = ctx.method === 'GET' ? ctx.url : ctx.path;
    const more = {
      ...(mustBeFresh ? { max_age: String(freshSeconds) } : {}),
      // On a remembered device no code was asked: what is dangerous asks for it.
      ...(isSpared ? { acr_values: acr.twoFactors } : {}),
    };
    // Who is signed in already need not type the address again.
    const hint = signedIn ? { login_hint: signedIn.account.email } : {};
    ctx.redirect(signInUrl(ctx, path, { ...(isStale ? { prompt: 'login' } : more), ...hint }));
    return undefined;
  }

  /** Asks for the password again, whoever is signed in, and leads back to `path` where that is one of ours. */
  function signInAgain(ctx: Context, path: string): void {
    ctx.redirect(signInUrl(ctx, isOwnPath(path) ? path : '/profile', { prompt: 'login' }));
    ctx.status = 303;
  }

  /** Where a sign-in begins that leads back to an own path.
   *  @param more parameters of the authorization request, such as `login_hint` */
  function signInUrl(ctx: Context, path: string, more: Record<string, string>): string {
    const url = new URL('/auth', issuer);
    url.search = new URLSearchParams({
      client_id: clientId,
      response_type: 'none',
      scope: 'openid',
      redirect_uri: `${issuer}/profile`,
      state: stateFor(ctx, path),
      ...more,
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
    return isOurs && isOwnPath(path) ? path : undefined;
  }

  /** Takes the session's cookie from the browser, and asks it to forget what it cached. */
  function forget(ctx: Context): void {
    ctx.cookies.set(sessionCookie, null, sessionCookieOptions(issuer));
    ctx.set('Clear-Site-Data', '"cache", "storage"');
  }

  return { read, peek, require, signInUrl, signInAgain, pageSession, endReason, returnPath, forget };
}
export type SignedInReader = ReturnType<typeof createSignedIn>;

/** A path of this origin, and never `//host`, which a browser reads as another one. */
function isOwnPath(path: string): boolean {
  return /^\/(?![/\\])[^\p{Cc}\\]*$/u.test(path);
}

/** After too many wrong codes a dangerous act asks for a sign-in later than they were, in whole seconds as the session counts. */
function isBeforeWrongCodes({ session, account }: SignedIn): boolean {
  const askAgainAt = account.wrongCodes?.askAgainAt;
  const { loginTs } = session.payload;
  return askAgainAt !== undefined && Number(loginTs) < Math.floor(askAgainAt / 1000);
}

/** In whole seconds, as oidc-provider counts `max_age`: were we stricter, it would send the person straight back, round and round. */
function isFresh(session: Session): boolean {
  const { loginTs } = session.payload;
  return typeof loginTs === 'number' && Math.floor(Date.now() / 1000) - loginTs <= freshSeconds;
}
