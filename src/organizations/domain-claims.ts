// Keeps what firms claim, looks for their TXT records, and lets exactly one firm have proved a domain. Who may ask is for administration/.
import type { Audit, AuditEventType, Origin } from '../audit/audit.ts';
import type { ResolveTxt, TxtAnswer } from '../platform/dns.ts';
import { isDomainError } from '../platform/errors.ts';
import { randomToken } from '../platform/ids.ts';
import type { Collection } from '../storage/port.ts';
import {
  challengeOf,
  claimId,
  type DomainClaim,
  type DomainFinding,
  findingIn,
  looked,
  lost,
  proved,
} from './domain-claim.ts';
import type { Organization } from './organization.ts';
import type { Organizations } from './organizations.ts';

export interface DomainClaimsDependencies {
  audit: Audit;
  claims: Collection<DomainClaim>;
  organizations: Pick<Organizations, 'get'>;
  resolveTxt: ResolveTxt;
}

type Firm = Pick<Organization, 'id' | 'domains'>;

/** Looked at again in one sweep. */
const batch = 20;
/** Nobody else looks while one does. */
const leaseMs = 300_000;

export function createDomainClaims({ audit, claims, organizations, resolveTxt }: DomainClaimsDependencies) {
  /** In the order in which the firm names its domains. A claim gets its record, and token, when it is first looked at. */
  async function of(firm: Firm): Promise<DomainClaim[]> {
    const stored = await claims.list({ where: { organization: firm.id }, limit: 1000 });
    return Promise.all(
      firm.domains.map((domain) => stored.find((claim) => claim.domain === domain) ?? begun(firm.id, domain)),
    );
  }

  /** @returns undefined where the firm does not claim it */
  async function one(firm: Firm, domain: string): Promise<DomainClaim | undefined> {
    if (!firm.domains.includes(domain)) return undefined;
    return (await claims.get(claimId(firm.id, domain))) ?? begun(firm.id, domain);
  }

  async function begun(organization: string, domain: string): Promise<DomainClaim> {
    const id = claimId(organization, domain);
    const claim = { id, organization, domain, token: randomToken(), claimedAt: Date.now() };
    try {
      await claims.insert(claim);
      return claim;
    } catch (error) {
      const first = isDomainError(error, 'duplicate') ? await claims.get(id) : undefined;
      if (!first) throw error;
      return first;
    }
  }

  /** The firm's domains that are proved, flagged ones among them. */
  async function verifiedOf({ id, domains }: Firm): Promise<string[]> {
    if (domains.length === 0) return [];
    const stored = await claims.list({ where: { organization: id }, limit: 1000 });
    return domains.filter((domain) => stored.some(({ verifiedDomain }) => verifiedDomain === domain));
  }

  /** @param domain ASCII, small letters   @returns the id of the firm that has proved it */
  async function holderOf(domain: string): Promise<string | undefined> {
    const claim = await claims.find('verifiedDomain', domain);
    const firm = claim && (await organizations.get(claim.organization));
    return firm?.domains.includes(domain) ? firm.id : undefined;
  }

  /** Asks DNS for the record, and notes what it says.
   *  @returns the claim as it is now; undefined where the firm does not claim the domain (any more) */
  async function check(firm: Firm, domain: string, origin: Origin): Promise<DomainClaim | undefined> {
    const claim = await one(firm, domain);
    if (!claim) return undefined;
    const answer = await resolveTxt(challengeOf(claim).name);
    const found = findingIn(answer, claim);
    if (found.finding === 'proved') return settle(claim, answer, origin);
    return change(claim.id, (old) => looked(old, found, Date.now()), origin);
  }

  /** The record is there: the firm's domain, unless another firm holds it. */
  async function settle(
    claim: DomainClaim,
    answer: TxtAnswer,
    origin: Origin,
    isSecondTry = false,
  ): Promise<DomainClaim | undefined> {
    try {
      return await change(claim.id, (old) => proved(old, Date.now()), origin);
    } catch (error) {
      if (!isDomainError(error, 'duplicate')) throw error;
    }
    if (!isSecondTry && (await isReleased(claim.domain, answer, origin))) return settle(claim, answer, origin, true);
    const finding: DomainFinding = 'held-by-another';
    return change(claim.id, (old) => looked(old, { finding }, Date.now()), origin);
  }

  /** Whoever held it holds it no longer: it is not theirs any more, or its record has been gone for long and is not there now either. */
  async function isReleased(domain: string, answer: TxtAnswer, origin: Origin): Promise<boolean> {
    const holder = await claims.find('verifiedDomain', domain);
    if (!holder) return true;
    const firm = await organizations.get(holder.organization);
    if (!firm?.domains.includes(domain)) return claims.delete(holder.id);
    if (findingIn(answer, holder).finding === 'proved') return false;
    const released = await claims.update(holder.id, (old) => (old.isFlagged ? lost(old) : undefined));
    if (!released) return false;
    // Whoever proved it acts for another firm, which this one is not told of.
    await note('organization.domain-lost', released, { requestId: origin.requestId });
    return true;
  }

  /** @throws DomainError 'duplicate' when another firm has proved the domain */
  async function change(
    id: string,
    next: (old: DomainClaim) => DomainClaim,
    origin: Origin,
  ): Promise<DomainClaim | undefined> {
    let before: DomainClaim | undefined;
    const updated = await claims.update(id, (old) => {
      before = old;
      return next(old);
    });
    const type = updated && before && eventBetween(before, updated);
    if (type) await note(type, updated, origin);
    return updated;
  }

  function note(type: AuditEventType, { organization, domain }: DomainClaim, origin: Origin): Promise<void> {
    const about = { subject: organization, organizations: [organization], detail: { domain } };
    return audit.record({ type, result: 'success', ...about }, origin);
  }

  /** The sweeper's part: whether the records of proved domains are still there. */
  async function sweep(): Promise<void> {
    const due = await claims.due(Date.now(), batch);
    await Promise.all(due.map(({ id }) => lookAgain(id)));
  }

  async function lookAgain(id: string): Promise<void> {
    const now = Date.now();
    const leased = await claims.update(id, (old) =>
      old.nextCheckAt !== undefined && old.nextCheckAt <= now ? { ...old, nextCheckAt: now + leaseMs } : undefined,
    );
    if (!leased) return;
    const firm = await organizations.get(leased.organization);
    if (firm?.domains.includes(leased.domain)) await check(firm, leased.domain, { actor: 'system' });
    else await claims.delete(id);
  }

  /** Proved domains whose record is gone for long. @param organization of all firms when left out */
  function flagged(organization?: string): Promise<DomainClaim[]> {
    return claims.list({ where: { isFlagged: true, ...(organization === undefined ? {} : { organization }) } });
  }

  return { of, one, verifiedOf, holderOf, check, sweep, flagged };
}
export type DomainClaims = ReturnType<typeof createDomainClaims>;

function eventBetween(before: DomainClaim, after: DomainClaim): AuditEventType | undefined {
  if (before.verifiedDomain === undefined && after.verifiedDomain !== undefined) return 'organization.domain-verified';
  if (!before.isFlagged && after.isFlagged) return 'organization.domain-flagged';
  if (before.isFlagged && !after.isFlagged) return 'organization.domain-restored';
  return undefined;
}
