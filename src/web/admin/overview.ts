// The first page of the console.
import type Router from '@koa/router';
import { pathWith } from './desk.ts';
import { chooseFirm } from './firm-choice.ts';
import { sectionsFor } from './navigation.ts';
import type { AdminPagesDependencies } from './router.ts';

const path = '/admin';

export function overviewRoutes(router: Router, { administration, openDesk, views }: AdminPagesDependencies): void {
  router.get(path, async (ctx) => {
    const desk = await openDesk(ctx, 'users:read');
    if (!desk) return;
    const { organization, choices } = await chooseFirm(ctx, desk.who, {
      firms: administration.firms,
      permission: 'users:read',
      href: (id) => pathWith(path, { organization: id }),
    });
    const { people, openInvitations } = await administration.tallies.people(desk.who, organization);
    views.render(ctx, 'admin/overview', {
      ...desk.model,
      sections: sectionsFor(desk.who, organization),
      firms: choices,
      people,
      openInvitations,
    });
  });
}
