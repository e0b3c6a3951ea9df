// Inviting one person: address, name, firm, roles, and the app to go on to. Who has an account already joins the firm with it.
import type Router from '@koa/router';
import type { Context } from 'koa';
import { type Account, isEmail } from '../../accounts/account.ts';
import { rankWithin } from '../../administration/administrator.ts';
import { isDomainError } from '../../platform/errors.ts';
import { nameFaults } from '../http/name-errors.ts';
import { seeOther } from '../http/redirect.ts';
import type { FieldError } from '../http/view-models.ts';
import { type Desk, pathWith, queryOf } from './desk.ts';
import { chosen, chosenApp, type InviteOptions, inviteOptions } from './invite-options.ts';
import { personPath } from './person-models.ts';
import { roleErrors, roleFormModel, rolesOf } from './role-form.ts';
import type { AdminPagesDependencies } from './router.ts';

export const invitePath = '/admin/invite';
const fields = [
  'email',
  'givenName',
  'familyName',
  'organization',
  'role',
  'otherRoles',
  'clientId',
  'openedAt',
] as const;
type Given = Record<(typeof fields)[number], string>;

export function inviteRoutes(router: Router, dependencies: AdminPagesDependencies): void {
  const { accounts, administration, openDesk, readForm, views } = dependencies;

  router.get(invitePath, async (ctx) => {
    const desk = await openDesk(ctx, 'users:invite');
    if (!desk) return;
    const organization = queryOf(ctx, 'organization');
    const options = await inviteOptions(administration, desk.who, organization);
    const empty = Object.fromEntries(fields.map((field) => [field, ''])) as Given;
    const first = options.firms.find(({ value }) => value === organization) ?? options.firms[0];
    const given = { ...empty, organization: first?.value ?? '', role: 'none', openedAt: String(Date.now()) };
    show(ctx, desk, { given, options });
  });

  router.post(invitePath, async (ctx) => {
    const desk = await openDesk(ctx, 'users:invite');
    if (!desk) return;
    const given = await readForm(ctx, desk.person.csrfContext, fields);
    const options = await inviteOptions(administration, desk.who, given.organization || undefined);
    const { organization, clientId, errors } = check(desk, given, options);
    if (errors.length > 0) return show(ctx, desk, { given, options, errors });
    try {
      const account = await administration.people.create(desk.who, {
        email: given.email.trim(),
        ...namesOf(given),
        organization,
        roles: rolesOf(given),
        clientId,
        invite: true,
      });
      seeOther(ctx, pathWith(personPath(account.id), { done: account.status === 'invited' ? 'invited' : 'joined' }));
    } catch (error) {
      if (!isDomainError(error, 'duplicate')) throw error;
      const known = await accounts.findByEmail(given.email);
      if (known && isOwnWork(known, desk, given)) return seeOther(ctx, `${personPath(known.id)}?done=invited`);
      show(ctx, desk, { given, options, errors: [{ field: 'email', key: 'error.email.known' }] });
    }
  });

  function show(
    ctx: Context,
    { model, form, who }: Desk,
    { given, options, errors = [] }: { given: Given; options: InviteOptions; errors?: readonly FieldError[] },
  ): void {
    const page = {
      ...model,
      ...form(invitePath, errors),
      ...options,
      ...given,
      ...roleFormModel(given, { rank: mostRank(who, options), isInstance: who.instance.has('instance:write') }),
      manyUrl: pathWith(`${invitePath}/many`, { organization: given.organization || undefined }),
      cancelUrl: pathWith('/admin/people', { organization: given.organization || undefined }),
    };
    views.render(ctx, 'admin/invite', page, { status: errors.length > 0 ? 422 : 200 });
  }
}

function check({ who }: Desk, given: Given, options: InviteOptions) {
  const firm = chosen(options.firms, given.organization);
  const organization = firm?.value;
  const app = chosenApp(options.apps, given.clientId, organization);
  const roles = roleFormModel(given, { rank: rankWithin(who, organization), isInstance: organization === undefined });
  const errors: FieldError[] = [
    ...emailErrors(given.email.trim()),
    ...nameFaults('givenName', given.givenName.trim()),
    ...nameFaults('familyName', given.familyName.trim()),
    ...(firm ? [] : [{ field: 'organization', key: 'error.organization.unknown' }]),
    ...roleErrors(given, roles),
    ...(app ? [] : [{ field: 'clientId', key: 'error.client.unknown' }]),
  ];
  return { organization, clientId: app?.value, errors };
}

function emailErrors(email: string): FieldError[] {
  if (email === '') return [{ field: 'email', key: 'error.email.required' }];
  return isEmail(email) ? [] : [{ field: 'email', key: 'error.email.invalid' }];
}

function namesOf({ givenName, familyName }: Given): { givenName?: string; familyName?: string } {
  return {
    ...(givenName.trim() ? { givenName: givenName.trim() } : {}),
    ...(familyName.trim() ? { familyName: familyName.trim() } : {}),
  };
}

/** A second click finds the person whom the first one invited. */
function isOwnWork({ createdAt, invitation }: Account, { person }: Desk, { openedAt }: Given): boolean {
  return invitation?.invitedBy === person.account.id && createdAt >= (Number(openedAt) || Infinity);
}

/** The strongest role there is to give anywhere; the server looks again at the one that was chosen. */
function mostRank(who: Desk['who'], { firms }: InviteOptions): number {
  return Math.max(who.rank, ...firms.map(({ value }) => rankWithin(who, value || undefined)));
}
