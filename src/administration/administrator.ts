// Who acts as an administrator, and what that allows. Every act in this folder asks here first; screens, API and command line add no rules
// of their own.
import type { Account } from '../accounts/account.ts';
import { organizationIds } from '../accounts/membership.ts';
import type { Origin } from '../audit/audit.ts';
import { allows, type Permission, permissions, rankOf } from '../organizations/roles.ts';
import { DomainError } from '../platform/errors.ts';

export interface Administrator {
  /** The account, where a person acts. */
  accountId?: string | undefined;
  origin: Origin;
  /** On the whole instance. */
  instance: ReadonlySet<Permission>;
  /** In single organizations, by id. */
  firms: ReadonlyMap<string, ReadonlySet<Permission>>;
  /** See rankOf; of the roles on the instance. */
  rank: number;
  rankIn: ReadonlyMap<string, number>;
}

/** @param within what a token's scopes leave of the person's rights; everything where no token is used */
export function administratorOf(
  { id, roles, memberships = [], status }: Account,
  origin: Origin,
  within: readonly Permission[] = permissions,
): Administrator {
  const isActive = status === 'active';
  const granted = (held: readonly string[]) =>
    new Set(isActive ? within.filter((permission) => allows(held, permission)) : []);
  return {
    accountId: id,
    origin: { ...origin, actor: id },
    instance: granted(roles),
    firms: new Map(memberships.map((one) => [one.organization, granted(memberRoles(one.roles))])),
    rank: isActive ? Math.min(rankOf(roles), highest(within)) : 0,
    rankIn: new Map(memberships.map((one) => [one.organization, rankOf(memberRoles(one.roles))])),
  };
}

/** Without rights on the instance itself nobody makes an owner or acts on one: they would have all rights a moment later. */
function highest(granted: readonly Permission[]): number {
  return rankOf([granted.includes('instance:write') ? 'owner' : 'admin']);
}

/** Whoever runs a command has the settings and the store in their hands: nothing is closed to them. */
export function operator(origin: Origin): Administrator {
  const rank = rankOf(['owner']);
  return { origin, instance: new Set(permissions), firms: new Map(), rank, rankIn: new Map() };
}

/** A program with a token of its own: what its scopes say, on the instance or in the one organization it belongs to. There it is never more
 *  than an administrator of the firm. */
export function machineAdministrator(
  clientId: string,
  origin: Origin,
  { scopes, organization }: { scopes: readonly Permission[]; organization?: string | undefined },
): Administrator {
  const granted = new Set(organization === undefined ? scopes : scopes.filter((scope) => allows(['admin'], scope)));
  const rank = organization === undefined ? highest(scopes) : rankOf(['admin']);
  return {
    origin: { ...origin, actor: `client:${clientId}` },
    instance: organization === undefined ? granted : new Set(),
    firms: organization === undefined ? new Map() : new Map([[organization, granted]]),
    rank: organization === undefined ? rank : 0,
    rankIn: organization === undefined ? new Map() : new Map([[organization, rank]]),
  };
}

/** The same person through an app of one firm: whatever they are elsewhere, the app acts in its own firm alone. */
export function narrowedTo(who: Administrator, organization: string): Administrator {
  const held = permissions.filter((permission) => may(who, permission, organization) && allows(['admin'], permission));
  const rank = Math.min(Math.max(who.rank, who.rankIn.get(organization) ?? 0), rankOf(['admin']));
  return {
    ...who,
    instance: new Set(),
    firms: new Map([[organization, new Set(held)]]),
    rank: 0,
    rankIn: new Map([[organization, rank]]),
  };
}

/** `owner` is a role on the instance alone. */
function memberRoles(roles: readonly string[]): string[] {
  return roles.filter((role) => role !== 'owner');
}

/** @param organization where; on the whole instance when left out */
export function may(who: Administrator, permission: Permission, organization?: string): boolean {
  if (who.instance.has(permission)) return true;
  return organization !== undefined && (who.firms.get(organization)?.has(permission) ?? false);
}

/** Whether there is any place where this is allowed: who may open the console, or a list. */
export function mayAnywhere(who: Administrator, permission: Permission): boolean {
  return who.instance.has(permission) || [...who.firms.values()].some((held) => held.has(permission));
}

/** The organizations in which this is allowed; undefined for all. */
export function firmsWith(who: Administrator, permission: Permission): string[] | undefined {
  if (who.instance.has(permission)) return undefined;
  return [...who.firms].filter(([, held]) => held.has(permission)).map(([id]) => id);
}

/** Whether there is any right at all. */
export function isAdministrator({ instance, firms }: Administrator): boolean {
  return instance.size > 0 || [...firms.values()].some(({ size }) => size > 0);
}

/** @throws DomainError 'not_permitted' */
export function demand(who: Administrator, permission: Permission, organization?: string): void {
  if (!may(who, permission, organization)) throw notPermitted(permission, organization);
}

export function notPermitted(permission: Permission, organization?: string): DomainError {
  const where = organization === undefined ? '' : ` in ${organization}`;
  return new DomainError('not_permitted', `${permission}${where} is not yours`);
}

/** Whether the account may be seen at all: on the instance, or in a firm they share. */
export function maySee(who: Administrator, account: Account, permission: Permission = 'users:read'): boolean {
  return who.instance.has(permission) || organizationIds(account).some((id) => may(who, permission, id));
}

/** What is done to an account is done to all its firms: so it takes the right in each of them, and nobody acts on somebody above them.
 *  @throws DomainError 'not_found' for an account that may not be seen, else 'not_permitted' */
export function demandOver(who: Administrator, account: Account, permission: Permission): void {
  const objection = objectionOver(who, account, permission);
  if (objection) throw objection;
}

/** The same as a question: what a screen offers. */
export function mayOver(who: Administrator, account: Account, permission: Permission): boolean {
  return objectionOver(who, account, permission) === undefined;
}

function objectionOver(who: Administrator, account: Account, permission: Permission): DomainError | undefined {
  if (!maySee(who, account)) return new DomainError('not_found', `there is no account ${account.id}`);
  const firms = organizationIds(account);
  const everywhere =
    who.instance.has(permission) || (firms.length > 0 && firms.every((id) => may(who, permission, id)));
  // Without their names: which other firms somebody belongs to is not told.
  if (!everywhere) return notPermitted(permission);
  if (who.rank < rankOf(account.roles)) return new DomainError('not_permitted', `${account.id} stands above you`);
  if (who.instance.has(permission)) return undefined;
  const above = account.memberships?.find(
    ({ organization, roles }) => (who.rankIn.get(organization) ?? 0) < rankOf(memberRoles(roles)),
  );
  return above && new DomainError('not_permitted', `${account.id} stands above you in ${above.organization}`);
}

/** Up to which rank roles may be given there. */
export function rankWithin(who: Administrator, organization?: string): number {
  return Math.max(who.rank, organization === undefined ? 0 : (who.rankIn.get(organization) ?? 0));
}

/** A firm's rules hold for all its people, wherever they sign in: no firm makes somebody else's people its own, since its rules could shut
 *  them out there. */
export function mayTakeIn(who: Administrator): boolean {
  return who.instance.has('users:write');
}

/** Nobody gives a role that stands above their own.
 *  @throws DomainError 'not_permitted' */
export function demandMayGive(who: Administrator, roles: readonly string[], organization?: string): void {
  if (rankOf(roles) > rankWithin(who, organization))
    throw new DomainError('not_permitted', `a role of ${roles.join(', ')} stands above yours`);
  if (organization !== undefined && roles.includes('owner'))
    throw new DomainError('invalid_input', 'roles: owner is a role on the instance, not in an organization');
}

/** The organization that a list is about: the one that is named, or the only one there is for this person.
 *  @returns undefined for all of them
 *  @throws DomainError 'not_permitted'; 'invalid_input' when one of several must be named */
export function organizationAskedFor(
  who: Administrator,
  permission: Permission,
  named: string | undefined,
): string | undefined {
  const firms = firmsWith(who, permission);
  const organization = named ?? (firms?.length === 1 ? firms[0] : undefined);
  if (firms && organization === undefined && firms.length > 1)
    throw new DomainError('invalid_input', `organization: must be one of ${firms.join(', ')}`);
  demand(who, permission, organization);
  return organization;
}
