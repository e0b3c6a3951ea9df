// The scopes of the administration API, and what each lets a token do at most. What a person's token does in the end, their roles decide.
import { type Permission, permissions } from './roles.ts';

/** Writing includes reading what is written, since each answer shows it. */
const permissionsByScope = {
  'users:read': ['users:read'],
  'users:write': ['users:read', 'users:invite', 'users:help', 'users:write'],
  'clients:read': ['clients:read'],
  'clients:write': ['clients:read', 'clients:write'],
  'organizations:read': ['organizations:read'],
  /** New organizations and their end are the instance's. */
  'organizations:write': ['organizations:read', 'organizations:write', 'instance:write'],
  'audit:read': ['audit:read'],
  'keys:read': ['instance:read'],
  'keys:write': ['instance:read', 'instance:write'],
} as const satisfies Record<string, readonly Permission[]>;

export type ApiScope = keyof typeof permissionsByScope;
export const apiScopes = Object.keys(permissionsByScope) as ApiScope[];

export function isApiScope(scope: string): scope is ApiScope {
  return Object.hasOwn(permissionsByScope, scope);
}

/** Those among the words of a `scope` text. */
export function apiScopesIn(scope: string | undefined): ApiScope[] {
  return [...new Set(scope?.split(' '))].filter(isApiScope);
}

export function permissionsOf(scopes: readonly ApiScope[]): Permission[] {
  const granted = new Set<Permission>(scopes.flatMap((scope) => permissionsByScope[scope]));
  return permissions.filter((permission) => granted.has(permission));
}

/** Whether a token may come near what needs `wanted`: by that scope, or by the one that writes the same. */
export function covers(scopes: readonly ApiScope[], wanted: ApiScope): boolean {
  return scopes.includes(wanted) || scopes.some((scope) => scope === wanted.replace(':read', ':write'));
}
