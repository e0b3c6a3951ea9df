// Roles as forms ask for them: one administrative role, and any others, which relying apps hear of.
import { type AdministrativeRole, isAdministrative, rankOf } from '../../organizations/roles.ts';
import type { RoleFormModel } from '../http/admin-models.ts';
import type { FieldError } from '../http/view-models.ts';

export interface GivenRoles {
  /** `none`, or an administrative role. */
  role: string;
  /** With commas between. */
  otherRoles: string;
}

const inOrder: readonly AdministrativeRole[] = ['auditor', 'helpdesk', 'admin', 'owner'];
const mostRoles = 50;
const longestRole = 50;

/** The strongest of them, and the others. */
export function givenOf(roles: readonly string[]): GivenRoles {
  const strongest = inOrder.findLast((role) => roles.includes(role)) ?? 'none';
  return { role: strongest, otherRoles: roles.filter((role) => !isAdministrative(role)).join(', ') };
}

/** @param options.rank of whoever gives them: nobody gives more than they have   @param options.isInstance where `owner` is one, too */
export function roleFormModel(
  { role, otherRoles }: GivenRoles,
  { rank, isInstance }: { rank: number; isInstance: boolean },
): RoleFormModel {
  const offered = inOrder.filter((each) => rankOf([each]) <= rank && (isInstance || each !== 'owner'));
  return { role, otherRoles, offered: ['none', ...offered] };
}

export function rolesOf({ role, otherRoles }: GivenRoles): string[] {
  const others = otherRoles.split(',').map((each) => each.trim());
  return [...new Set([...(role === 'none' || role === '' ? [] : [role]), ...others.filter(Boolean)])];
}

export function roleErrors(given: GivenRoles, { offered }: RoleFormModel): FieldError[] {
  const others = rolesOf({ ...given, role: 'none' });
  const isMisshapen = others.some((role) => role.length > longestRole || /[\s:;]/.test(role) || isAdministrative(role));
  return [
    ...(offered.includes(given.role) ? [] : [{ field: 'role', key: 'error.role.unknown' }]),
    ...(isMisshapen || others.length > mostRoles ? [{ field: 'otherRoles', key: 'error.roles.format' }] : []),
  ];
}
