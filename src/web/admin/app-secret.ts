// The page that shows a secret right after it was made, with code to begin with; a reload says that it was shown.
import type Router from '@koa/router';
import { demand } from '../../administration/administrator.ts';
import { clientName } from '../../clients/client.ts';
import { appPath, appsPath, endpointsOf } from './app-models.ts';
import type { AdminPagesDependencies } from './router.ts';
import { createShownSecret } from './shown-secret.ts';
import { secretVariable } from './snippet-input.ts';
import { snippetsFor } from './snippets.ts';

export function appSecretRoutes(router: Router, dependencies: AdminPagesDependencies): void {
  const { administration, issuer, openDesk, views } = dependencies;
  const shownSecret = createShownSecret(dependencies);

  router.get(`${appsPath}/:id/secret`, async (ctx) => {
    const desk = await openDesk(ctx, 'clients:write');
    if (!desk) return;
    const client = await administration.clientApps.get(desk.who, ctx.params.id ?? '');
    demand(desk.who, 'clients:write', client.organization);
    const secret = shownSecret.take(ctx, desk.person, client.id);
    const isFirst = client.secrets.length === 1;
    const title = secret === undefined ? 'gone' : isFirst ? 'first' : 'another';
    views.render(ctx, 'admin/app-secret', {
      ...desk.model,
      app: { name: clientName(client.metadata), clientId: client.id },
      title: { key: `admin.app.shown.${title}`, values: { app: clientName(client.metadata) } },
      ...(secret === undefined ? {} : { secret }),
      endpoints: endpointsOf(issuer),
      snippets: snippetsFor(issuer, client),
      secretVariable,
      appUrl: appPath(client.id),
    });
  });
}
