// The console of administrators. Every act goes through administration/, which asks for the right; pages only offer what is allowed.
import Router from '@koa/router';
import type { Accounts } from '../../accounts/accounts.ts';
import type { Administration } from '../../administration/administration.ts';
import type { Audit } from '../../audit/audit.ts';
import type { RoundTrips } from '../../federation/round-trips.ts';
import type { Secrets } from '../../platform/secrets.ts';
import type { Browser } from '../http/browser.ts';
import type { ReadForm } from '../http/form.ts';
import type { SignedInReader } from '../http/signed-in.ts';
import type { Views } from '../http/views.ts';
import { appActRoutes } from './app-acts.ts';
import { appChangeRoutes } from './app-change.ts';
import { appPolicyRoutes } from './app-policy.ts';
import { appRegisterRoutes } from './app-register.ts';
import { appSecretRoutes } from './app-secret.ts';
import { appsRoutes } from './apps.ts';
import { brandRoutes } from './brand.ts';
import { connectionActRoutes } from './connection-acts.ts';
import { connectionEditRoutes } from './connection-edit.ts';
import { connectionTestRoutes } from './connection-test.ts';
import { connectionsRoutes } from './connections.ts';
import { createDesk, type OpenDesk } from './desk.ts';
import { domainRoutes } from './domain.ts';
import { domainsRoutes } from './domains.ts';
import { healthRoutes } from './health.ts';
import { invitationsRoutes } from './invitations.ts';
import { inviteRoutes } from './invite.ts';
import { inviteManyRoutes } from './invite-many.ts';
import { keysRoutes } from './keys.ts';
import { logRoutes } from './log.ts';
import { mailRoutes } from './mail.ts';
import { organizationRoutes } from './organization.ts';
import { organizationsRoutes } from './organizations.ts';
import { overviewRoutes } from './overview.ts';
import { peopleRoutes } from './people.ts';
import { personRoutes } from './person.ts';
import { personActRoutes } from './person-act.ts';
import { personRolesRoutes } from './person-roles.ts';
import { policyRoutes } from './policy.ts';
import { simulatorRoutes } from './simulator.ts';

export interface AdminRouterDependencies {
  accounts: Accounts;
  administration: Administration;
  audit: Audit;
  browser: Browser;
  issuer: string;
  readForm: ReadForm;
  roundTrips: RoundTrips;
  secrets: Secrets;
  signedIn: SignedInReader;
  views: Views;
}

export interface AdminPagesDependencies extends AdminRouterDependencies {
  openDesk: OpenDesk;
}

/** A section is one line. */
const sections = [
  overviewRoutes,
  invitationsRoutes,
  inviteRoutes,
  inviteManyRoutes,
  organizationsRoutes,
  organizationRoutes,
  domainsRoutes,
  domainRoutes,
  brandRoutes,
  peopleRoutes,
  personRoutes,
  personActRoutes,
  personRolesRoutes,
  appsRoutes,
  appRegisterRoutes,
  appSecretRoutes,
  appChangeRoutes,
  appPolicyRoutes,
  appActRoutes,
  connectionsRoutes,
  connectionEditRoutes,
  connectionActRoutes,
  connectionTestRoutes,
  policyRoutes,
  logRoutes,
  healthRoutes,
  keysRoutes,
  mailRoutes,
  simulatorRoutes,
];

export function createAdminRouter(dependencies: AdminRouterDependencies): Router {
  const router = new Router();
  const openDesk = createDesk(dependencies);
  for (const routes of sections) routes(router, { ...dependencies, openDesk });
  return router;
}
