// "Connections": the upstream providers that people may sign in with, and the page of each.
import type Router from '@koa/router';
import { mayWriteConnections } from '../../administration/upstream-connections.ts';
import type { Connection } from '../../federation/connection.ts';
import { callbackPath } from '../../federation/federation.ts';
import type { OfferModel } from '../http/admin-models.ts';
import type { Message } from '../http/view-models.ts';
import { addPath, connectionModel, connectionPath, connectionRow, connectionsPath } from './connection-models.ts';
import { pathWith, queryOf } from './desk.ts';
import { chooseFirm } from './firm-choice.ts';
import { namesOf } from './firm-names.ts';
import { sectionsFor } from './navigation.ts';
import type { AdminPagesDependencies } from './router.ts';

const pageSize = 50;

/** What a redirect back to these pages may announce. */
const listNotices = new Map<unknown, Message>([['deleted', { key: 'admin.connection.delete.done' }]]);
const notices = new Map<unknown, Message>([
  ['added', { key: 'admin.connection.added' }],
  ['changed', { key: 'admin.connection.change.done' }],
  ['enabled', { key: 'admin.connection.enable.done' }],
  ['disabled', { key: 'admin.connection.disable.done' }],
]);

export function connectionsRoutes(router: Router, dependencies: AdminPagesDependencies): void {
  const { administration, issuer, openDesk, views } = dependencies;
  const { firms, connections } = administration;

  router.get(connectionsPath, async (ctx) => {
    const desk = await openDesk(ctx, 'organizations:read');
    if (!desk) return;
    const { who } = desk;
    const after = queryOf(ctx, 'after');
    const { organization, choices } = await chooseFirm(ctx, who, {
      firms,
      permission: 'organizations:read',
      href: (id) => pathWith(connectionsPath, { organization: id }),
    });
    // One more than is shown says whether there is more.
    const found = await connections.list(who, { organization, after, limit: pageSize + 1 });
    const shown = found.slice(0, pageSize);
    const last = found.length > pageSize ? shown.at(-1) : undefined;
    const names = await namesOf(administration, who, shown.flatMap(firmsOf));
    const mayAdd = mayWriteConnections(who, organization);
    const notice = listNotices.get(ctx.query.done);
    views.render(ctx, 'admin/connections', {
      ...desk.model,
      ...(notice ? { notice } : {}),
      sections: sectionsFor(who, organization),
      firms: choices,
      connections: shown.map((connection) => connectionRow(connection, names)),
      empty: { key: mayAdd ? 'admin.connections.none' : 'admin.connections.noneToSee' },
      ...(mayAdd ? { addUrl: pathWith(addPath, { organization }) } : {}),
      ...(after ? { firstUrl: pathWith(connectionsPath, { organization }) } : {}),
      ...(last ? { nextUrl: pathWith(connectionsPath, { organization, after: last.id }) } : {}),
    });
  });

  router.get(`${connectionsPath}/:id`, async (ctx) => {
    const desk = await openDesk(ctx, 'organizations:read');
    if (!desk) return;
    const connection = await connections.get(desk.who, ctx.params.id ?? '');
    const [names, proved] = await Promise.all([
      namesOf(administration, desk.who, firmsOf(connection)),
      connections.provedDomainsOf(connection),
    ]);
    const mayWrite = mayWriteConnections(desk.who, connection.organization);
    const notice = notices.get(ctx.query.done);
    views.render(ctx, 'admin/connection', {
      ...desk.model,
      ...(notice ? { notice } : {}),
      connection: connectionModel(connection, names, proved),
      redirectUri: issuer + callbackPath,
      offers: mayWrite ? offersOf(connection).map((act) => offerOf(connection, act)) : [],
      dangerousOffers: mayWrite ? [offerOf(connection, 'delete')] : [],
    });
  });
}

function firmsOf({ organization }: Connection): string[] {
  return organization === undefined ? [] : [organization];
}

/** A draft is tested first. */
function offersOf({ isEnabled }: Connection): string[] {
  return isEnabled ? ['change', 'test', 'disable'] : ['test', 'enable', 'change'];
}

function offerOf({ id }: Connection, act: string): OfferModel {
  return {
    href: connectionPath(id, `/${act}`),
    label: { key: `admin.connection.${act}.offer` },
    about: { key: `admin.connection.${act}.about` },
  };
}
