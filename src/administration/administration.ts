// All that administrators do, built by name: the console, the API and the command line stand on this alone.
import { createAttention } from './attention.ts';
import { createAuditLog } from './audit-log.ts';
import { type BrandsDependencies, createBrands } from './brands.ts';
import { type ClientAppsDependencies, createClientApps } from './client-apps.ts';
import { createClientPolicyAdministration } from './client-policies.ts';
import { createDomains, type DomainsDependencies } from './domains.ts';
import { createFirms, type FirmsDependencies } from './firms.ts';
import { createHealth, type HealthDependencies } from './health.ts';
import { createLastOwner } from './last-owner.ts';
import { createMailDesk, type MailDeskDependencies } from './mail-desk.ts';
import { createMassInvitations, type MassInvitationsDependencies } from './mass-invitations.ts';
import { createPeople, type PeopleDependencies } from './people.ts';
import { createPeopleActs, type PeopleActsDependencies } from './people-acts.ts';
import { createPeopleEmail, type PeopleEmailDependencies } from './people-email.ts';
import { createPolicyAdministration, type PoliciesDependencies } from './policies.ts';
import { createSigningKeys, type SigningKeysDependencies } from './signing-keys.ts';
import { createSimulator, type SimulatorDependencies } from './simulator.ts';
import { createTallies } from './tallies.ts';
import { createTracker } from './tracker.ts';
import { createUpstreamConnections, type UpstreamConnectionsDependencies } from './upstream-connections.ts';

type Own = 'attention' | 'clientApps' | 'firms' | 'lastOwner' | 'people' | 'signingKeys' | 'tracker';
export type AdministrationDependencies = FirmsDependencies &
  Omit<DomainsDependencies, Own> &
  Omit<BrandsDependencies, Own> &
  Omit<PeopleDependencies, Own> &
  Omit<PeopleActsDependencies, Own> &
  Omit<PeopleEmailDependencies, Own> &
  Omit<MassInvitationsDependencies, Own> &
  Omit<PoliciesDependencies, Own> &
  Omit<SimulatorDependencies, Own> &
  Omit<HealthDependencies, Own> &
  ClientAppsDependencies &
  MailDeskDependencies &
  SigningKeysDependencies &
  UpstreamConnectionsDependencies;

export function createAdministration(dependencies: AdministrationDependencies) {
  const lastOwner = createLastOwner(dependencies);
  const people = createPeople({ ...dependencies, lastOwner });
  const firms = createFirms(dependencies);
  const clientApps = createClientApps(dependencies);
  const attention = createAttention(dependencies);
  const signingKeys = createSigningKeys(dependencies);
  const tracker = createTracker(dependencies);
  return {
    people,
    peopleActs: createPeopleActs({ ...dependencies, people, lastOwner }),
    changeEmail: createPeopleEmail({ ...dependencies, people }),
    massInvitations: createMassInvitations({ ...dependencies, people }),
    tracker,
    firms,
    domains: createDomains({ ...dependencies, firms }),
    policies: createPolicyAdministration({ ...dependencies, firms }),
    simulator: createSimulator({ ...dependencies, people }),
    clientApps,
    clientPolicies: createClientPolicyAdministration({ ...dependencies, clientApps }),
    brands: createBrands({ ...dependencies, clientApps, firms }),
    connections: createUpstreamConnections(dependencies),
    auditLog: createAuditLog(dependencies),
    attention,
    health: createHealth({ ...dependencies, attention, signingKeys, tracker }),
    mailDesk: createMailDesk(dependencies),
    signingKeys,
    tallies: createTallies(dependencies),
  };
}
export type Administration = ReturnType<typeof createAdministration>;
