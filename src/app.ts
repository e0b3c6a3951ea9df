// The composition root of the web: what a request passes is built here, by name, and nowhere else.
import { join } from 'node:path';
import { createAccountDeletion } from './accounts/account-deletion.ts';
import { holdingsOf } from './accounts/holdings.ts';
import { organizationIds } from './accounts/membership.ts';
import { createNotMe } from './accounts/not-me.ts';
import { createPersonalData } from './accounts/personal-data.ts';
import { createAdministration } from './administration/administration.ts';
import { ownClientId } from './clients/client.ts';
import { ownerRole } from './credentials/owner-recovery.ts';
import { viewsFolder } from './ground.ts';
import { cookieNames } from './oidc/configuration.ts';
import { createOidc } from './oidc/oidc.ts';
import { longestSessionSeconds } from './organizations/policy.ts';
import type { Services } from './services.ts';
import { longestRememberedSeconds } from './sign-in/remembered-devices.ts';
import { createAccountRouter } from './web/account/router.ts';
import { createAdminRouter } from './web/admin/router.ts';
import { createApiRouter } from './web/api/router.ts';
import { createAssets } from './web/http/assets.ts';
import { createBrandFiles } from './web/http/brand-files.ts';
import { createBrowser } from './web/http/browser.ts';
import { createClientAddress } from './web/http/client-address.ts';
import { createErrors } from './web/http/errors.ts';
import { createForms } from './web/http/form.ts';
import { securityHeaders } from './web/http/headers.ts';
import { createHealthRouter } from './web/http/health.ts';
import { createLinkTokens } from './web/http/link-token.ts';
import { identify, trustIssuerOnly } from './web/http/request.ts';
import { createShortCookie } from './web/http/short-cookie.ts';
import { createSignOutReports } from './web/http/sign-out-reports.ts';
import { createSignedIn } from './web/http/signed-in.ts';
import { createViews } from './web/http/views.ts';
import { createWellKnownRouter } from './web/http/well-known.ts';
import { createErrorReportRouter } from './web/interaction/error-report.ts';
import { createFederationCallbackRouter } from './web/interaction/federation-callback.ts';
import { createForgottenPasswordRouter } from './web/interaction/forgotten-password.ts';
import { createInvitationRouter } from './web/interaction/invitation.ts';
import { createLanguageRouter } from './web/interaction/language.ts';
import { createProviderPages } from './web/interaction/provider-pages.ts';
import { createResetPasswordRouter } from './web/interaction/reset-password.ts';
import { createInteractionRouter } from './web/interaction/router.ts';
import { createStartAgain } from './web/interaction/start-again.ts';
import { createStack } from './web/stack.ts';

/** The whole server as a request listener: no port is opened. */
export async function createApp(services: Services, options: { isStopping?: () => boolean } = {}) {
  const {
    config,
    log,
    secrets,
    storage,
    accounts,
    audit,
    artifacts,
    clients,
    errorReports,
    grants,
    keys,
    sessions,
    signIn,
  } = services;
  const { issuer, isProduction, productName } = config;
  const assets = createAssets(join(viewsFolder, 'assets'));
  const views = createViews({
    templates: services.templates,
    locales: services.locales,
    assets,
    productName,
    privacyUrl: config.privacyUrl,
    supportUrl: config.supportUrl,
  });
  const errors = createErrors({ views, log });
  const browser = createBrowser({ issuer, secrets });
  const readForm = createForms({ issuer, browser });
  const startAgain = createStartAgain({ attempts: signIn.attempts, browser, clients, issuer });
  const signOutReports = createSignOutReports({ secrets, clients });
  const pages = createProviderPages({ views, errors, signOutReports, isProduction, startAgain });
  const before = [
    identify(createClientAddress(config.trustedProxies), log),
    trustIssuerOnly(issuer),
    securityHeaders(issuer),
    errors.middleware,
  ];
  // A firm may choose so much where the operator states nothing; each session carries its own limit.
  const sessionAbsoluteSeconds = config.sessionAbsolute ?? longestSessionSeconds;
  const oidc = await createOidc({
    issuer,
    sessionAbsoluteSeconds,
    uiLocales: services.locales.available,
    accounts,
    artifacts,
    clients,
    deliveries: services.logoutDeliveries,
    errorReports,
    grants,
    keys,
    sessions,
    audit,
    secrets,
    log,
    findAccount: services.findAccount,
    barrierOf: services.barrierOf,
    limitsOfClient: services.limitsOfClient,
    pages,
    before,
  });
  const signedIn = createSignedIn({
    issuer,
    sessionCookie: cookieNames(issuer).session,
    clientId: ownClientId,
    sessions,
    accounts,
    secrets,
    browser,
    barrierOf: services.barrierOf,
  });
  const holdings = holdingsOf({ ...services, consents: grants });
  const personalData = createPersonalData({ audit, holdings });
  const accountDeletion = createAccountDeletion({
    ...services,
    holdings,
    ownerRole,
    endSessions: (accountId, origin) => oidc.endAll(accountId, { reason: 'account-deleted' }, origin),
  });
  const notMe = createNotMe({
    ...services,
    administratorsOf: async (account) => {
      const firms = await Promise.all(organizationIds(account).map((id) => accounts.withRoleIn(id, 'admin')));
      const all = [...(await accounts.withRole(ownerRole)), ...firms.flat()];
      return [...new Map(all.map((one) => [one.id, one])).values()];
    },
    endEverything: async (accountId, origin) => {
      await oidc.endAll(accountId, { reason: 'credentials-changed' }, origin);
      await artifacts.revokeGrantsOf({ accountId });
    },
    forgetBrowsers: services.knownBrowsers.forget,
    mailResetLink: services.passwordReset.mailLink,
  });
  const administration = createAdministration({
    ...services,
    accountDeletion,
    endSessions: (accountId, reason, origin) => oidc.endAll(accountId, { reason }, origin),
    followKeys: oidc.followKeys,
    forgetClient: (clientId) => Promise.all([artifacts.revokeClient(clientId), grants.forgetClient(clientId)]),
  });
  const web = {
    ...services,
    administration,
    accountDeletion,
    personalData,
    notMe,
    deviceCookie: createShortCookie('device', { issuer, seconds: longestRememberedSeconds }),
    announcement: createShortCookie('announcement', { issuer, seconds: 300 }),
    resetDone: createShortCookie('reset-done', { issuer, seconds: 3600 }),
    linkTokens: createLinkTokens({ issuer, resetSeconds: config.passwordResetLifetime }),
    assets,
    browser,
    errors,
    issuer,
    oidc,
    productName,
    readForm,
    signedIn,
    signOutReports,
    startAgain,
    views,
    ownClientId,
  };

  const isStopping = options.isStopping ?? (() => false);
  const routers = [
    createHealthRouter({ storage, isStopping }),
    createBrandFiles({ logos: services.logos }),
    createWellKnownRouter({ issuer, securityContact: config.securityContact }),
    createInteractionRouter(web),
    createForgottenPasswordRouter(web),
    createResetPasswordRouter(web),
    createInvitationRouter(web),
    createFederationCallbackRouter(web),
    createErrorReportRouter(web),
    createLanguageRouter(web),
    createAccountRouter(web),
    createAdminRouter(web),
    createApiRouter({ ...web, apiTokens: oidc.apiTokens }),
  ];
  const stack = (more: typeof routers = []) =>
    createStack({ oidc, log, before, assets, routers: [...routers, ...more] });
  return { stack, accountDeletion, administration, oidc, views, assets };
}
export type App = Awaited<ReturnType<typeof createApp>>;
