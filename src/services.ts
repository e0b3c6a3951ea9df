// Everything below the web, built by name: what the server and the command line share.

import { createAccounts } from './accounts/accounts.ts';
import { activeAccount, epochReader } from './accounts/active-account.ts';
import { createProfiles } from './accounts/profiles.ts';
import { createSecurityNotices } from './accounts/security-notices.ts';
import { createStanding } from './accounts/standing.ts';
import { createAnsweredRequests } from './administration/answered-requests.ts';
import { createBatchStore } from './administration/batches.ts';
import { createAudit } from './audit/audit.ts';
import { createClients } from './clients/clients.ts';
import type { Config } from './config.ts';
import { createBreachedPasswords } from './credentials/breached-passwords.ts';
import { createDeferredWork } from './credentials/deferred-work.ts';
import { createEmailChange } from './credentials/email-change.ts';
import { createFactorServices } from './credentials/factor-services.ts';
import { createHashQueue } from './credentials/hash-queue.ts';
import { createInvitationServices } from './credentials/invitation-services.ts';
import { createMailLimits } from './credentials/mail-limits.ts';
import { createNewPasswords } from './credentials/new-passwords.ts';
import { createPasskeys } from './credentials/passkeys.ts';
import { createPasswordReset } from './credentials/password-reset.ts';
import { createPasswords } from './credentials/passwords.ts';
import { createThrottle } from './credentials/throttle.ts';
import { createFederation } from './federation/federation.ts';
import type { UpstreamFetch } from './federation/guarded-fetch.ts';
import { createGround, type openStorage } from './ground.ts';
import { createMail } from './mail/mail.ts';
import { createErrorReports } from './oidc/error-reports.ts';
import { createGrants } from './oidc/grants.ts';
import { createKeys } from './oidc/keys.ts';
import { oncePerRequest } from './oidc/request-memo.ts';
import { createFirmServices } from './organizations/firm-services.ts';
import { instanceRules } from './organizations/instance-rules.ts';
import { createTxtResolver, type ResolveTxt } from './platform/dns.ts';
import type { Log } from './platform/log.ts';
import { createArtifacts } from './sessions/artifacts.ts';
import { createLogoutDeliveries } from './sessions/logout-deliveries.ts';
import { createSessions } from './sessions/sessions.ts';
import { createKnownBrowsers } from './sign-in/known-browsers.ts';
import { createRememberedDevices } from './sign-in/remembered-devices.ts';
import { createSecondFactor } from './sign-in/second-factor.ts';
import { createSignIn } from './sign-in/sign-in.ts';

/** What a test puts in the place of the world outside. */
export interface Edges {
  storageAt?: typeof openStorage;
  resolveTxt?: ResolveTxt;
  fetch?: UpstreamFetch | undefined;
}

/** Everything below the web: what the server and the command line share. The storage is open when this resolves. */
export async function createServices(config: Config, log: Log, edges: Edges = {}) {
  const { storageAt, resolveTxt = createTxtResolver(), fetch } = edges;
  const ground = await createGround(config, log, storageAt);
  const { secrets, storage } = ground;
  const audit = createAudit({ storage, secrets, log, organizationsOf: (event) => standing.organizationsOf(event) });
  const mail = createMail(ground);
  const { messages, outbox } = mail;
  const firms = createFirmServices({ audit, instance: instanceRules(config), resolveTxt, storage });
  const { logos, organizations, policies } = firms;
  const clients = createClients({ storage, secrets, audit, logos });
  const accounts = createAccounts({ storage });
  const currentAccount = oncePerRequest(accounts.get);
  const findAccount = activeAccount(currentAccount);
  const standing = createStanding({
    getAccount: currentAccount,
    getClient: oncePerRequest(clients.get),
    organizations,
    policies,
  });
  const { policyOf, firmNamesOf, mailLookOf } = standing;
  const { issuer, productName } = config;
  const notMeUrl = `${issuer}/not-me`;
  const securityNotices = createSecurityNotices({ ...ground, accounts, audit, messages, outbox, mailLookOf, notMeUrl });
  const profiles = createProfiles({ accounts, securityNotices });
  const federation = createFederation({ ...ground, ...firms, accounts, audit, securityNotices, issuer, fetch });
  const knownBrowsers = createKnownBrowsers({ storage });
  const rememberedDevices = createRememberedDevices({ storage, audit });
  const sessions = createSessions({ storage, epochOf: epochReader(findAccount) });
  const logoutDeliveries = createLogoutDeliveries({ storage });
  const artifacts = createArtifacts({ storage });
  const passwords = createPasswords({
    accounts,
    queue: createHashQueue(),
    cost: { memoryMib: config.passwordHashMemory, passes: config.passwordHashPasses },
  });
  const breachedPasswords = createBreachedPasswords({ url: config.breachedPasswordsUrl, log });
  const newPasswords = createNewPasswords({ passwords, breachedPasswords, policyOf, firmNamesOf, productName });
  const factors = createFactorServices({ accounts, secrets, storage, issuerName: productName });
  const passkeys = createPasskeys({ ...ground, accounts, audit, securityNotices, issuer, productName });
  const throttle = createThrottle({ storage });
  const mailLimits = createMailLimits({ storage, secrets });
  const deferredWork = createDeferredWork({ storage, secrets, log });
  const emailChange = createEmailChange({
    accounts,
    audit,
    mailLimits,
    messages,
    outbox,
    securityNotices,
    confirmUrl: `${config.issuer}/profile/email/confirm`,
  });
  const secondFactor = createSecondFactor({ ...factors, accounts, securityNotices, throttle });
  const invitations = createInvitationServices({
    accounts,
    audit,
    clients,
    deferredWork,
    firmNamesOf,
    issuer: config.issuer,
    lifetimeSeconds: config.invitationLifetime,
    mailLimits,
    mailLookOf,
    messages,
    outbox,
    passwords,
    secrets,
    securityNotices,
    signInUrl: `${config.issuer}/profile`,
  });
  const passwordReset = createPasswordReset({
    secrets,
    deferredWork,
    invitationRequests: invitations.invitationRequests,
    accounts,
    passwords,
    newPasswords,
    mailLimits,
    mailLookOf,
    messages,
    outbox,
    securityNotices,
    audit,
    forgetBrowsers: knownBrowsers.forget,
    issuer: config.issuer,
    lifetimeSeconds: config.passwordResetLifetime,
  });
  const keys = createKeys({ storage, secrets, audit, settings: config });
  const grants = createGrants({ storage, sessions });
  const answeredRequests = createAnsweredRequests(ground);
  const errorReports = createErrorReports({ storage, log, issuer: config.issuer });
  const batches = createBatchStore({ storage });
  const signIn = createSignIn({
    ...federation,
    storage,
    secrets,
    accounts,
    passwords,
    breachedPasswords,
    ...factors,
    passkeys,
    secondFactor,
    throttle,
    audit,
    knownBrowsers,
    rememberedDevices,
    securityNotices,
    sessions,
    policyOf,
  });

  await storage.open();
  return {
    ...ground,
    audit,
    ...mail,
    clients,
    accounts,
    findAccount,
    profiles,
    securityNotices,
    knownBrowsers,
    rememberedDevices,
    sessions,
    logoutDeliveries,
    artifacts,
    passwords,
    newPasswords,
    ...factors,
    passkeys,
    secondFactor,
    throttle,
    mailLimits,
    emailChange,
    ...invitations,
    deferredWork,
    passwordReset,
    keys,
    grants,
    answeredRequests,
    errorReports,
    ...firms,
    ...federation,
    batches,
    ...standing,
    signIn,
  };
}
export type Services = Awaited<ReturnType<typeof createServices>>;
