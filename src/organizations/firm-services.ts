// Firms and all that is theirs, built together.
import type { Audit } from '../audit/audit.ts';
import type { ResolveTxt } from '../platform/dns.ts';
import type { Storage } from '../storage/port.ts';
import { domainClaimsSpec } from './domain-claim.ts';
import { createDomainClaims } from './domain-claims.ts';
import { createLogos } from './logos.ts';
import { createOrganizations } from './organizations.ts';
import { createPolicies } from './policies.ts';
import type { StatedRules } from './policy.ts';

export interface FirmServicesDependencies {
  audit: Audit;
  /** What the operator's settings state. */
  instance: StatedRules;
  resolveTxt: ResolveTxt;
  storage: Storage;
}

export function createFirmServices({ audit, instance, resolveTxt, storage }: FirmServicesDependencies) {
  const claims = storage.collection(domainClaimsSpec);
  const logos = createLogos({ storage });
  const organizations = createOrganizations({ storage, audit, claims, logos });
  const domainClaims = createDomainClaims({ audit, claims, organizations, resolveTxt });
  const policies = createPolicies({ instance, organizations });
  return { logos, organizations, domainClaims, policies };
}
