// The organization record (a firm) and its pure rules.
import { z } from 'zod';
import type { CollectionSpec } from '../storage/port.ts';
import { brandSchema } from './brand.ts';
import { domainName } from './domain-name.ts';
import { type PolicyRules, policySchema } from './policy.ts';

export const organizationId = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be 1 to 63 small letters, digits and "-", such as acme');

export const organizationName = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(100)
  .regex(/^\P{Cc}*$/u, 'must have no control characters');

export const mostDomains = 100;

const probationSchema = z.object({
  /** What holds again unless the new rules are confirmed in time. */
  former: policySchema,
  savedAt: z.number(),
  /** The account that saved them. */
  by: z.string(),
});

export type Probation = z.output<typeof probationSchema>;

export const organizationSchema = z.object({
  id: organizationId,
  name: organizationName,
  /** Claimed; what is proved of it, domain-claims.ts knows. */
  domains: z.array(z.string()).max(mostDomains),
  brand: brandSchema.optional(),
  policy: policySchema,
  /** Rules that were saved and not yet confirmed; see policyInForce. */
  probation: probationSchema.optional(),
  /** Milliseconds UTC; there while `probation` is. */
  probationUntil: z.number().optional(),
  /** A file declares it (`config apply`): what is changed elsewhere is changed back when it is applied again. */
  isDeclared: z.literal(true).optional(),
  createdAt: z.number(),
  updatedAt: z.number(),
});
export type Organization = z.output<typeof organizationSchema>;

export const domainNames = z
  .array(domainName)
  .max(mostDomains)
  .transform((domains) => [...new Set(domains)]);

/** What a caller may state of one. */
export const organizationInputSchema = z.strictObject({
  id: organizationId.optional(),
  name: organizationName,
  domains: domainNames.optional(),
});
export type OrganizationInput = z.output<typeof organizationInputSchema>;

export const organizationsSpec: CollectionSpec<Organization> = {
  name: 'organizations',
  schema: organizationSchema,
  // The organization itself stays: what runs out is the time for confirming its rules.
  expiresAt: 'probationUntil',
  keepExpired: true,
};

/** Rules that nobody confirmed in time are void from that moment on, whoever may be shut out by them and whatever else runs.
 *  @param now milliseconds UTC */
export function policyInForce({ policy, probation, probationUntil }: RulesOfFirm, now: number): PolicyRules {
  return probation && probationUntil !== undefined && probationUntil <= now ? probation.former : policy;
}
export type RulesOfFirm = Pick<Organization, 'policy' | 'probation' | 'probationUntil'>;

/** Without anything to confirm. */
export function settled<T extends RulesOfFirm>(firm: T): Omit<T, 'probation' | 'probationUntil'> {
  const { probation: _waiting, probationUntil: _until, ...kept } = firm;
  return kept;
}

/** An id that reads like the name: `Müller & Söhne` becomes `muller-sohne`; undefined where nothing of it can be used. */
export function idFromName(name: string): string | undefined {
  const id = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replace(/^-+|-+$/g, '');
  return id || undefined;
}
