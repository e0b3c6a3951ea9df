// Builds the Provider, and is the one face of src/oidc towards the web: nobody else imports oidc-provider.
import { type KoaContextWithOIDC, Provider } from 'oidc-provider';
import { type Account, tokensStand } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { Barrier, SessionUse } from '../accounts/barrier.ts';
import type { Audit, Origin } from '../audit/audit.ts';
import type { Clients } from '../clients/clients.ts';
import type { Log } from '../platform/log.ts';
import { type Secrets, sha256 } from '../platform/secrets.ts';
import type { Artifacts } from '../sessions/artifacts.ts';
import type { LogoutDeliveries } from '../sessions/logout-deliveries.ts';
import type { Session } from '../sessions/session.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { type AdapterDependencies, createAdapter } from './adapter.ts';
import { createApiResource, createApiTokens } from './api-resource.ts';
import { createBackchannel, type SignOutReport } from './backchannel.ts';
import { createClientAccess } from './client-access.ts';
import { createClientUse } from './client-use.ts';
import { cookieNames, createConfiguration, type ProviderPages, sessionCookieOptions } from './configuration.ts';
import type { ErrorReports } from './error-reports.ts';
import type { Grants } from './grants.ts';
import { createInteractions } from './interactions.ts';
import type { KeySet, Keys } from './keys.ts';
import { applyOverrides } from './overrides.ts';
import { logProtocol } from './protocol-log.ts';
import { oncePerRequest } from './request-memo.ts';
import { createRunningProvider } from './running-provider.ts';
import { noteOpenings } from './session-adapter.ts';
import { createSessionEnd, type EndedSession } from './session-end.ts';
import { answerAfterWrites } from './token-writes.ts';

export interface OidcDependencies {
  issuer: string;
  sessionAbsoluteSeconds: number;
  uiLocales: readonly string[];
  accounts: Accounts;
  artifacts: Artifacts;
  clients: Clients;
  deliveries: LogoutDeliveries;
  errorReports: ErrorReports;
  grants: Grants;
  keys: Keys;
  sessions: Sessions;
  audit: Audit;
  secrets: Secrets;
  log: Log;
  findAccount(id: string): Promise<Account | undefined>;
  /** What stands before the account going anywhere: a second factor to set up, an address that is not allowed. */
  barrierOf(account: Account, origin: Origin, use?: SessionUse): Promise<Barrier | undefined>;
  limitsOfClient: AdapterDependencies['limitsOfClient'];
  pages: ProviderPages;
  /** What each request passes before the library sees it: the provider is a Koa application of its own. */
  before: readonly Parameters<Provider['use']>[0][];
}

const clearSiteData = '"cache", "storage"';
const nothingToTell: SignOutReport = { told: 0, waiting: [] };

export async function createOidc(dependencies: OidcDependencies) {
  const { issuer, artifacts, clients, keys, secrets, sessions, log } = dependencies;
  const backchannel = createBackchannel(dependencies);
  const sessionEnd = createSessionEnd({ ...dependencies, backchannel });
  const findClient = oncePerRequest(clients.get);
  const adapter = createAdapter({
    artifacts,
    sessions,
    findClient,
    limitsOfClient: dependencies.limitsOfClient,
    secrets,
    grantStands,
    onSignedOut,
  });
  const cookieKeys = secrets.keys('cookies');
  const pairwiseSalt = await keys.pairwiseSalt();
  const running = await createRunningProvider({ keys, build });

  function build(jwks: KeySet['jwks']): Provider {
    const provider = new Provider(
      issuer,
      createConfiguration({
        ...dependencies,
        adapter,
        cookieKeys,
        jwks,
        loadExistingGrant: dependencies.grants.forRequest,
        touchSession: (uid) => sessions.touchByUid(uid, Date.now()),
        pairwise: (accountId, sector) => sha256(`${pairwiseSalt} ${sector} ${accountId}`),
        resourceServer: createApiResource({ issuer, findClient }),
        signOutByHint,
      }),
    );
    // `Host` and forwarded headers were rewritten from ISSUER before the library sees them (web/stack.ts).
    provider.proxy = true;
    applyOverrides(provider, { artifacts, clients, findClient });
    backchannel.attach(provider);
    noteOpenings(provider);
    for (const middleware of dependencies.before) provider.use(middleware);
    provider.use(tellSignedOut);
    provider.use(answerAfterWrites);
    provider.use(createClientUse(dependencies));
    dependencies.errorReports.attach(provider);
    logProtocol(provider, log);
    return provider;
  }

  /** A reset of the password, or a suspension, ends every grant of the account in the one write that it is. */
  async function grantStands(accountId: string, epoch: number | undefined): Promise<boolean> {
    const account = await dependencies.findAccount(accountId);
    return account !== undefined && tokensStand(account, epoch);
  }

  /** After the library's own logout page ended a session. */
  async function onSignedOut(ctx: KoaContextWithOIDC, session: Session): Promise<void> {
    const ended = await sessionEnd.finishEnd(session, { ...ctx.state.origin, actor: session.accountId });
    const { postLogoutRedirectUri } = (ctx.oidc.session?.state ?? {}) as { postLogoutRedirectUri?: string };
    ctx.state.signOutReport = postLogoutRedirectUri ? nothingToTell : await ended.report;
  }

  /** What the library's own logout leaves out: the browser forgets what it kept, and our page tells how the apps answered. */
  async function tellSignedOut(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
    await next();
    const { signOutReport } = ctx.state;
    if (!signOutReport) return;
    ctx.set('Clear-Site-Data', clearSiteData);
    const isOwnPage = ctx.response.get('Location') === `${issuer}/session/end/success`;
    if (isOwnPage) ctx.redirect(dependencies.pages.signedOutUrl(signOutReport));
  }

  /** RP-initiated logout with an `id_token_hint` of this very session needs no question (RP-Initiated Logout 1.0, 2). */
  async function signOutByHint(ctx: KoaContextWithOIDC): Promise<boolean> {
    const { session, client, entities } = ctx.oidc;
    const hint = entities.IdTokenHint as { payload: { sub?: unknown; sid?: unknown } } | undefined;
    if (!session || !client || typeof hint?.payload.sid !== 'string') return false;
    if (hint.payload.sid !== session.sidFor(client.clientId)) return false;
    const { postLogoutRedirectUri, state } = (session.state ?? {}) as {
      postLogoutRedirectUri?: string;
      state?: string;
    };
    const origin = { ...ctx.state.origin, actor: session.accountId };
    const ended = await sessionEnd.endSession(session.uid, 'signed-out', origin);
    // The library must neither save the session again nor renew its cookie.
    (session as { destroyed?: boolean }).destroyed = true;
    // Who goes back to an app need not wait until the others have heard.
    const ownPage = postLogoutRedirectUri ? '' : dependencies.pages.signedOutUrl(await reportOf(ended));
    const target = new URL(postLogoutRedirectUri ?? ownPage, issuer);
    if (postLogoutRedirectUri && state !== undefined) target.searchParams.set('state', state);
    ctx.cookies.set(cookieNames(issuer).session, null, sessionCookieOptions(issuer));
    ctx.set('Clear-Site-Data', clearSiteData);
    ctx.redirect(target.href);
    ctx.status = 303;
    return true;
  }

  return {
    handle: running.handle,
    followKeys: running.follow,
    interactions: createInteractions(running.provider, sessions),
    endSession: sessionEnd.endSession,
    endAll: sessionEnd.endAll,
    ...createClientAccess({ ...dependencies, backchannel }),
    sweepSessions: sessionEnd.sweepSessions,
    tellDue: backchannel.tellDue,
    apiTokens: createApiTokens({ ...dependencies, provider: running.provider }),
    cookieKeys,
  };
}
export type Oidc = Awaited<ReturnType<typeof createOidc>>;

async function reportOf(ended: EndedSession | undefined): Promise<SignOutReport> {
  return (await ended?.report) ?? nothingToTell;
}
