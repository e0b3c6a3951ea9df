// A person as the API shows them: never a hash, a secret or a token, and of their firms those alone that the caller may see.
import { z } from 'zod';
import type { Account } from '../../accounts/account.ts';
import { hasSecondFactor } from '../../accounts/factors.ts';
import { type Administrator, may } from '../../administration/administrator.ts';
import { listOf, time, timeText, withoutUndefined } from './shapes.ts';

const roles = z.array(z.string());

export const userSchema = z
  .strictObject({
    id: z.string(),
    email: z.string(),
    emailVerified: z.boolean(),
    givenName: z.string().optional(),
    familyName: z.string().optional(),
    status: z.enum(['invited', 'active', 'suspended']),
    organization: z.string().nullable().describe('Where there is exactly one'),
    roles: roles.describe('In `organization`; on the instance for somebody who belongs to none'),
    organizations: z.array(z.strictObject({ id: z.string(), roles })).describe('Those that you may see'),
    instanceRoles: roles.optional().describe('Shown to whoever sees the whole instance'),
    mfa: z.strictObject({ active: z.boolean() }),
    firstSignedInAt: time.optional(),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'User' });
export type User = z.output<typeof userSchema>;

export const userListSchema = listOf(userSchema).meta({ id: 'UserList' });

export function showUser(who: Administrator, account: Account): User {
  const { id, email, emailVerified, givenName, familyName, memberships = [], firstSignedInAt } = account;
  const seesInstance = who.instance.has('users:read');
  const organizations = memberships
    .filter(({ organization }) => may(who, 'users:read', organization))
    .map(({ organization, roles: held }) => ({ id: organization, roles: held }));
  const [only] = organizations.length === 1 ? organizations : [];
  return withoutUndefined<User>({
    id,
    email,
    emailVerified,
    givenName,
    familyName,
    status: account.status === 'deleted' ? 'suspended' : account.status,
    organization: only?.id ?? null,
    roles: only?.roles ?? (seesInstance && organizations.length === 0 ? account.roles : []),
    organizations,
    instanceRoles: seesInstance ? account.roles : undefined,
    mfa: { active: hasSecondFactor(account) },
    firstSignedInAt: firstSignedInAt === undefined ? undefined : timeText(firstSignedInAt),
    createdAt: timeText(account.createdAt),
    updatedAt: timeText(account.updatedAt),
  });
}
