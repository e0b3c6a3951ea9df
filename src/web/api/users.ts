// /users: the people that the caller may see, and changes of them.
import { z } from 'zod';
import type { Account } from '../../accounts/account.ts';
import { placeIn } from '../../accounts/people-search.ts';
import type { Administration } from '../../administration/administration.ts';
import type { Administrator } from '../../administration/administrator.ts';
import { newPersonSchema } from '../../administration/new-person.ts';
import type { IsStill } from '../../administration/person-change.ts';
import { DomainError } from '../../platform/errors.ts';
import { type Operation, operation } from './operation.ts';
import { pageOf, pageQuery } from './shapes.ts';
import { showUser, userListSchema, userSchema } from './user-model.ts';

const listQuery = z.strictObject({
  email: z.string().min(1).max(254).optional().describe('The beginning of the address; in the order of addresses'),
  search: z.string().min(1).max(254).optional().describe('The beginning of the address or of either name'),
  organization: z.string().optional().describe('To be named by whoever sees several, but not all'),
  status: z.enum(['invited', 'active', 'suspended']).optional(),
  ...pageQuery,
});

const newUserSchema = newPersonSchema.meta({ id: 'NewUser' });
const { email, givenName, familyName, roles } = newPersonSchema.shape;

const userChangeSchema = z
  .strictObject({
    givenName,
    familyName,
    email: email.optional().describe('Told to the old address; not verified until the person proves it'),
    status: z.enum(['active', 'suspended']).optional(),
    roles: roles.unwrap().optional().describe('In `organization`, or the only one; else on the instance'),
    organization: z.string().optional().describe('Where `roles` are, for somebody of several'),
    instanceRoles: roles.unwrap().optional(),
  })
  .meta({ id: 'UserChange' });
type UserChange = z.output<typeof userChangeSchema>;

const read = { scope: 'users:read', permission: 'users:read' } as const;
const write = { scope: 'users:write', permission: 'users:write' } as const;

type Step = (isStill: IsStill<Account>) => Promise<Account>;

export function userOperations({ people, peopleActs, changeEmail }: Administration): Operation[] {
  /** Each is one write; a precondition is asked for in every one of them. */
  function stepsOf(who: Administrator, account: Account, change: UserChange): Step[] {
    const { id } = account;
    const names = { ...(change.givenName === undefined ? {} : { givenName: change.givenName }) };
    if (change.familyName !== undefined) Object.assign(names, { familyName: change.familyName });
    // Where the roles are to be given is asked before anything is written; an address that may be taken comes first.
    const place = change.roles && placeOf(who, account, change);
    const steps: (Step | undefined)[] = [
      change.email === undefined ? undefined : (isStill) => changeEmail(who, id, change.email ?? '', isStill),
      change.roles && ((isStill) => people.setRoles(who, id, change.roles ?? [], place, isStill)),
      change.instanceRoles && ((isStill) => people.setRoles(who, id, change.instanceRoles ?? [], undefined, isStill)),
      Object.keys(names).length > 0 ? (isStill) => people.rename(who, id, names, isStill) : undefined,
      statusStep(who, account, change),
    ];
    return steps.filter((step) => step !== undefined);
  }

  function statusStep(who: Administrator, { id, status }: Account, change: UserChange): Step | undefined {
    if (change.status === undefined || change.status === status) return undefined;
    if (change.status === 'suspended') return (isStill) => peopleActs.suspend(who, id, isStill);
    return (isStill) => peopleActs.reopen(who, id, isStill);
  }

  return [
    operation({
      id: 'listUsers',
      method: 'GET',
      path: '/users',
      summary: 'List people',
      access: read,
      query: listQuery,
      answer: { status: 200, schema: userListSchema },
      run: async ({ who, query }) => ({
        body: await pageOf(query.limit, {
          fetch: (limit) => people.list(who, { ...query, limit }),
          show: (account) => showUser(who, account),
          placeOf: (account) => placeIn(query, account),
        }),
      }),
    }),
    operation({
      id: 'createUser',
      method: 'POST',
      path: '/users',
      summary: 'Add a person, and invite them unless `invite` is false',
      description:
        'An address that has an account already joins the organization with it, for a caller with rights on the instance; a firm’s own gets 409.',
      access: { scope: 'users:write', permission: 'users:invite' },
      body: newUserSchema,
      answer: { status: 201, schema: userSchema },
      isTagged: true,
      run: async ({ who, body }) => {
        const account = await people.create(who, body);
        return { body: showUser(who, account), location: `/users/${account.id}` };
      },
    }),
    operation({
      id: 'getUser',
      method: 'GET',
      path: '/users/{id}',
      summary: 'Look at a person',
      access: read,
      answer: { status: 200, schema: userSchema },
      isTagged: true,
      run: async ({ who, params: { id = '' } }) => ({ body: showUser(who, await people.get(who, id)) }),
    }),
    operation({
      id: 'changeUser',
      method: 'PATCH',
      path: '/users/{id}',
      summary: 'Change a person: what is left out stays',
      access: write,
      body: userChangeSchema,
      answer: { status: 200, schema: userSchema },
      isTagged: true,
      isConditional: true,
      run: async ({ who, params: { id = '' }, body, precondition }) => {
        const show = (one: Account) => showUser(who, one);
        let account = await people.get(who, id);
        precondition.check(show(account));
        for (const step of stepsOf(who, account, body)) {
          account = await step(precondition.on(show));
          precondition.renew(show(account));
        }
        return { body: show(account) };
      },
    }),
    operation({
      id: 'deleteUser',
      method: 'DELETE',
      path: '/users/{id}',
      summary: 'Delete a person for good',
      access: write,
      answer: { status: 204 },
      isConditional: true,
      run: async ({ who, params: { id = '' }, precondition }) => {
        precondition.check(showUser(who, await people.get(who, id)));
        await people.remove(who, id);
        return {};
      },
    }),
  ];
}

/** Where roles are given that do not say where. */
function placeOf(who: Administrator, account: Account, { organization }: UserChange): string | undefined {
  const { organizations } = showUser(who, account);
  if (organization !== undefined || organizations.length <= 1) return organization ?? organizations[0]?.id;
  throw new DomainError(
    'invalid_input',
    `organization: must be one of ${organizations.map(({ id }) => id).join(', ')}`,
  );
}
