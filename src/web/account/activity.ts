// "Recent activity": what happened to the account, from the audit record, newest first.
import type Router from '@koa/router';
import type { AuditEvent } from '../../audit/audit.ts';
import { clientName, ownClientId } from '../../clients/client.ts';
import { deviceOf, deviceWords } from '../../platform/device.ts';
import type { ActivityModel } from '../http/account-models.ts';
import { activityKey } from '../http/activity-key.ts';
import type { AccountPagesDependencies } from './router.ts';

const path = '/profile/activity';
const pageSize = 20;

export function activityRoutes(router: Router, { audit, clients, signedIn, views }: AccountPagesDependencies): void {
  router.get(path, async (ctx) => {
    const person = await signedIn.require(ctx);
    if (!person) return;
    const after = typeof ctx.query.after === 'string' && ctx.query.after !== '' ? ctx.query.after : undefined;
    // One more than is shown says whether there is more.
    const found = await audit.latestOf(person.account.id, { after, limit: pageSize + 1 });
    const events = found.slice(0, pageSize);
    const last = found.length > pageSize ? events.at(-1) : undefined;
    views.render(ctx, 'account/activity', {
      ...person.model,
      events: await Promise.all(events.map((event) => toModel(event, person.account.id))),
      isFirstPage: after === undefined,
      firstUrl: path,
      ...(last ? { nextUrl: `${path}?${new URLSearchParams({ after: last.id })}` } : {}),
    });
  });

  async function toModel(event: AuditEvent, accountId: string): Promise<ActivityModel> {
    const { type, at, result, clientId, address = '', userAgent, actor } = event;
    const isForeign = actor !== undefined && actor !== accountId && actor !== 'system';
    const client = clientId === undefined || clientId === ownClientId ? undefined : await clients.get(clientId);
    return {
      sentence: { key: activityKey(type) },
      at,
      hasFailed: result === 'failure',
      address,
      // A command line has no browser.
      ...(userAgent === undefined ? {} : { device: deviceWords(deviceOf(userAgent)) }),
      ...(client ? { clientName: clientName(client.metadata) } : {}),
      isByAdministrator: isForeign,
    };
  }
}
