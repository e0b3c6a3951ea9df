// A firm's domains as its administrators claim, prove and give them up.
import type { DomainClaim } from '../organizations/domain-claim.ts';
import type { DomainClaims } from '../organizations/domain-claims.ts';
import { mostDomains, type Organization } from '../organizations/organization.ts';
import type { Organizations } from '../organizations/organizations.ts';
import { DomainError } from '../platform/errors.ts';
import { type Administrator, demand, organizationAskedFor } from './administrator.ts';
import type { Firms } from './firms.ts';

export interface DomainsDependencies {
  domainClaims: DomainClaims;
  firms: Firms;
  organizations: Organizations;
}

export function createDomains({ domainClaims, firms, organizations }: DomainsDependencies) {
  /** @throws DomainError 'not_found' when there is no such firm that may be seen */
  async function list(who: Administrator, id: string): Promise<DomainClaim[]> {
    return domainClaims.of(await firms.get(who, id));
  }

  /** @throws DomainError 'not_found' */
  async function get(who: Administrator, id: string, domain: string): Promise<DomainClaim> {
    return there(await domainClaims.one(await firms.get(who, id), domain), domain);
  }

  /** Claims a domain. Nothing comes of it before it is proved.
   *  @param domain as domainName gives it
   *  @throws DomainError 'duplicate' when the firm claims it already; 'conflict' where it has too many */
  async function add(who: Administrator, id: string, domain: string): Promise<DomainClaim> {
    const { domains } = await writable(who, id);
    if (domains.includes(domain)) throw new DomainError('duplicate', `${id} claims ${domain} already`);
    if (domains.length >= mostDomains) throw new DomainError('conflict', `there can be ${mostDomains} domains at most`);
    const firm = await organizations.update(
      id,
      (old) => ({
        name: old.name,
        domains: old.domains.length < mostDomains ? [...old.domains, domain] : old.domains,
      }),
      who.origin,
    );
    return there(firm && (await domainClaims.one(firm, domain)), domain);
  }

  /** Asks DNS now. @returns what was found, also where that is no proof   @throws DomainError 'not_found' */
  async function check(who: Administrator, id: string, domain: string): Promise<DomainClaim> {
    return there(await domainClaims.check(await writable(who, id), domain, who.origin), domain);
  }

  /** Its proof goes with it. @throws DomainError 'not_found' */
  async function remove(who: Administrator, id: string, domain: string): Promise<void> {
    const firm = await writable(who, id);
    if (!firm.domains.includes(domain)) throw notClaimed(domain);
    await organizations.update(
      id,
      (old) => ({ name: old.name, domains: old.domains.filter((one) => one !== domain) }),
      who.origin,
    );
  }

  /** Those of firms that are proved. */
  function verifiedOf(firm: Organization): Promise<string[]> {
    return domainClaims.verifiedOf(firm);
  }

  /** Proved domains whose record is gone for long. @throws DomainError 'not_permitted' */
  async function flagged(who: Administrator, named?: string): Promise<DomainClaim[]> {
    return domainClaims.flagged(organizationAskedFor(who, 'organizations:read', named));
  }

  async function writable(who: Administrator, id: string): Promise<Organization> {
    const firm = await firms.get(who, id);
    demand(who, 'organizations:write', id);
    return firm;
  }

  return { list, get, add, check, remove, verifiedOf, flagged };
}
export type Domains = ReturnType<typeof createDomains>;

function there(claim: DomainClaim | undefined, domain: string): DomainClaim {
  if (!claim) throw notClaimed(domain);
  return claim;
}

function notClaimed(domain: string): DomainError {
  return new DomainError('not_found', `${domain} is not claimed`);
}
