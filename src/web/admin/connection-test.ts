// The whole way to an upstream provider and back, in the administrator's own browser, before anybody depends on it: every claim is shown, and
// what Gatehouse makes of it. Nothing is linked, and nobody is signed in.
import type Router from '@koa/router';
import { callbackPath } from '../../federation/federation.ts';
import { UpstreamError } from '../../federation/upstream-problem.ts';
import { seeOther } from '../http/redirect.ts';
import { connectionPath, connectionsPath } from './connection-models.ts';
import { problemReport, testReport } from './connection-report.ts';
import { queryOf } from './desk.ts';
import type { AdminPagesDependencies } from './router.ts';

export function connectionTestRoutes(router: Router, dependencies: AdminPagesDependencies): void {
  const { administration, browser, issuer, openDesk, readForm, roundTrips, views } = dependencies;
  const { connections } = administration;
  const path = `${connectionsPath}/:id/test`;
  const redirectUri = issuer + callbackPath;

  router.get(path, async (ctx) => {
    const desk = await openDesk(ctx, 'organizations:write');
    if (!desk) return;
    const connection = await connections.getOwn(desk.who, ctx.params.id ?? '');
    const claimant = {
      purpose: 'test',
      browserId: browser.idOf(ctx),
      holder: holderOf(desk.person.account.id, connection.id),
    } as const;
    const back = await roundTrips.read(queryOf(ctx, 'trip') ?? '', claimant);
    const proved = await connections.provedDomainsOf(connection);
    views.render(ctx, 'admin/connection-test', {
      ...desk.model,
      ...desk.form(connectionPath(connection.id, '/test')),
      name: connection.name,
      redirectUri,
      ...(back ? { report: testReport(back.outcome, connection, proved) } : {}),
      cancelUrl: connectionPath(connection.id),
    });
  });

  router.post(path, async (ctx) => {
    const desk = await openDesk(ctx, 'organizations:write');
    if (!desk) return;
    const connection = await connections.getOwn(desk.who, ctx.params.id ?? '');
    await readForm(ctx, desk.person.csrfContext, []);
    const returnPath = connectionPath(connection.id, '/test');
    try {
      const departure = {
        purpose: 'test',
        browserId: browser.idOf(ctx),
        holder: holderOf(desk.person.account.id, connection.id),
        returnPath,
      } as const;
      seeOther(ctx, await roundTrips.begin(connection, departure));
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      const page = { ...desk.model, ...desk.form(returnPath), name: connection.name, redirectUri };
      // The report is what was asked for, whatever stands in it.
      views.render(ctx, 'admin/connection-test', {
        ...page,
        report: problemReport(error),
        cancelUrl: connectionPath(connection.id),
      });
    }
  });
}

function holderOf(accountId: string, connectionId: string): string {
  return `${accountId} ${connectionId}`;
}
