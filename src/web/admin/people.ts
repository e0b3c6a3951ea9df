// "People": the list of those an administrator may see, with search, filters and pages.
import type Router from '@koa/router';
import { organizationIds } from '../../accounts/membership.ts';
import { placeIn } from '../../accounts/people-search.ts';
import { may, mayAnywhere } from '../../administration/administrator.ts';
import type { Message } from '../http/view-models.ts';
import { pathWith, queryOf } from './desk.ts';
import { chooseFirm } from './firm-choice.ts';
import { namesOf } from './firm-names.ts';
import { sectionsFor } from './navigation.ts';
import { rowOf } from './person-models.ts';
import type { AdminPagesDependencies } from './router.ts';

export const peoplePath = '/admin/people';
const pageSize = 50;
const statuses = ['active', 'invited', 'suspended'] as const;

/** What a redirect back to this page may announce. */
const notices = new Map<unknown, Message>([
  ['delete', { key: 'admin.act.delete.done' }],
  ['left', { key: 'admin.leave.done' }],
  ['cancel-invitation', { key: 'admin.act.cancel-invitation.done' }],
]);

export function peopleRoutes(router: Router, { administration, openDesk, views }: AdminPagesDependencies): void {
  const { firms, people } = administration;

  router.get(peoplePath, async (ctx) => {
    const desk = await openDesk(ctx, 'users:read');
    if (!desk) return;
    const { who } = desk;
    const search = queryOf(ctx, 'search')?.trim().slice(0, 254);
    const status = statuses.find((one) => one === queryOf(ctx, 'status'));
    const after = queryOf(ctx, 'after');
    const { organization, choices } = await chooseFirm(ctx, who, {
      firms,
      permission: 'users:read',
      href: (id) => pathWith(peoplePath, { organization: id, status, search }),
    });
    const here = { organization, status, search };
    const query = { ...here, by: 'name' } as const;
    // One more than is shown says whether there is more.
    const found = await people.list(who, { ...query, after, limit: pageSize + 1 });
    const shown = found.slice(0, pageSize);
    const last = found.length > pageSize ? shown.at(-1) : undefined;
    const names = await namesOf(administration, who, shown.flatMap(organizationIds));
    const notice = notices.get(ctx.query.done);
    const mayInvite =
      organization === undefined ? mayAnywhere(who, 'users:invite') : may(who, 'users:invite', organization);
    views.render(ctx, 'admin/people', {
      ...desk.model,
      sections: sectionsFor(who, organization),
      ...(notice ? { notice } : {}),
      firms: choices,
      statuses: [undefined, ...statuses].map((one) => ({
        label: { key: one ? `admin.statuses.${one}` : 'admin.statuses.all' },
        href: pathWith(peoplePath, { ...here, status: one }),
        isCurrent: one === status,
      })),
      search: search ?? '',
      kept: { ...(organization ? { organization } : {}), ...(status ? { status } : {}) },
      people: shown.map((account) => rowOf(who, account, names)),
      empty: { key: search || status || after ? 'admin.people.noneFound' : 'admin.people.none' },
      ...(mayInvite ? { inviteUrl: pathWith('/admin/invite', { organization }) } : {}),
      ...(after ? { firstUrl: pathWith(peoplePath, here) } : {}),
      ...(last ? { nextUrl: pathWith(peoplePath, { ...here, after: placeIn(query, last) }) } : {}),
    });
  });
}
