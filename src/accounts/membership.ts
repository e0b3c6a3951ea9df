// A firm that a person belongs to, and as what.
import { z } from 'zod';

/** Roles: administrative ones (organizations/roles.ts), and any others, which relying apps are told. */
export const membershipSchema = z.object({ organization: z.string(), roles: z.array(z.string()) });
export type Membership = z.output<typeof membershipSchema>;

interface Member {
  memberships?: readonly Membership[] | undefined;
}

export function organizationIds({ memberships = [] }: Member): string[] {
  return memberships.map(({ organization }) => organization);
}

/** What members are found by: `acme`, and `acme:admin` for each role. */
export function memberKeysOf(memberships: readonly Membership[]): string[] {
  return memberships.flatMap(({ organization, roles }) => [
    organization,
    ...roles.map((role) => `${organization}:${role}`),
  ]);
}
