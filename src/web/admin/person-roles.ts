// The roles of somebody in a firm or on the whole instance, and their leaving a firm. Both ask for a fresh sign-in.
import type Router from '@koa/router';
import type { Context } from 'koa';
import { type Account, displayName } from '../../accounts/account.ts';
import { organizationIds } from '../../accounts/membership.ts';
import { type Administrator, demand, may, notPermitted, rankWithin } from '../../administration/administrator.ts';
import { rankOf } from '../../organizations/roles.ts';
import { DomainError, isDomainError } from '../../platform/errors.ts';
import { seeOther } from '../http/redirect.ts';
import type { FieldError } from '../http/view-models.ts';
import type { Desk } from './desk.ts';
import { peoplePath } from './people.ts';
import { personPath } from './person-models.ts';
import { type GivenRoles, givenOf, roleErrors, roleFormModel, rolesOf } from './role-form.ts';
import type { AdminPagesDependencies } from './router.ts';

interface Place {
  desk: Desk;
  account: Account;
  /** Undefined: the whole instance. */
  organization: { id: string; name: string } | undefined;
  roles: readonly string[];
}

export function personRolesRoutes(router: Router, dependencies: AdminPagesDependencies): void {
  const { accounts, administration, openDesk, readForm, views } = dependencies;
  const { firms, people } = administration;

  for (const path of [`${peoplePath}/:id/roles`, `${peoplePath}/:id/roles/:organization`]) {
    router.get(path, async (ctx) => {
      const desk = await openDesk(ctx, 'users:write', { isFresh: true });
      if (!desk) return;
      const place = await placeOf(ctx, desk);
      showRoles(ctx, place, givenOf(place.roles));
    });

    router.post(path, async (ctx) => {
      const desk = await openDesk(ctx, 'users:write', { isFresh: true });
      if (!desk) return;
      const place = await placeOf(ctx, desk);
      const given = await readForm(ctx, desk.person.csrfContext, ['role', 'otherRoles', 'was']);
      const { account, organization, roles } = place;
      const wanted = rolesOf(given);
      if (wanted.toSorted().join() === roles.toSorted().join()) return seeOther(ctx, donePath(account));
      const errors = roleErrors(given, formOf(place, given));
      if (errors.length > 0) return showRoles(ctx, place, given, { errors, status: 422 });
      // Somebody else was here meanwhile: what they gave is not taken back unseen.
      const isStill = (old: Account) => heldIn(old, organization?.id)?.join() === given.was;
      try {
        await people.setRoles(desk.who, account.id, wanted, organization?.id, isStill);
      } catch (error) {
        if (!isDomainError(error, 'conflict')) throw error;
        const now = await placeOf(ctx, desk);
        const isSame = now.roles.join() === given.was;
        const why = isSame ? 'admin.act.lastOwner' : 'error.roles.changed';
        return showRoles(ctx, now, isSame ? given : givenOf(now.roles), { errors: [{ key: why }], status: 409 });
      }
      seeOther(ctx, donePath(account));
    });
  }

  const leavePath = `${peoplePath}/:id/leave/:organization`;

  router.get(leavePath, async (ctx) => {
    const desk = await openDesk(ctx, 'users:write', { isFresh: true });
    if (!desk) return;
    const { account, organization } = await placeOf(ctx, desk);
    const values = { person: displayName(account), organization: organization?.name ?? '' };
    views.render(ctx, 'admin/person-act', {
      ...desk.model,
      ...desk.form(ctx.path),
      title: { key: 'admin.leave.title', values },
      about: [{ key: 'admin.leave.lead', values }],
      submit: { key: 'admin.leave.submit' },
      email: account.email,
      cancelUrl: personPath(account.id),
      openedAt: Date.now(),
      from: '',
      isDangerous: true,
    });
  });

  router.post(leavePath, async (ctx) => {
    const desk = await openDesk(ctx, 'users:write', { isFresh: true });
    if (!desk) return;
    await readForm(ctx, desk.person.csrfContext, []);
    const { id = '', organization = '' } = ctx.params;
    demand(desk.who, 'users:write', organization);
    // A second click finds nobody there to let go.
    const account = await accounts.get(id);
    if (account && organizationIds(account).includes(organization)) {
      await placeOf(ctx, desk);
      await people.leave(desk.who, id, organization);
    }
    const isSeen = await people.get(desk.who, id).then(
      () => true,
      () => false,
    );
    seeOther(ctx, `${isSeen ? personPath(id) : peoplePath}?done=left`);
  });

  function showRoles(
    ctx: Context,
    place: Place,
    given: GivenRoles,
    { errors, status }: { errors: readonly FieldError[]; status: number } = { errors: [], status: 200 },
  ): void {
    const { desk, account, organization, roles } = place;
    const page = {
      ...desk.model,
      ...desk.form(ctx.path, errors),
      ...formOf(place, given),
      person: displayName(account),
      email: account.email,
      ...(organization ? { organization: organization.name } : {}),
      was: roles.join(),
      cancelUrl: personPath(account.id),
    };
    views.render(ctx, 'admin/person-roles', page, { status });
  }

  /** @throws DomainError 'not_found' for a firm that they do not belong to, 'not_permitted' for somebody above in it */
  async function placeOf(ctx: Context, desk: Desk): Promise<Place> {
    const { id = '', organization } = ctx.params;
    const account = await people.get(desk.who, id);
    demand(desk.who, organization === undefined ? 'instance:write' : 'users:write', organization);
    const roles = organization === undefined ? account.roles : rolesIn(account, organization);
    if (rankOf(roles) > rankWithin(desk.who, organization)) throw notPermitted('users:write', organization);
    const firm = organization === undefined ? undefined : await firms.get(desk.who, organization);
    return { desk, account, organization: firm, roles };
  }
}

function formOf({ desk, organization }: Place, given: GivenRoles) {
  const rank = rankWithin(desk.who, organization?.id);
  return roleFormModel(given, { rank, isInstance: organization === undefined });
}

/** @throws DomainError 'not_found' for a firm that they do not belong to */
export function rolesIn(account: Account, organization: string): readonly string[] {
  const held = heldIn(account, organization);
  if (!held) throw new DomainError('not_found', `${account.email} does not belong to ${organization}`);
  return held;
}

/** On the whole instance where no firm is named. */
function heldIn({ roles, memberships = [] }: Account, organization: string | undefined): readonly string[] | undefined {
  return organization === undefined ? roles : memberships.find((one) => one.organization === organization)?.roles;
}

function donePath({ id }: Account): string {
  return `${personPath(id)}?done=roles`;
}

/** Whether the page of roles is offered: the right is there, and nobody stands above. */
export function mayChangeRoles(who: Administrator, roles: readonly string[], organization?: string): boolean {
  const permission = organization === undefined ? 'instance:write' : 'users:write';
  return may(who, permission, organization) && rankOf(roles) <= rankWithin(who, organization);
}
