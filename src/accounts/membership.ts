// A firm that a person belongs to, and as what.
import { z } from 'zod';
import { type Factors, hasSecondFactor } from './factors.ts';
import { type Invited, invitationState } from './invitation.ts';

/** Roles: administrative ones (organizations/roles.ts), and any others, which relying apps are told. */
export const membershipSchema = z.object({ organization: z.string(), roles: z.array(z.string()) });
export type Membership = z.output<typeof membershipSchema>;

interface Member {
  memberships?: readonly Membership[] | undefined;
}

export function organizationIds({ memberships = [] }: Member): string[] {
  return memberships.map(({ organization }) => organization);
}

/** What tells of a person in lists and counts, beside their roles. */
export type MemberMark =
  /** No second factor of either kind. */
  | 'no-mfa'
  /** The same of somebody who can sign in. */
  | 'password-only'
  /** Somebody who can sign in, whose address nobody has proved. */
  | 'email-unverified'
  /** How far an invitation came, whatever its mails' time. */
  | `invitation-${InvitationStage}`;
export const invitationStages = ['waiting', 'bounced', 'begun', 'accepted', 'cancelled'] as const;
export type InvitationStage = (typeof invitationStages)[number];

/** Stands for all organizations, and for people in none. No organization is called so. */
export const everywhere = '*';

/** `acme`, and `acme:admin` for each role. */
export function membershipKeys({ memberships = [] }: Member): string[] {
  return memberships.flatMap(({ organization, roles }) => [
    organization,
    ...roles.map((role) => `${organization}:${role}`),
  ]);
}

/** What people are found and counted by: their firms and roles, and each mark in each firm and everywhere: `acme::no-mfa`. */
export function memberKeysOf(account: Member & Invited & Factors): string[] {
  const marks = marksOf(account);
  const places = [...organizationIds(account), everywhere];
  return [...membershipKeys(account), ...places.flatMap((place) => marks.map((mark) => memberMark(place, mark)))];
}

export function memberMark(organization: string, mark: MemberMark): string {
  return `${organization}::${mark}`;
}

function marksOf(account: Invited & Factors): MemberMark[] {
  const hasFactor = hasSecondFactor(account);
  const stage = invitationStage(account);
  return [
    ...(!hasFactor ? (['no-mfa'] as const) : []),
    ...(!hasFactor && account.status === 'active' ? (['password-only'] as const) : []),
    ...(account.emailVerified === false && account.status === 'active' ? (['email-unverified'] as const) : []),
    ...(stage ? ([`invitation-${stage}`] as const) : []),
  ];
}

/** Without what time alone does to it: an invitation that has run out still waits here. */
function invitationStage(account: Invited): InvitationStage | undefined {
  const state = invitationState(account, 0);
  switch (state) {
    case undefined:
      return undefined;
    case 'bounced':
    case 'accepted':
    case 'cancelled':
      return state;
    case 'password-set':
    case 'profile-done':
    case 'mfa-done':
      return 'begun';
    default:
      return 'waiting';
  }
}
