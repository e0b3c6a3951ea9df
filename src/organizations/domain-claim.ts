// A firm's claim to a domain: the TXT record that would prove it, and what was found when it was looked for. Pure rules.
import { z } from 'zod';
import { type TxtAnswer, txtFailures } from '../platform/dns.ts';
import type { CollectionSpec } from '../storage/port.ts';
import { challengeLabel } from './domain-name.ts';

export const domainFindings = ['proved', 'other-record', 'held-by-another', ...txtFailures] as const;
/** `other-record`: TXT records, and none is this one; `held-by-another`: it is there, but another firm here has proved the domain. */
export type DomainFinding = (typeof domainFindings)[number];

export const domainClaimSchema = z.object({
  id: z.string(),
  organization: z.string(),
  domain: z.string(),
  /** What only this firm is told to publish. */
  token: z.string(),
  claimedAt: z.number(),
  /** The domain again, once it is proved: unique, so that of two firms one proves it. */
  verifiedDomain: z.string().optional(),
  verifiedAt: z.number().optional(),
  checkedAt: z.number().optional(),
  finding: z.enum(domainFindings).optional(),
  /** Other records that stood in its place. */
  seen: z.array(z.string()).optional(),
  /** Since when the record of a proved domain is gone; a resolver that fails says nothing about it. */
  missingSince: z.number().optional(),
  /** It has been gone so long that somebody should look. */
  isFlagged: z.literal(true).optional(),
  /** Of a proved domain, milliseconds UTC. */
  nextCheckAt: z.number().optional(),
});
export type DomainClaim = z.output<typeof domainClaimSchema>;

export const domainClaimsSpec: CollectionSpec<DomainClaim> = {
  name: 'domain-claims',
  schema: domainClaimSchema,
  unique: ['verifiedDomain'],
  index: ['organization', 'isFlagged'],
  // What runs out is the time until it is looked at again.
  expiresAt: 'nextCheckAt',
  keepExpired: true,
};

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const recheckMs = dayMs;
/** After a resolver that failed, and while the record is gone. */
const recheckSoonMs = 6 * hourMs;
/** A record that is gone so long flags its domain. The firm keeps it until another firm proves it: then it was sold or given up. */
export const flaggedAfterMs = 7 * dayMs;

const mostSeen = 3;
const longestSeen = 120;

export function claimId(organization: string, domain: string): string {
  return `${organization}/${domain}`;
}

export interface ChallengeRecord {
  type: 'TXT';
  name: string;
  value: string;
}

export function challengeOf({ domain, token }: Pick<DomainClaim, 'domain' | 'token'>): ChallengeRecord {
  return { type: 'TXT', name: `${challengeLabel}.${domain}`, value: `gatehouse-domain-verification=${token}` };
}

export type DomainState = 'claimed' | 'verified' | 'flagged';

export function stateOf({ verifiedDomain, isFlagged }: DomainClaim): DomainState {
  if (verifiedDomain === undefined) return 'claimed';
  return isFlagged ? 'flagged' : 'verified';
}

/** What the answer says about the claim. */
export function findingIn(answer: TxtAnswer, claim: DomainClaim): Pick<DomainClaim, 'finding' | 'seen'> {
  if ('failure' in answer) return { finding: answer.failure };
  const { value } = challengeOf(claim);
  // Some panels keep the quotation marks that were pasted with the value.
  const records = answer.records.map((record) => record.trim().replace(/^"(.*)"$/s, '$1'));
  if (records.includes(value)) return { finding: 'proved' };
  const seen = records.slice(0, mostSeen).map((record) => record.replace(/\p{Cc}/gu, ' ').slice(0, longestSeen));
  return { finding: 'other-record', seen };
}

/** What is known after a look. Nothing is proved by it: that takes `proved`. */
export function looked(claim: DomainClaim, { finding, seen }: Pick<DomainClaim, 'finding' | 'seen'>, now: number) {
  const { missingSince, isFlagged, seen: _before, nextCheckAt: _next, ...kept } = claim;
  const next: DomainClaim = { ...kept, checkedAt: now, ...(finding ? { finding } : {}), ...(seen ? { seen } : {}) };
  if (kept.verifiedDomain === undefined) return next;
  if (finding === 'proved') return { ...next, nextCheckAt: now + recheckMs };
  const isSilent = finding === 'server-failure' || finding === 'no-answer';
  const since = isSilent ? missingSince : (missingSince ?? now);
  const isGoneLong = isFlagged || (since !== undefined && !isSilent && now - since >= flaggedAfterMs);
  return {
    ...next,
    nextCheckAt: now + recheckSoonMs,
    ...(since === undefined ? {} : { missingSince: since }),
    ...(isGoneLong ? { isFlagged: true as const } : {}),
  };
}

/** The firm's from now on. */
export function proved(claim: DomainClaim, now: number): DomainClaim {
  const known = looked({ ...claim, verifiedDomain: claim.domain }, { finding: 'proved' }, now);
  return { ...known, verifiedAt: claim.verifiedDomain === undefined ? now : (claim.verifiedAt ?? now) };
}

/** No longer the firm's: another has proved it since. */
export function lost({ verifiedDomain: _domain, verifiedAt: _at, nextCheckAt: _next, ...claim }: DomainClaim) {
  const { missingSince: _since, isFlagged: _flag, ...kept } = claim;
  return { ...kept, finding: 'held-by-another' as const };
}
