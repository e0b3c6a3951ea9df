// My Profile: who I am, my password, my second factor, sign out. Every page here belongs to a signed-in person.
import Router from '@koa/router';
import type { Account } from '../../accounts/account.ts';
import type { AccountDeletion } from '../../accounts/account-deletion.ts';
import type { Accounts } from '../../accounts/accounts.ts';
import type { NotMe } from '../../accounts/not-me.ts';
import type { PersonalData } from '../../accounts/personal-data.ts';
import type { Profiles } from '../../accounts/profiles.ts';
import type { SecurityNotices } from '../../accounts/security-notices.ts';
import type { Audit } from '../../audit/audit.ts';
import type { Clients } from '../../clients/clients.ts';
import type { EmailChange } from '../../credentials/email-change.ts';
import type { Mfa } from '../../credentials/mfa.ts';
import type { NewPasswords } from '../../credentials/new-passwords.ts';
import type { Passkeys } from '../../credentials/passkeys.ts';
import type { Passwords } from '../../credentials/passwords.ts';
import type { Throttle } from '../../credentials/throttle.ts';
import type { Totp } from '../../credentials/totp.ts';
import type { TotpEnrollments } from '../../credentials/totp-enrollments.ts';
import type { Connections } from '../../federation/connections.ts';
import type { Identities } from '../../federation/identities.ts';
import type { RoundTrips } from '../../federation/round-trips.ts';
import type { Oidc } from '../../oidc/oidc.ts';
import type { SignInPolicy } from '../../organizations/policy.ts';
import type { Locales } from '../../platform/locales.ts';
import type { Sessions } from '../../sessions/sessions.ts';
import type { RememberedDevices } from '../../sign-in/remembered-devices.ts';
import type { SecondFactor } from '../../sign-in/second-factor.ts';
import type { Browser } from '../http/browser.ts';
import type { ReadForm } from '../http/form.ts';
import type { LinkTokens } from '../http/link-token.ts';
import type { SignOutReports } from '../http/sign-out-reports.ts';
import type { SignedInReader } from '../http/signed-in.ts';
import type { Views } from '../http/views.ts';
import { activityRoutes } from './activity.ts';
import { applicationsRoutes } from './applications.ts';
import { dataRoutes } from './data.ts';
import { deleteRoutes } from './delete.ts';
import { emailRoutes } from './email.ts';
import { emailConfirmRoutes } from './email-confirm.ts';
import { identitiesRoutes } from './identities.ts';
import { languageRoutes } from './language.ts';
import { mfaActivateRoutes } from './mfa-activate.ts';
import { mfaDeactivateRoutes } from './mfa-deactivate.ts';
import { nameRoutes } from './name.ts';
import { notMeRoutes } from './not-me.ts';
import { passkeysRoutes } from './passkeys.ts';
import { passwordRoutes } from './password.ts';
import { profileRoutes } from './profile.ts';
import { recoveryCodesRoutes } from './recovery-codes.ts';
import { sessionsRoutes } from './sessions.ts';
import { signOutRoutes } from './sign-out.ts';
import { stayRoutes } from './stay-signed-in.ts';

export interface AccountPagesDependencies {
  accountDeletion: AccountDeletion;
  accounts: Accounts;
  audit: Audit;
  browser: Browser;
  emailChange: EmailChange;
  clients: Clients;
  connections: Connections;
  identities: Identities;
  roundTrips: RoundTrips;
  enrollments: TotpEnrollments;
  linkTokens: LinkTokens;
  locales: Locales;
  mfa: Mfa;
  notMe: NotMe;
  oidc: Oidc;
  newPasswords: NewPasswords;
  passkeys: Passkeys;
  personalData: PersonalData;
  passwords: Passwords;
  productName: string;
  profiles: Profiles;
  readForm: ReadForm;
  rememberedDevices: RememberedDevices;
  secondFactor: SecondFactor;
  securityNotices: SecurityNotices;
  sessions: Sessions;
  signedIn: SignedInReader;
  signOutReports: SignOutReports;
  throttle: Throttle;
  totp: Totp;
  views: Views;
  policyOf(account: Account | undefined): Promise<SignInPolicy>;
  /** Names of the firms the person belongs to. */
  firmNamesOf(account: Account): Promise<string[]>;
}

/** A section is one line. */
const sections = [
  profileRoutes,
  nameRoutes,
  emailRoutes,
  emailConfirmRoutes,
  languageRoutes,
  passwordRoutes,
  mfaActivateRoutes,
  mfaDeactivateRoutes,
  recoveryCodesRoutes,
  passkeysRoutes,
  identitiesRoutes,
  sessionsRoutes,
  applicationsRoutes,
  activityRoutes,
  notMeRoutes,
  stayRoutes,
  dataRoutes,
  deleteRoutes,
  signOutRoutes,
];

export function createAccountRouter(dependencies: AccountPagesDependencies): Router {
  const router = new Router();
  for (const routes of sections) routes(router, dependencies);
  return router;
}
