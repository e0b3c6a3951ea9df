// /audit-events: what happened, newest first.
import { z } from 'zod';
import type { Administration } from '../../administration/administration.ts';
import { type AuditEvent, auditEventSchema, auditEventTypes } from '../../audit/audit.ts';
import { contentOf } from '../../audit/event.ts';
import { type Operation, operation } from './operation.ts';
import { listOf, pageOf, pageQuery, time, timeText } from './shapes.ts';

const query = z.strictObject({
  actor: z.string().min(1).max(300).optional().describe('An account id, `client:` and a client_id, `cli` or `system`'),
  subject: z.string().min(1).max(300).optional(),
  type: z.enum(auditEventTypes).optional(),
  since: z.union([z.iso.datetime({ offset: true }), z.iso.date()]).optional(),
  organization: z.string().optional().describe('To be named by whoever sees several, but not all'),
  ...pageQuery,
});

const chained = { chain: true, seq: true, previous: true, hash: true, personalSalt: true, personalHash: true } as const;
const shownSchema = z.strictObject({ ...auditEventSchema.omit(chained).shape, at: time }).meta({ id: 'AuditEvent' });

export function auditOperations({ auditLog }: Administration): Operation[] {
  return [
    operation({
      id: 'listAuditEvents',
      method: 'GET',
      path: '/audit-events',
      summary: 'Read the audit log, newest first',
      access: { scope: 'audit:read', permission: 'audit:read' },
      query,
      answer: { status: 200, schema: listOf(shownSchema).meta({ id: 'AuditEventList' }) },
      run: async ({ who, query: { since, limit, ...asked } }) => ({
        body: await pageOf(limit, {
          fetch: (more) =>
            auditLog.list(who, { ...asked, limit: more, since: since === undefined ? undefined : Date.parse(since) }),
          show,
        }),
      }),
    }),
  ];
}

/** How it hangs in its chain is for `audit verify`, which has all of them. */
function show(event: AuditEvent) {
  return { ...contentOf(event), at: timeText(event.at) };
}
