// The one composition root: every service is built here, by name, and nowhere else.
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type Koa from 'koa';
import type { Account } from './accounts/account.ts';
import { createAccounts } from './accounts/accounts.ts';
import { createAudit } from './audit/audit.ts';
import { createClients } from './clients/clients.ts';
import type { Config } from './config.ts';
import { createHashQueue } from './credentials/hash-queue.ts';
import { createInvitations } from './credentials/invitations.ts';
import { createMfa } from './credentials/mfa.ts';
import { createPasswords } from './credentials/passwords.ts';
import { createRecoveryCodes } from './credentials/recovery-codes.ts';
import { createThrottle } from './credentials/throttle.ts';
import { createTotp } from './credentials/totp.ts';
import { createMessages } from './mail/messages.ts';
import { createOutbox } from './mail/outbox.ts';
import { effectivePolicy, type SignInPolicy } from './organizations/policy.ts';
import { cookieNames, ownClientId } from './oidc/configuration.ts';
import { createErrorReports } from './oidc/error-reports.ts';
import { createGrants } from './oidc/grants.ts';
import { createKeys } from './oidc/keys.ts';
import { createOidc } from './oidc/oidc.ts';
import { createLocales } from './platform/locales.ts';
import type { Log } from './platform/log.ts';
import { developmentKey } from './platform/master-key.ts';
import { createSecrets } from './platform/secrets.ts';
import { createTemplates } from './platform/templates.ts';
import { createArtifacts } from './sessions/artifacts.ts';
import { createSessions } from './sessions/sessions.ts';
import { createSignIn } from './sign-in/sign-in.ts';
import type { Collection, Storage, Stored } from './storage/port.ts';
import { createAccountRouter } from './web/account/router.ts';
import { createAssets } from './web/http/assets.ts';
import { createBrowser } from './web/http/browser.ts';
import { createClientAddress } from './web/http/client-address.ts';
import { createErrors } from './web/http/errors.ts';
import { createForms } from './web/http/form.ts';
import { createHealthRouter } from './web/http/health.ts';
import { createSignedIn } from './web/http/signed-in.ts';
import { createViews } from './web/http/views.ts';
import { createWellKnownRouter } from './web/http/well-known.ts';
import { createErrorReportRouter } from './web/interaction/error-report.ts';
import { createProviderPages } from './web/interaction/provider-pages.ts';
import { createInteractionRouter } from './web/interaction/router.ts';
import { createStartAgain } from './web/interaction/start-again.ts';
import { createStack } from './web/stack.ts';

const viewsFolder = join(dirname(fileURLToPath(import.meta.url)), '..', 'views');

/** STORAGE_URL decides which adapter is loaded; the other one is not even imported. */
export async function openStorage(url: string, log: Log): Promise<Storage> {
  if (url.startsWith('sqlite:')) {
    const { createSqliteStorage } = await import('./storage/sqlite.ts');
    return createSqliteStorage({ path: url.slice('sqlite:'.length), log });
  }
  const { createMongoStorage } = await import('./storage/mongo.ts');
  return createMongoStorage({ url, log });
}

/** Everything below the web: what the server and the command line share. The storage is open when this resolves. */
export async function createServices(config: Config, log: Log) {
  const secrets = createSecrets(masterKeys(config));
  const { storage, expiring } = remembering(await openStorage(config.storageUrl, log));
  const templates = createTemplates(viewsFolder);
  const locales = createLocales(join(viewsFolder, 'locales'), { lenient: config.isProduction });

  const audit = createAudit({ storage, log });
  const outbox = createOutbox({ storage, secrets });
  const messages = createMessages({ templates, locales, productName: config.productName });
  const clients = createClients({ storage, secrets, audit });
  const accounts = createAccounts({ storage });
  const sessions = createSessions({ storage, secrets, epochOf: epochReader(accounts.get) });
  const artifacts = createArtifacts({ storage });
  const passwords = createPasswords({ accounts, queue: createHashQueue() });
  const totp = createTotp({ accounts, secrets, issuerName: config.productName });
  const recoveryCodes = createRecoveryCodes({ accounts, secrets });
  const mfa = createMfa({ accounts, totp, recoveryCodes });
  const throttle = createThrottle({ storage });
  const invitations = createInvitations({ accounts, passwords, messages, outbox, audit, signInUrl: `${config.issuer}/profile` });
  const keys = createKeys({ storage, secrets, audit });
  const grants = createGrants({ storage, sessions });
  const errorReports = createErrorReports({ storage, log, issuer: config.issuer });
  const policyOf = policyResolver(config);
  const signIn = createSignIn({ storage, secrets, accounts, passwords, totp, recoveryCodes, throttle, audit, policyOf });

  await storage.open();
  return { config, log, secrets, storage, expiring, templates, locales, audit, outbox, messages, clients, accounts, sessions, artifacts, passwords, totp, recoveryCodes, mfa, throttle, invitations, keys, grants, errorReports, policyOf, signIn };
}
export type Services = Awaited<ReturnType<typeof createServices>>;

/** The whole server as a Koa application: no port is opened. */
export async function createApp(services: Services, options: { isStopping?: () => boolean } = {}) {
  const { config, log, secrets, storage, accounts, audit, artifacts, clients, errorReports, grants, keys, sessions, signIn } = services;
  const { issuer, isProduction, productName } = config;
  const assets = createAssets(join(viewsFolder, 'assets'));
  const views = createViews({ templates: services.templates, locales: services.locales, assets, productName });
  const errors = createErrors({ views, log });
  const browser = createBrowser({ issuer, secrets });
  const readForm = createForms({ issuer, browser });
  const startAgain = createStartAgain({ attempts: signIn.attempts, browser, clients, issuer });
  const pages = createProviderPages({ views, errors, isProduction, startAgain });
  const sessionAbsoluteSeconds = config.sessionAbsolute;
  const oidc = await createOidc({ issuer, sessionAbsoluteSeconds, artifacts, clients, errorReports, grants, keys, sessions, audit, secrets, log, findAccount: activeAccount(accounts.get), pages });
  const signedIn = createSignedIn({ issuer, sessionCookie: cookieNames(issuer).session, clientId: ownClientId, sessions, accounts, secrets, browser });
  const web = { ...services, assets, browser, errors, oidc, productName, readForm, signedIn, startAgain, views, ownClientId, sessionDays: Math.ceil(sessionAbsoluteSeconds / 86_400) };

  const isStopping = options.isStopping ?? (() => false);
  const routers = [createHealthRouter({ storage, isStopping }), createWellKnownRouter({ issuer, securityContact: config.securityContact }), createInteractionRouter(web), createErrorReportRouter(web), createAccountRouter(web)];
  const clientAddress = createClientAddress(config.trustedProxies);
  const stack = (more: typeof routers = []): Koa => createStack({ issuer, oidc, log, assets, clientAddress, errors, routers: [...routers, ...more] });
  return { stack, oidc, views, assets };
}
export type App = Awaited<ReturnType<typeof createApp>>;

/** Notes which collections hold records that expire, for the sweeper. */
function remembering(storage: Storage): { storage: Storage; expiring: Pick<Collection<Stored>, 'due' | 'delete'>[] } {
  const expiring: Pick<Collection<Stored>, 'due' | 'delete'>[] = [];
  const collection: Storage['collection'] = (spec) => {
    const made = storage.collection(spec);
    if (spec.expiresAt && !spec.keepExpired) expiring.push(made);
    return made;
  };
  return { storage: { ...storage, collection }, expiring };
}

function masterKeys({ secretKeys, storageUrl }: Config): Buffer[] {
  const file = storageUrl.startsWith('sqlite:') && !storageUrl.includes(':memory:') ? `${storageUrl.slice('sqlite:'.length)}.key` : 'data/gatehouse.key';
  const keys = secretKeys.length > 0 ? secretKeys : [developmentKey(file)];
  return keys.map((key) => createHash('sha256').update(key).digest());
}

function policyResolver({ passwordMinLength, sessionIdle, sessionAbsolute }: Config): (account: Account | undefined) => SignInPolicy {
  return () => effectivePolicy([{ passwordMinLength, idleSeconds: sessionIdle, absoluteSeconds: sessionAbsolute }]);
}

/** A suspended account is nobody to the protocol, whatever tokens are still about. */
function activeAccount(get: (id: string) => Promise<Account | undefined>) {
  return async (id: string): Promise<Account | undefined> => {
    const account = await get(id);
    return account?.status === 'suspended' ? undefined : account;
  };
}

function epochReader(get: (id: string) => Promise<Account | undefined>) {
  const active = activeAccount(get);
  return async (id: string): Promise<number | undefined> => (await active(id))?.sessionEpoch;
}
