// The audit record in the console: newest first, by what, whom and since when; and as a file, for other programs.
import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Administrator } from '../../administration/administrator.ts';
import type { AuditQuery } from '../../administration/audit-log.ts';
import { type AuditEvent, auditEventTypes } from '../../audit/audit.ts';
import { contentOf } from '../../audit/event.ts';
import { activityKey } from '../http/activity-key.ts';
import type { LogEventModel } from '../http/admin-models.ts';
import { accountNames } from './account-names.ts';
import { type Desk, pathWith, queryOf } from './desk.ts';
import { chooseFirm } from './firm-choice.ts';
import { csvOf } from './log-export.ts';
import { sectionsFor } from './navigation.ts';
import { personPath } from './person-models.ts';
import type { AdminPagesDependencies } from './router.ts';

export const logPath = '/admin/log';
const pageSize = 50;
const mostExported = 10_000;
const exportPage = 1000;

interface Asked {
  organization: string | undefined;
  type: AuditEvent['type'] | undefined;
  /** An address or an id, as typed. */
  about: string | undefined;
  /** `2026-11-24`, as typed. */
  since: string | undefined;
}

export function logRoutes(router: Router, dependencies: AdminPagesDependencies): void {
  const { accounts, administration, audit, openDesk, views } = dependencies;
  const { auditLog, firms } = administration;

  router.get(logPath, async (ctx) => {
    const desk = await openDesk(ctx, 'audit:read');
    if (!desk) return;
    const { who } = desk;
    const { asked, choices } = await askedFor(ctx, desk);
    const after = queryOf(ctx, 'after');
    // One more than is shown says whether there is more.
    const found = await list(who, asked, { after, limit: pageSize + 1 });
    const events = found.slice(0, pageSize);
    const last = found.length > pageSize ? events.at(-1) : undefined;
    const nameOf = await accountNames(administration, who, events);
    views.render(ctx, 'admin/log', {
      ...desk.model,
      sections: sectionsFor(who, asked.organization),
      firms: choices,
      types: auditEventTypes,
      ...textOf(asked),
      events: events.map((event) => toModel(event, nameOf)),
      isFiltered: Boolean(asked.type || asked.about || asked.since || after),
      mostExported,
      csvUrl: pathWith(`${logPath}/events.csv`, { ...asked }),
      jsonUrl: pathWith(`${logPath}/events.jsonl`, { ...asked }),
      ...(after ? { firstUrl: pathWith(logPath, { ...asked }) } : {}),
      ...(last ? { nextUrl: pathWith(logPath, { ...asked, after: last.id }) } : {}),
    });
  });

  for (const format of ['csv', 'jsonl'] as const) {
    router.get(`${logPath}/events.${format}`, async (ctx) => {
      const desk = await openDesk(ctx, 'audit:read');
      if (!desk) return;
      const { asked } = await askedFor(ctx, desk);
      const events = (await all(desk.who, asked)).map(contentOf);
      // Whoever takes the record of others along is part of it.
      const about = asked.organization === undefined ? {} : { organizations: [asked.organization] };
      const detail = { format, count: events.length };
      await audit.record({ type: 'audit.exported', result: 'success', ...about, detail }, desk.person.origin);
      ctx.set('Cache-Control', 'no-store');
      ctx.attachment(`audit-events.${format}`);
      ctx.type = format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson';
      ctx.body = format === 'csv' ? csvOf(events) : events.map((event) => `${JSON.stringify(event)}\n`).join('');
    });
  }

  async function askedFor(ctx: Context, { who }: Desk) {
    const type = auditEventTypes.find((known) => known === queryOf(ctx, 'type'));
    const about = queryOf(ctx, 'about')?.trim().slice(0, 254);
    const since = queryOf(ctx, 'since');
    const { organization, choices } = await chooseFirm(ctx, who, {
      firms,
      permission: 'audit:read',
      href: (id) => pathWith(logPath, { organization: id, type, about, since }),
    });
    const asked: Asked = { organization, type, about, since: timeOf(since) === undefined ? undefined : since };
    return { asked, choices };
  }

  async function list(who: Administrator, asked: Asked, page: Pick<AuditQuery, 'after' | 'limit'>) {
    const { organization, type } = asked;
    const subject = asked.about?.includes('@') ? (await accounts.findByEmail(asked.about))?.id : asked.about;
    // An address that nobody has: nothing happened to it.
    if (asked.about !== undefined && subject === undefined) return [];
    return auditLog.list(who, { organization, type, subject, since: timeOf(asked.since), ...page });
  }

  async function all(who: Administrator, asked: Asked): Promise<AuditEvent[]> {
    const events = await list(who, asked, { limit: exportPage });
    let page = events;
    while (page.length === exportPage && events.length < mostExported) {
      page = await list(who, asked, { limit: exportPage, after: page.at(-1)?.id });
      events.push(...page);
    }
    return events;
  }
}

function toModel(event: AuditEvent, nameOf: ReadonlyMap<string, string>): LogEventModel {
  const { type, at, result, actor, subject, clientId, address = '', detail = {}, personal = {} } = event;
  const facts = Object.entries({ ...detail, ...personal }).map(([name, value]) => ({
    name,
    value: Array.isArray(value) ? value.join(', ') : String(value),
  }));
  const party = (id: string) => {
    const name = nameOf.get(id);
    return { name: name ?? id, ...(name === undefined ? {} : { href: personPath(id) }) };
  };
  return {
    type,
    sentence: { key: activityKey(type) },
    at,
    hasFailed: result === 'failure',
    address,
    ...(actor === undefined ? {} : { actor: party(actor) }),
    ...(subject === undefined || subject === actor ? {} : { subject: party(subject) }),
    ...(clientId === undefined ? {} : { clientId }),
    facts,
  };
}

function textOf({ organization = '', type, about = '', since = '' }: Asked) {
  return { organization, type: type ?? '', about, since };
}

/** @returns milliseconds UTC of the beginning of the day; undefined for what is none */
function timeOf(since: string | undefined): number | undefined {
  if (since === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(since)) return undefined;
  const time = Date.parse(`${since}T00:00:00Z`);
  return Number.isNaN(time) ? undefined : time;
}
