// "Apps": the client apps that an administrator may see, and the page of each.
import type Router from '@koa/router';
import { mayChangeClient } from '../../administration/client-apps.ts';
import type { Client } from '../../clients/client.ts';
import type { OfferModel } from '../http/admin-models.ts';
import type { Message } from '../http/view-models.ts';
import { appModel, appPath, appRow, appsPath, endpointsOf, mayRegister, registerPath } from './app-models.ts';
import { pathWith, queryOf } from './desk.ts';
import { chooseFirm } from './firm-choice.ts';
import { namesOf } from './firm-names.ts';
import { sectionsFor } from './navigation.ts';
import type { AdminPagesDependencies } from './router.ts';
import { secretVariable } from './snippet-input.ts';
import { snippetsFor } from './snippets.ts';

const pageSize = 50;

/** What a redirect back to these pages may announce. */
const listNotices = new Map<unknown, Message>([['deleted', { key: 'admin.app.delete.done' }]]);
const appNotices = new Map<unknown, Message>([
  ['registered', { key: 'admin.app.registered' }],
  ['changed', { key: 'admin.app.change.done' }],
  ['retired', { key: 'admin.app.retire.done' }],
]);

export function appsRoutes(router: Router, { administration, issuer, openDesk, views }: AdminPagesDependencies): void {
  const { firms, clientApps } = administration;

  router.get(appsPath, async (ctx) => {
    const desk = await openDesk(ctx, 'clients:read');
    if (!desk) return;
    const { who } = desk;
    const after = queryOf(ctx, 'after');
    const { organization, choices } = await chooseFirm(ctx, who, {
      firms,
      permission: 'clients:read',
      href: (id) => pathWith(appsPath, { organization: id }),
    });
    // One more than is shown says whether there is more.
    const found = await clientApps.list(who, { organization, after, limit: pageSize + 1 });
    const shown = found.slice(0, pageSize);
    const last = found.length > pageSize ? shown.at(-1) : undefined;
    const names = await namesOf(administration, who, shown.flatMap(firmsOf));
    const rows = shown.map((client) => appRow(client, names));
    const isWhole = after === undefined && !last;
    const notice = listNotices.get(ctx.query.done);
    views.render(ctx, 'admin/apps', {
      ...desk.model,
      ...(notice ? { notice } : {}),
      sections: sectionsFor(who, organization),
      firms: choices,
      // The store orders by id; a list that fits one page is read by name.
      apps: isWhole ? rows.toSorted((a, b) => a.name.localeCompare(b.name)) : rows,
      empty: { key: mayRegister(who, organization) ? 'admin.apps.none' : 'admin.apps.noneToSee' },
      ...(after ? { firstUrl: pathWith(appsPath, { organization }) } : {}),
      ...(mayRegister(who, organization) ? { registerUrl: pathWith(registerPath, { organization }) } : {}),
      ...(last ? { nextUrl: pathWith(appsPath, { organization, after: last.id }) } : {}),
    });
  });

  router.get(`${appsPath}/:id`, async (ctx) => {
    const desk = await openDesk(ctx, 'clients:read');
    if (!desk) return;
    const { who } = desk;
    const client = await clientApps.get(who, ctx.params.id ?? '');
    const names = await namesOf(administration, who, firmsOf(client));
    const notice = appNotices.get(ctx.query.done);
    views.render(ctx, 'admin/app', {
      ...desk.model,
      ...(notice ? { notice } : {}),
      app: appModel(who, client, names),
      endpoints: endpointsOf(issuer),
      snippets: snippetsFor(issuer, client),
      secretVariable,
      offers: mayChangeClient(who, client) ? [offerOf(client, 'change'), policyOffer(client), lookOffer(client)] : [],
      dangerousOffers: mayChangeClient(who, client) ? [offerOf(client, 'delete')] : [],
    });
  });
}

function firmsOf({ organization }: Client): string[] {
  return organization === undefined ? [] : [organization];
}

function offerOf({ id }: Client, act: 'change' | 'delete'): OfferModel {
  return {
    href: appPath(id, `/${act}`),
    label: { key: `admin.app.${act}.offer` },
    about: { key: `admin.app.${act}.about` },
  };
}

function policyOffer({ id }: Client): OfferModel {
  const [label, about] = [{ key: 'admin.appPolicy.offer' }, { key: 'admin.appPolicy.about' }];
  return { href: appPath(id, '/policy'), label, about };
}

function lookOffer({ id }: Client): OfferModel {
  return { href: appPath(id, '/brand'), label: { key: 'admin.brand.offer' }, about: { key: 'admin.brand.about' } };
}
