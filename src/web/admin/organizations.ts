// "Organizations": the firms there are, and a new one.
import type Router from '@koa/router';
import type { Context } from 'koa';
import { may } from '../../administration/administrator.ts';
import { idFromName, organizationId, organizationName } from '../../organizations/organization.ts';
import { isDomainError } from '../../platform/errors.ts';
import { seeOther } from '../http/redirect.ts';
import type { FieldError, Message } from '../http/view-models.ts';
import { type Desk, pathWith, queryOf } from './desk.ts';
import type { AdminPagesDependencies } from './router.ts';
import { wasDoneSince } from './second-click.ts';

export const organizationsPath = '/admin/organizations';
/** Beside the others, since an organization may be called `new`. */
const newPath = '/admin/new-organization';
const pageSize = 50;

/** What a redirect back to this page may announce. */
const notices = new Map<unknown, Message>([['deleted', { key: 'admin.organization.deleted' }]]);

export function organizationPath(id: string, part = ''): string {
  return `${organizationsPath}/${encodeURIComponent(id)}${part}`;
}

export function organizationsRoutes(router: Router, dependencies: AdminPagesDependencies): void {
  const { administration, audit, openDesk, readForm, views } = dependencies;
  const { firms, tallies } = administration;

  router.get(organizationsPath, async (ctx) => {
    const desk = await openDesk(ctx, 'organizations:read');
    if (!desk) return;
    const after = queryOf(ctx, 'after');
    const found = await firms.list(desk.who, { after, limit: pageSize + 1 });
    const shown = found.slice(0, pageSize);
    const last = found.length > pageSize ? shown.at(-1) : undefined;
    const rows = await Promise.all(
      shown.map(async ({ id, name, domains }) => ({
        href: organizationPath(id),
        id,
        name,
        domains,
        people: await tallies.members(desk.who, id),
      })),
    );
    const notice = notices.get(ctx.query.done);
    const isWhole = after === undefined && !last;
    views.render(ctx, 'admin/organizations', {
      ...desk.model,
      ...(notice ? { notice } : {}),
      // The store orders by id; a list that fits one page is read by name.
      organizations: isWhole ? rows.toSorted((a, b) => a.name.localeCompare(b.name)) : rows,
      ...(may(desk.who, 'instance:write') ? { newUrl: newPath } : {}),
      ...(after ? { firstUrl: organizationsPath } : {}),
      ...(last ? { nextUrl: pathWith(organizationsPath, { after: last.id }) } : {}),
    });
  });

  router.get(newPath, async (ctx) => {
    const desk = await openDesk(ctx, 'instance:write');
    if (desk) show(ctx, desk, { name: '', id: '', openedAt: String(Date.now()) });
  });

  router.post(newPath, async (ctx) => {
    const desk = await openDesk(ctx, 'instance:write');
    if (!desk) return;
    const given = await readForm(ctx, desk.person.csrfContext, ['name', 'id', 'openedAt']);
    const { name, id, errors } = check(given);
    if (errors.length > 0) return show(ctx, desk, given, errors);
    try {
      await firms.create(desk.who, { id, name });
    } catch (error) {
      if (!isDomainError(error, 'duplicate')) throw error;
      const { openedAt } = given;
      const click = { type: 'organization.created', subject: id, actor: desk.person.account.id, openedAt } as const;
      if (!(await wasDoneSince(audit, click)))
        return show(ctx, desk, { ...given, id }, [{ field: 'id', key: 'error.organizationId.taken' }]);
    }
    seeOther(ctx, `${organizationPath(id)}?done=created`);
  });

  function show(ctx: Context, { model, form }: Desk, given: Given, errors: readonly FieldError[] = []): void {
    const page = { ...model, ...form(newPath, errors), ...given, cancelUrl: organizationsPath };
    views.render(ctx, 'admin/organization-new', page, { status: errors.length > 0 ? 422 : 200 });
  }
}

interface Given {
  name: string;
  id: string;
  openedAt: string;
}

/** Without an id of its own it gets one that reads like the name: the same for a second click. */
function check(given: Given): { name: string; id: string; errors: FieldError[] } {
  const name = given.name.trim();
  const id = given.id.trim().toLowerCase() || (idFromName(name) ?? '');
  const isId = organizationId.safeParse(id).success;
  return {
    name,
    id,
    errors: [
      ...organizationNameErrors(name),
      ...(isId || name === '' ? [] : [{ field: 'id', key: 'error.organizationId.format' }]),
    ],
  };
}

export function organizationNameErrors(name: string): FieldError[] {
  if (name === '') return [{ field: 'name', key: 'error.organizationName.required' }];
  return organizationName.safeParse(name).success
    ? []
    : [{ field: 'name', key: 'error.organizationName.format', values: { count: 100 } }];
}
