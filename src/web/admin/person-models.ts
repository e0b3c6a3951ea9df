// People as the console shows them. Firms that whoever looks may not see are left out, whatever else they share.
import { type Account, displayName } from '../../accounts/account.ts';
import { hasSecondFactor } from '../../accounts/factors.ts';
import { isCancelled } from '../../accounts/invitation.ts';
import { type Administrator, may } from '../../administration/administrator.ts';
import { isAdministrative } from '../../organizations/roles.ts';
import type { Label, MembershipModel, PersonRow } from '../http/admin-models.ts';
import type { Message } from '../http/view-models.ts';

export type NamesOf = (ids: readonly string[]) => Promise<Map<string, string>>;

/** In words where it is one of ours, else as relying apps know it. */
export function roleLabel(role: string): Label {
  return isAdministrative(role) ? { key: `admin.role.${role}` } : { text: role };
}

export function statusLabel(account: Account): Message {
  return { key: isCancelled(account) ? 'admin.status.cancelled' : `admin.status.${account.status}` };
}

/** @param names of the organizations, by id */
export function membershipModels(
  who: Administrator,
  { memberships = [] }: Pick<Account, 'memberships'>,
  names: ReadonlyMap<string, string>,
): (MembershipModel & { id: string })[] {
  return memberships
    .filter(({ organization }) => may(who, 'users:read', organization))
    .map(({ organization, roles }) => ({
      id: organization,
      name: names.get(organization) ?? organization,
      roles: roles.map(roleLabel),
    }));
}

export function personPath(id: string, part = ''): string {
  return `/admin/people/${encodeURIComponent(id)}${part}`;
}

export function rowOf(who: Administrator, account: Account, names: ReadonlyMap<string, string>): PersonRow {
  return {
    href: personPath(account.id),
    name: displayName(account),
    email: account.email,
    status: statusLabel(account),
    memberships: membershipModels(who, account, names),
    instanceRoles: account.roles.map(roleLabel),
    hasMfa: hasSecondFactor(account),
  };
}
