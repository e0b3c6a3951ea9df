// Everything below the web, built by name: what the server and the command line share. Nobody else imports a storage adapter.
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Account } from './accounts/account.ts';
import { createAccounts } from './accounts/accounts.ts';
import { createProfiles } from './accounts/profiles.ts';
import { createSecurityNotices } from './accounts/security-notices.ts';
import { createAudit } from './audit/audit.ts';
import { createClients } from './clients/clients.ts';
import type { Config } from './config.ts';
import { createHashQueue } from './credentials/hash-queue.ts';
import { createInvitations } from './credentials/invitations.ts';
import { createMailLimits } from './credentials/mail-limits.ts';
import { createMfa } from './credentials/mfa.ts';
import { createPasswords } from './credentials/passwords.ts';
import { createRecoveryCodes } from './credentials/recovery-codes.ts';
import { createShownRecoveryCodes } from './credentials/shown-recovery-codes.ts';
import { createThrottle } from './credentials/throttle.ts';
import { createTotp } from './credentials/totp.ts';
import { createMessages } from './mail/messages.ts';
import { createOutbox } from './mail/outbox.ts';
import { createErrorReports } from './oidc/error-reports.ts';
import { createGrants } from './oidc/grants.ts';
import { createKeys } from './oidc/keys.ts';
import { effectivePolicy, type SignInPolicy } from './organizations/policy.ts';
import { createLocales } from './platform/locales.ts';
import type { Log } from './platform/log.ts';
import { developmentKey } from './platform/master-key.ts';
import { createSecrets } from './platform/secrets.ts';
import { createTemplates } from './platform/templates.ts';
import { createArtifacts } from './sessions/artifacts.ts';
import { createSessions } from './sessions/sessions.ts';
import { createSignIn } from './sign-in/sign-in.ts';
import type { Collection, Storage, Stored } from './storage/port.ts';

export const viewsFolder = join(dirname(fileURLToPath(import.meta.url)), '..', 'views');

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
  const messages = createMessages({ templates, locales, productName: config.productName, issuer: config.issuer });
  const clients = createClients({ storage, secrets, audit });
  const accounts = createAccounts({ storage });
  const profiles = createProfiles({ accounts, audit });
  const securityNotices = createSecurityNotices({ messages, outbox });
  const sessions = createSessions({ storage, epochOf: epochReader(accounts.get) });
  const artifacts = createArtifacts({ storage });
  const passwords = createPasswords({ accounts, queue: createHashQueue() });
  const totp = createTotp({ accounts, secrets, issuerName: config.productName });
  const recoveryCodes = createRecoveryCodes({ accounts, secrets });
  const shownRecoveryCodes = createShownRecoveryCodes({ storage, secrets });
  const mfa = createMfa({ accounts, totp, recoveryCodes });
  const throttle = createThrottle({ storage });
  const mailLimits = createMailLimits({ storage, secrets });
  const invitations = createInvitations({
    accounts,
    passwords,
    messages,
    outbox,
    audit,
    signInUrl: `${config.issuer}/profile`,
  });
  const keys = createKeys({ storage, secrets, audit });
  const grants = createGrants({ storage, sessions });
  const errorReports = createErrorReports({ storage, log, issuer: config.issuer });
  const policyOf = policyResolver(config);
  const signIn = createSignIn({
    storage,
    secrets,
    accounts,
    passwords,
    totp,
    recoveryCodes,
    throttle,
    audit,
    policyOf,
  });

  await storage.open();
  return {
    config,
    log,
    secrets,
    storage,
    expiring,
    templates,
    locales,
    audit,
    outbox,
    messages,
    clients,
    accounts,
    profiles,
    securityNotices,
    sessions,
    artifacts,
    passwords,
    totp,
    recoveryCodes,
    shownRecoveryCodes,
    mfa,
    throttle,
    mailLimits,
    invitations,
    keys,
    grants,
    errorReports,
    policyOf,
    signIn,
  };
}
export type Services = Awaited<ReturnType<typeof createServices>>;

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
  const file =
    storageUrl.startsWith('sqlite:') && !storageUrl.includes(':memory:')
      ? `${storageUrl.slice('sqlite:'.length)}.key`
      : 'data/gatehouse.key';
  const keys = secretKeys.length > 0 ? secretKeys : [developmentKey(file)];
  return keys.map((key) => createHash('sha256').update(key).digest());
}

function policyResolver({
  passwordMinLength,
  sessionIdle,
  sessionAbsolute,
}: Config): (account: Account | undefined) => SignInPolicy {
  return () => effectivePolicy([{ passwordMinLength, idleSeconds: sessionIdle, absoluteSeconds: sessionAbsolute }]);
}

function epochReader(get: (id: string) => Promise<Account | undefined>) {
  const active = activeAccount(get);
  return async (id: string): Promise<number | undefined> => (await active(id))?.sessionEpoch;
}

/** A suspended account is nobody to the protocol, whatever tokens are still about. */
export function activeAccount(get: (id: string) => Promise<Account | undefined>) {
  return async (id: string): Promise<Account | undefined> => {
    const account = await get(id);
    return account?.status === 'suspended' ? undefined : account;
  };
}
