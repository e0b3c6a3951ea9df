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

/** What members are found and counted by: `acme`, `acme:admin` for each role, and `acme::no-mfa`. */
export function memberKeysOf({ memberships = [], totp }: Member & { totp?: unknown }): string[] {
  return memberships.flatMap(({ organization, roles }) => [
    organization,
    ...roles.map((role) => `${organization}:${role}`),
    ...(totp === undefined ? [memberMark(organization, 'no-mfa')] : []),
  ]);
}

export type MemberMark = 'no-mfa';

export function memberMark(organization: string, mark: MemberMark): string {
  return `${organization}::${mark}`;
}
