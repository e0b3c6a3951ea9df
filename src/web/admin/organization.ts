// One organization: what belongs to it, its name, and its end.
import type Router from '@koa/router';
import type { Context } from 'koa';
import { demand, may } from '../../administration/administrator.ts';
import type { Organization } from '../../organizations/organization.ts';
import { isDomainError } from '../../platform/errors.ts';
import { seeOther } from '../http/redirect.ts';
import type { FieldError, Message } from '../http/view-models.ts';
import { type Desk, pathWith, queryOf } from './desk.ts';
import { domainRow } from './domains.ts';
import { organizationNameErrors, organizationPath, organizationsPath } from './organizations.ts';
import type { AdminPagesDependencies } from './router.ts';
import { wasDoneSince } from './second-click.ts';

const path = `${organizationsPath}/:id`;
const deletePath = `${path}/delete`;

/** What a redirect back to this page may announce. */
const notices = new Map<unknown, Message>([
  ['created', { key: 'admin.organization.created' }],
  ['saved', { key: 'admin.organization.saved' }],
]);

interface Given {
  name: string;
}

export function organizationRoutes(router: Router, dependencies: AdminPagesDependencies): void {
  const { administration, audit, openDesk, readForm, views } = dependencies;
  const { domains, firms, tallies } = administration;

  router.get(path, async (ctx) => {
    const desk = await openDesk(ctx, 'organizations:read');
    if (!desk) return;
    const firm = await firms.get(desk.who, ctx.params.id ?? '');
    await show(ctx, { desk, firm }, { given: { name: firm.name } });
  });

  router.post(path, async (ctx) => {
    const desk = await openDesk(ctx, 'organizations:write');
    if (!desk) return;
    const firm = await firms.get(desk.who, ctx.params.id ?? '');
    demand(desk.who, 'organizations:write', firm.id);
    const given = await readForm(ctx, desk.person.csrfContext, ['name', 'was']);
    const name = given.name.trim();
    const errors = organizationNameErrors(name);
    if (errors.length > 0) return show(ctx, { desk, firm }, { given, errors, status: 422 });
    try {
      if (name !== firm.name) await firms.update(desk.who, firm.id, { name }, (old) => stateOf(old) === given.was);
    } catch (error) {
      if (!isDomainError(error, 'conflict')) throw error;
      const now = await firms.get(desk.who, firm.id);
      return show(ctx, { desk, firm: now }, { given, errors: [{ key: 'error.organization.changed' }], status: 409 });
    }
    seeOther(ctx, `${organizationPath(firm.id)}?done=saved`);
  });

  router.get(deletePath, async (ctx) => {
    const desk = await openDesk(ctx, 'instance:write', { isFresh: true });
    if (!desk) return;
    const firm = await firms.get(desk.who, ctx.params.id ?? '');
    await showDelete(ctx, desk, firm);
  });

  router.post(deletePath, async (ctx) => {
    const desk = await openDesk(ctx, 'instance:write', { isFresh: true });
    if (!desk) return;
    const id = ctx.params.id ?? '';
    const { openedAt } = await readForm(ctx, desk.person.csrfContext, ['openedAt']);
    const click = { type: 'organization.deleted', subject: id, actor: desk.person.account.id, openedAt } as const;
    if (!(await wasDoneSince(audit, click))) {
      try {
        await firms.remove(desk.who, id);
      } catch (error) {
        if (!isDomainError(error, 'conflict')) throw error;
        return showDelete(ctx, desk, await firms.get(desk.who, id), 409);
      }
    }
    seeOther(ctx, `${organizationsPath}?done=deleted`);
  });

  async function show(
    ctx: Context,
    { desk, firm }: { desk: Desk; firm: Organization },
    { given, errors = [], status = 200 }: { given: Given; errors?: readonly FieldError[]; status?: number },
  ): Promise<void> {
    const { who, model, form } = desk;
    const notice = notices.get(queryOf(ctx, 'done'));
    const organization = firm.id;
    const page = {
      ...model,
      ...form(organizationPath(firm.id), errors),
      ...(notice && errors.length === 0 ? { notice } : {}),
      id: firm.id,
      title: firm.name,
      createdAt: firm.createdAt,
      claimed: (await domains.list(who, firm.id)).map((claim) => domainRow(firm, claim)),
      domainsUrl: organizationPath(firm.id, '/domains'),
      people: await tallies.members(who, firm.id),
      peopleUrl: pathWith('/admin/people', { organization }),
      policyUrl: pathWith('/admin/policy', { organization }),
      mayWrite: may(who, 'organizations:write', firm.id),
      ...(may(who, 'organizations:write', firm.id) ? { brandUrl: organizationPath(firm.id, '/brand') } : {}),
      name: given.name,
      was: stateOf(firm),
      ...(may(who, 'instance:write') ? { deleteUrl: organizationPath(firm.id, '/delete') } : {}),
    };
    views.render(ctx, 'admin/organization', page, { status });
  }

  async function showDelete(
    ctx: Context,
    { who, model, form }: Desk,
    { id, name }: Organization,
    status = 200,
  ): Promise<void> {
    const holdings = await firms.holdings(who, id);
    const page = {
      ...model,
      ...form(organizationPath(id, '/delete')),
      name,
      ...holdings,
      openedAt: Date.now(),
      peopleUrl: pathWith('/admin/people', { organization: id }),
      cancelUrl: organizationPath(id),
    };
    views.render(ctx, 'admin/organization-delete', page, { status });
  }
}

/** What the form was made of, so that nobody else's change is lost. */
function stateOf({ name }: Pick<Organization, 'name'>): string {
  return JSON.stringify([name]);
}
