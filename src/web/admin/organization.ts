// One organization: what belongs to it, its name and domains, and its end.
import type Router from '@koa/router';
import type { Context } from 'koa';
import { demand, may } from '../../administration/administrator.ts';
import { domainName, type Organization } from '../../organizations/organization.ts';
import { isDomainError } from '../../platform/errors.ts';
import { seeOther } from '../http/redirect.ts';
import type { FieldError, Message } from '../http/view-models.ts';
import { type Desk, pathWith, queryOf } from './desk.ts';
import { organizationNameErrors, organizationPath, organizationsPath } from './organizations.ts';
import type { AdminPagesDependencies } from './router.ts';
import { wasDoneSince } from './second-click.ts';

const path = `${organizationsPath}/:id`;
const deletePath = `${path}/delete`;
const mostDomains = 100;

/** What a redirect back to this page may announce. */
const notices = new Map<unknown, Message>([
  ['created', { key: 'admin.organization.created' }],
  ['saved', { key: 'admin.organization.saved' }],
]);

interface Given {
  name: string;
  /** One a line. */
  domains: string;
}

export function organizationRoutes(router: Router, dependencies: AdminPagesDependencies): void {
  const { administration, audit, openDesk, readForm, views } = dependencies;
  const { firms, tallies } = administration;

  router.get(path, async (ctx) => {
    const desk = await openDesk(ctx, 'organizations:read');
    if (!desk) return;
    const firm = await firms.get(desk.who, ctx.params.id ?? '');
    await show(ctx, { desk, firm }, { given: { name: firm.name, domains: firm.domains.join('\n') } });
  });

  router.post(path, async (ctx) => {
    const desk = await openDesk(ctx, 'organizations:write');
    if (!desk) return;
    const firm = await firms.get(desk.who, ctx.params.id ?? '');
    demand(desk.who, 'organizations:write', firm.id);
    const given = await readForm(ctx, desk.person.csrfContext, ['name', 'domains', 'was']);
    const name = given.name.trim();
    const domains = [
      ...new Set(
        given.domains
          .toLowerCase()
          .split(/[\s,;]+/)
          .filter(Boolean),
      ),
    ];
    const isSame = name === firm.name && domains.join() === firm.domains.join();
    const errors = [...organizationNameErrors(name), ...domainErrors(domains)];
    if (errors.length > 0) return show(ctx, { desk, firm }, { given, errors, status: 422 });
    try {
      if (!isSame) await firms.update(desk.who, firm.id, { name, domains }, (old) => stateOf(old) === given.was);
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
      claimed: firm.domains.map((name) => ({ name, isProved: firm.verifiedDomains.includes(name) })),
      people: await tallies.members(who, firm.id),
      peopleUrl: pathWith('/admin/people', { organization }),
      policyUrl: pathWith('/admin/policy', { organization }),
      mayWrite: may(who, 'organizations:write', firm.id),
      name: given.name,
      domains: given.domains,
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
    const { people, apps } = await firms.holdings(who, id);
    const page = {
      ...model,
      ...form(organizationPath(id, '/delete')),
      name,
      people,
      apps,
      openedAt: Date.now(),
      peopleUrl: pathWith('/admin/people', { organization: id }),
      cancelUrl: organizationPath(id),
    };
    views.render(ctx, 'admin/organization-delete', page, { status });
  }
}

/** What the form was made of, so that nobody else's change is lost. */
function stateOf({ name, domains }: Pick<Organization, 'name' | 'domains'>): string {
  return JSON.stringify([name, ...domains]);
}

function domainErrors(domains: readonly string[]): FieldError[] {
  if (domains.length > mostDomains)
    return [{ field: 'domains', key: 'error.domains.tooMany', values: { count: mostDomains } }];
  const wrong = domains.find((domain) => !domainName.safeParse(domain).success);
  return wrong === undefined
    ? []
    : [{ field: 'domains', key: 'error.domains.format', values: { domain: wrong.slice(0, 100) } }];
}
