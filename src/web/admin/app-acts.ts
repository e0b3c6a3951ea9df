// What is done to an app after a page that says what will happen: one more secret, an old one retired, the app deleted. All ask for a fresh
// sign-in; a second click leads on to where it can be seen what holds now.
import type Router from '@koa/router';
import type { Context } from 'koa';
import { notPermitted } from '../../administration/administrator.ts';
import { mayChangeClient } from '../../administration/client-apps.ts';
import { type Client, clientName, usesSecret } from '../../clients/client.ts';
import { DomainError, isDomainError } from '../../platform/errors.ts';
import { seeOther } from '../http/redirect.ts';
import { appPath, appsPath } from './app-models.ts';
import type { Desk } from './desk.ts';
import type { AdminPagesDependencies } from './router.ts';
import { wasClientDeletedSince } from './second-click.ts';
import { createShownSecret } from './shown-secret.ts';

interface Shown {
  act: 'secrets' | 'retire' | 'delete';
  action: string;
  isDangerous: boolean;
  /** When the secret in question was made. */
  secretAt?: number | undefined;
  hindrance?: string | undefined;
}

export function appActRoutes(router: Router, dependencies: AdminPagesDependencies): void {
  const { administration, audit, openDesk, readForm, views } = dependencies;
  const { clientApps } = administration;
  const shownSecret = createShownSecret(dependencies);
  const addPath = `${appsPath}/:id/secrets/new`;
  const retirePath = `${appsPath}/:id/secrets/:secret/retire`;
  const deletePath = `${appsPath}/:id/delete`;

  router.get(addPath, async (ctx) => {
    const desk = await open(ctx);
    if (!desk) return;
    const client = await clientFor(ctx, desk);
    const hindrance = !usesSecret(client.metadata) ? 'noSecrets' : client.secrets.length > 1 ? 'twoSecrets' : undefined;
    const action = appPath(client.id, '/secrets/new');
    show(ctx, { desk, client }, { act: 'secrets', action, isDangerous: false, hindrance });
  });

  router.post(addPath, async (ctx) => {
    const desk = await open(ctx);
    if (!desk) return;
    const client = await clientFor(ctx, desk);
    const { was } = await readForm(ctx, desk.person.csrfContext, ['was']);
    if (was === secretsOf(client)) await addSecret(ctx, desk, client);
    seeOther(ctx, appPath(client.id, '/secret'));
  });

  async function addSecret(ctx: Context, { who, person }: Desk, { id: clientId }: Client): Promise<void> {
    try {
      const { secret } = await clientApps.addSecret(who, clientId);
      shownSecret.put(ctx, person, { clientId, secret });
    } catch (error) {
      if (!isDomainError(error, 'conflict')) throw error;
    }
  }

  router.get(retirePath, async (ctx) => {
    const desk = await open(ctx);
    if (!desk) return;
    const client = await clientFor(ctx, desk);
    const secret = client.secrets.find(({ id }) => id === ctx.params.secret);
    if (!secret) throw new DomainError('not_found', `there is no such secret of ${client.id}`);
    showRetire(ctx, desk, client);
  });

  router.post(retirePath, async (ctx) => {
    const desk = await open(ctx);
    if (!desk) return;
    const client = await clientFor(ctx, desk);
    await readForm(ctx, desk.person.csrfContext, []);
    try {
      await clientApps.retireSecret(desk.who, client.id, ctx.params.secret ?? '');
    } catch (error) {
      if (isDomainError(error, 'conflict')) return showRetire(ctx, desk, await clientFor(ctx, desk), 409);
      if (!isDomainError(error, 'not_found')) throw error;
    }
    seeOther(ctx, `${appPath(client.id)}?done=retired`);
  });

  router.get(deletePath, async (ctx) => {
    const desk = await open(ctx);
    if (!desk) return;
    const client = await clientFor(ctx, desk);
    show(ctx, { desk, client }, { act: 'delete', action: appPath(client.id, '/delete'), isDangerous: true });
  });

  router.post(deletePath, async (ctx) => {
    const desk = await open(ctx);
    if (!desk) return;
    const { openedAt } = await readForm(ctx, desk.person.csrfContext, ['openedAt']);
    const clientId = ctx.params.id ?? '';
    const isDone = await wasClientDeletedSince(audit, { clientId, actor: desk.person.account.id, openedAt });
    if (!isDone) {
      await clientFor(ctx, desk);
      await clientApps.remove(desk.who, clientId);
    }
    seeOther(ctx, `${appsPath}?done=deleted`);
  });

  function open(ctx: Context): Promise<Desk | undefined> {
    return openDesk(ctx, 'clients:write', { isFresh: true });
  }

  /** @throws DomainError 'not_found', 'not_permitted' */
  async function clientFor(ctx: Context, { who }: Desk): Promise<Client> {
    const client = await clientApps.get(who, ctx.params.id ?? '');
    if (!mayChangeClient(who, client)) throw notPermitted('clients:write', client.organization);
    return client;
  }

  function showRetire(ctx: Context, desk: Desk, client: Client, status = 200): void {
    const secretId = ctx.params.secret ?? '';
    const shown = {
      act: 'retire',
      action: appPath(client.id, `/secrets/${encodeURIComponent(secretId)}/retire`),
      isDangerous: true,
      secretAt: client.secrets.find(({ id }) => id === secretId)?.createdAt,
      hindrance: client.secrets.length < 2 ? 'onlySecret' : undefined,
    } as const;
    show(ctx, { desk, client }, shown, status);
  }

  function show(ctx: Context, { desk, client }: { desk: Desk; client: Client }, shown: Shown, status = 200): void {
    const { act, action, isDangerous, secretAt, hindrance } = shown;
    const name = clientName(client.metadata);
    const page = {
      ...desk.model,
      ...desk.form(action),
      title: { key: `admin.app.${act}.title`, values: { app: name } },
      about: { key: `admin.app.${act}.lead`, values: { app: name } },
      submit: { key: `admin.app.${act}.submit` },
      name,
      ...(secretAt === undefined ? {} : { secretAt }),
      was: secretsOf(client),
      openedAt: Date.now(),
      cancelUrl: appPath(client.id),
      isDangerous,
      ...(hindrance ? { hindrance: { key: `admin.app.hindrance.${hindrance}` } } : {}),
    };
    views.render(ctx, 'admin/app-act', page, { status });
  }
}

/** Which there are: a second click finds others. */
function secretsOf({ secrets }: Client): string {
  return secrets.map(({ id }) => id).join(' ');
}
