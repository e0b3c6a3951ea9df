// `/errors/NUMBER`: what an `error_uri` leads to.
import Router from '@koa/router';
import { clientName } from '../../clients/client.ts';
import type { Clients } from '../../clients/clients.ts';
import type { ErrorReports } from '../../oidc/error-reports.ts';
import { DomainError } from '../../platform/errors.ts';
import type { Views } from '../http/views.ts';

export function createErrorReportRouter({
  errorReports,
  clients,
  views,
}: {
  errorReports: ErrorReports;
  clients: Clients;
  views: Views;
}): Router {
  const router = new Router();

  router.get('/errors/:number', async (ctx) => {
    const report = await errorReports.find(ctx.params.number ?? '');
    if (!report) throw new DomainError('not_found', 'no such error report, or it is older than a day');
    const client = report.clientId ? await clients.get(report.clientId) : undefined;
    const details = [
      ...(client ? [{ label: { key: 'errorPage.label.client' }, value: clientName(client.metadata) }] : []),
      { label: { key: 'errorPage.label.error' }, value: report.error },
      ...(report.description ? [{ label: { key: 'errorPage.label.description' }, value: report.description }] : []),
    ];
    const [title, text] = [{ key: 'errorPage.sentToApp.title' }, { key: 'errorPage.sentToApp.text' }];
    views.render(ctx, 'error', { status: 200, title, text, number: report.id, occurredAt: report.occurredAt, details });
  });

  return router;
}
