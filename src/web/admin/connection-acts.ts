// What is done to a connection after a page that says what will happen: switched on or off, deleted. All ask for a fresh sign-in; a second
// click leads on to where it can be seen what holds now.
import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Connection } from '../../federation/connection.ts';
import { isDomainError } from '../../platform/errors.ts';
import { seeOther } from '../http/redirect.ts';
import type { FieldError } from '../http/view-models.ts';
import { connectionPath, connectionsPath } from './connection-models.ts';
import type { Desk } from './desk.ts';
import type { AdminPagesDependencies } from './router.ts';
import { wasDoneSince } from './second-click.ts';

const switches = [
  { act: 'enable', enabled: true, done: 'enabled' },
  { act: 'disable', enabled: false, done: 'disabled' },
] as const;

export function connectionActRoutes(router: Router, dependencies: AdminPagesDependencies): void {
  const { administration, audit, openDesk, readForm, views } = dependencies;
  const { connections } = administration;

  for (const { act, enabled, done } of switches) {
    const path = `${connectionsPath}/:id/${act}`;

    router.get(path, async (ctx) => {
      const found = await find(ctx);
      if (found) show(ctx, found, act);
    });

    router.post(path, async (ctx) => {
      const found = await find(ctx);
      if (!found) return;
      const { desk, connection } = found;
      const { was } = await readForm(ctx, desk.person.csrfContext, ['was']);
      try {
        // What is put to use is what was looked at, and tested.
        const isStill = ({ updatedAt }: Connection) => String(updatedAt) === was;
        if (connection.isEnabled !== enabled) await connections.change(desk.who, connection.id, { enabled }, isStill);
      } catch (error) {
        if (!isDomainError(error, 'conflict')) throw error;
        return show(ctx, found, act, [{ key: 'error.connection.changed' }]);
      }
      seeOther(ctx, `${connectionPath(connection.id)}?done=${done}`);
    });
  }

  const deletePath = `${connectionsPath}/:id/delete`;

  router.get(deletePath, async (ctx) => {
    const found = await find(ctx);
    if (found) show(ctx, found, 'delete');
  });

  router.post(deletePath, async (ctx) => {
    const desk = await openDesk(ctx, 'organizations:write', { isFresh: true });
    if (!desk) return;
    const { openedAt } = await readForm(ctx, desk.person.csrfContext, ['openedAt']);
    const id = ctx.params.id ?? '';
    try {
      await connections.remove(desk.who, id);
    } catch (error) {
      const click = { type: 'connection.deleted', subject: id, actor: desk.person.account.id, openedAt } as const;
      if (!isDomainError(error, 'not_found') || !(await wasDoneSince(audit, click))) throw error;
    }
    seeOther(ctx, `${connectionsPath}?done=deleted`);
  });

  async function find(ctx: Context): Promise<{ desk: Desk; connection: Connection } | undefined> {
    const desk = await openDesk(ctx, 'organizations:write', { isFresh: true });
    return desk && { desk, connection: await connections.getOwn(desk.who, String(ctx.params.id)) };
  }

  function show(
    ctx: Context,
    { desk, connection }: { desk: Desk; connection: Connection },
    act: 'enable' | 'disable' | 'delete',
    errors: readonly FieldError[] = [],
  ): void {
    const { id, name, updatedAt } = connection;
    const page = {
      ...desk.model,
      ...desk.form(connectionPath(id, `/${act}`), errors),
      title: { key: `admin.connection.${act}.title`, values: { name } },
      about: { key: `admin.connection.${act}.lead`, values: { name } },
      submit: { key: `admin.connection.${act}.submit` },
      name,
      was: String(updatedAt),
      openedAt: Date.now(),
      isDangerous: act !== 'enable',
      cancelUrl: connectionPath(id),
    };
    views.render(ctx, 'admin/connection-act', page, { status: errors.length > 0 ? 409 : 200 });
  }
}
