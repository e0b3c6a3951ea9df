// What a role allows. `owner` has every right on the instance; the others hold inside one organization, or on the whole instance where
// they are given for it. Any other name is a role for relying apps and allows nothing here.

export const permissions = [
  'users:read',
  /** Invite, send again, withdraw. */
  'users:invite',
  /** Send a reset mail, remove a lost second factor, end sessions. */
  'users:help',
  /** Change, suspend, delete, give roles. */
  'users:write',
  'clients:read',
  'clients:write',
  'organizations:read',
  /** Name, domains, sign-in policy. */
  'organizations:write',
  'audit:read',
  /** The instance itself: new organizations, mail, signing keys. */
  'instance:read',
  'instance:write',
] as const;
export type Permission = (typeof permissions)[number];

const readOnly = ['users:read', 'clients:read', 'organizations:read', 'audit:read'] as const;

export const rights = {
  owner: permissions,
  admin: [...readOnly, 'users:invite', 'users:help', 'users:write', 'clients:write', 'organizations:write'],
  helpdesk: ['users:read', 'organizations:read', 'users:invite', 'users:help'],
  auditor: readOnly,
} as const satisfies Record<string, readonly Permission[]>;
export type AdministrativeRole = keyof typeof rights;

/** From the weakest to the strongest: nobody acts on somebody above them. */
const ladder: readonly AdministrativeRole[] = ['auditor', 'helpdesk', 'admin', 'owner'];

export function isAdministrative(role: string): role is AdministrativeRole {
  return Object.hasOwn(rights, role);
}

export function allows(roles: readonly string[], permission: Permission): boolean {
  return roles.some((role) => isAdministrative(role) && (rights[role] as readonly Permission[]).includes(permission));
}

/** 0 without any administrative role. */
export function rankOf(roles: readonly string[]): number {
  return Math.max(0, ...roles.map((role) => (isAdministrative(role) ? ladder.indexOf(role) + 1 : 0)));
}
