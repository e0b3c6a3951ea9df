// Organizations as a file declares them: what applying it would change, and applying it.
import { z } from 'zod';
import type { Origin } from '../audit/audit.ts';
import { brandFields, brandOf, type DeclaredBrandText, declaredBrandSchema, wholeBrand } from './declared-brand.ts';
import { domainNames, type Organization, organizationId, organizationName, policyInForce } from './organization.ts';
import type { Organizations } from './organizations.ts';
import { policySchema } from './policy.ts';

export const declaredOrganizationSchema = z.strictObject({
  id: organizationId,
  name: organizationName,
  domains: domainNames.default([]),
  policy: policySchema.default(policySchema.parse({})),
  brand: declaredBrandSchema.default({}),
});
export type DeclaredOrganization = z.output<typeof declaredOrganizationSchema>;

export interface Difference {
  field: string;
  /** Left out where there was nothing, or will be nothing. */
  old?: unknown;
  next?: unknown;
}

/** What differs from what is stored: every field where nothing is. */
export function organizationDifferences(wanted: DeclaredOrganization, stored: Organization | undefined): Difference[] {
  const next = {
    name: wanted.name,
    domains: wanted.domains,
    ...prefixed(wanted.policy),
    ...brandFields(brandOf(wanted.brand)),
  };
  const old = stored
    ? {
        name: stored.name,
        domains: stored.domains,
        ...prefixed(policyInForce(stored, Date.now())),
        ...brandFields(stored.brand),
      }
    : {};
  // Rules that may roll back by themselves are not what a file declares.
  const waiting = stored?.probation ? [{ field: 'probation', old: true }] : [];
  return [...differences(old, next), ...waiting];
}

/** Field by field, in the order of the fields. */
export function differences(old: Record<string, unknown>, next: Record<string, unknown>): Difference[] {
  const fields = [...new Set([...Object.keys(next), ...Object.keys(old)])];
  return fields.flatMap((field) => {
    if (JSON.stringify(old[field]) === JSON.stringify(next[field])) return [];
    const before = old[field] === undefined ? {} : { old: old[field] };
    const after = next[field] === undefined ? {} : { next: next[field] };
    return [{ field, ...before, ...after }];
  });
}

/** @returns what happened; applied again, nothing does */
export async function applyOrganization(
  organizations: Organizations,
  wanted: DeclaredOrganization,
  origin: Origin,
): Promise<'created' | 'changed' | 'unchanged'> {
  const stored = await organizations.get(wanted.id);
  const isDifferent = organizationDifferences(wanted, stored).length > 0;
  const { id, name, domains, policy, brand } = wanted;
  if (!stored) await organizations.create({ id, name, domains }, origin);
  else if (isDifferent) await organizations.update(id, () => ({ name, domains }), origin);
  if (isDifferent) await organizations.setPolicy(id, policy, origin);
  if (isDifferent) await organizations.setBrand(id, wholeBrand(brand), origin);
  await organizations.markDeclared(id);
  if (!stored) return 'created';
  return isDifferent ? 'changed' : 'unchanged';
}

/** As it is written into a file. @param brand as declaredBrand gives it */
export function declarationOf(stored: Organization, brand: DeclaredBrandText | undefined) {
  const { id, name, domains } = stored;
  return { id, name, domains, policy: policyInForce(stored, Date.now()), ...(brand ? { brand } : {}) };
}

/** `policy.mfa`: for a difference. */
export function prefixed(policy: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(policy).map(([rule, value]) => [`policy.${rule}`, value]));
}
