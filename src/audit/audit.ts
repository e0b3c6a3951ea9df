// The append-only record of everything that changes who can get in, and of each sign-in. Never a secret among its details.
import { z } from 'zod';
import { newId } from '../platform/ids.ts';
import type { Log } from '../platform/log.ts';
import type { CollectionSpec, Storage } from '../storage/port.ts';

/** Past tense, `noun.what-happened`. */
export const auditEventTypes = [
  'account.changed',
  'account.created',
  'account.data-downloaded',
  'account.deleted',
  'account.deletion-begun',
  'account.email-change-cancelled',
  'account.email-change-requested',
  'account.email-changed',
  'account.imported',
  'account.locked-down',
  'account.profile-changed',
  'account.profile-completed',
  'account.reopened',
  'account.suspended',
  'client.changed',
  'client.created',
  'client.deleted',
  'client.secret-added',
  'client.secret-retired',
  'consent.granted',
  'grant.revoked',
  'invitation.accepted',
  'invitation.cancelled',
  'invitation.opened',
  'invitation.resent',
  'invitation.sent',
  'logout.undelivered',
  'mfa.activated',
  'mfa.deactivated',
  'mfa.locked',
  'mfa.reset',
  'organization.changed',
  'organization.created',
  'organization.deleted',
  'organization.domain-verified',
  'password.change-demanded',
  'password.changed',
  'password.reset',
  'password-reset.requested',
  'policy.changed',
  'policy.confirmed',
  'policy.rolled-back',
  'recovery.started',
  'recovery-code.used',
  'recovery-codes.renewed',
  'session.ended',
  'sign-in.failed',
  'sign-in.refused',
  'sign-in.succeeded',
  'sign-in.throttled',
  'signing-key.created',
] as const;
export type AuditEventType = (typeof auditEventTypes)[number];

/** Who acts and from where: filled at the edge (web, command line), handed down. */
export interface Origin {
  /** An account id, `cli`, `system`, or undefined for someone not signed in. */
  actor?: string | undefined;
  address?: string | undefined;
  userAgent?: string | undefined;
  requestId?: string | undefined;
}

export const auditEventSchema = z.object({
  id: z.string(),
  type: z.enum(auditEventTypes),
  /** Milliseconds UTC. */
  at: z.number(),
  result: z.enum(['success', 'failure']),
  /** The account, organization or key it happened to. */
  subject: z.string().optional(),
  /** Whose administrators may read it: the firms of its subject and of its client, as they were then. */
  organizations: z.array(z.string()).optional(),
  clientId: z.string().optional(),
  actor: z.string().optional(),
  address: z.string().optional(),
  userAgent: z.string().optional(),
  requestId: z.string().optional(),
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])).optional(),
  /** Names and e-mail addresses: not in the log. */
  personal: z.record(z.string(), z.string()).optional(),
});
export type AuditEvent = z.output<typeof auditEventSchema>;

const auditEvents: CollectionSpec<AuditEvent> = {
  name: 'audit-events',
  schema: auditEventSchema,
  index: ['subject', 'actor', 'type'],
  indexEach: ['organizations'],
};

export type NewEvent = Omit<AuditEvent, 'id' | 'at' | keyof Origin>;

export interface AuditSearch {
  organization?: string | undefined;
  actor?: string | undefined;
  subject?: string | undefined;
  type?: AuditEventType | undefined;
  /** Milliseconds UTC. */
  since?: number | undefined;
  /** The id of the last event of the page before. */
  after?: string | undefined;
  limit?: number | undefined;
}

export interface AuditDependencies {
  storage: Storage;
  log: Log;
  /** The firms of an account or a client. */
  organizationsOf(about: Pick<AuditEvent, 'subject' | 'clientId'>): Promise<string[]>;
}

export function createAudit({ storage, log, organizationsOf }: AuditDependencies) {
  const events = storage.collection(auditEvents);
  const eventId = createEventIds();

  /** Resolves once the event is stored: an act whose event cannot be written is not acknowledged. */
  async function record(event: NewEvent, origin: Origin): Promise<void> {
    const organizations = event.organizations ?? (await organizationsOf(event));
    const at = Date.now();
    const entry = withoutUndefined({
      id: eventId(at),
      at,
      ...event,
      ...origin,
      organizations: organizations.length > 0 ? [...new Set(organizations)] : undefined,
      userAgent: origin.userAgent?.slice(0, 300),
    });
    await events.insert(entry);
    const { personal: _personal, ...logged } = entry;
    log.info({ audit: logged }, entry.type);
  }

  /** Oldest first. */
  function bySubject(subject: string, limit = 100): Promise<AuditEvent[]> {
    return events.list({ where: { subject }, limit });
  }

  /** Newest first. @param after the id of the last event of the page before */
  function latestOf(
    subject: string,
    { after, limit }: { after?: string | undefined; limit: number },
  ): Promise<AuditEvent[]> {
    return events.list({ where: { subject }, order: 'descending', limit, ...(after === undefined ? {} : { after }) });
  }

  /** Newest first. */
  function search({ organization, since, after, limit = 100, ...fields }: AuditSearch): Promise<AuditEvent[]> {
    const where = withoutUndefined({ ...fields, organizations: organization }) as Record<string, string>;
    return events
      .list({ where, order: 'descending', limit, ...(after === undefined ? {} : { after }) })
      .then((found) => (since === undefined ? found : found.filter(({ at }) => at >= since)));
  }

  /** All of them, oldest first. */
  async function* ofSubject(subject: string): AsyncGenerator<AuditEvent> {
    const limit = 1000;
    let page = await events.list({ where: { subject }, limit });
    while (page.length > 0) {
      yield* page;
      const after = page.at(-1)?.id;
      page = page.length < limit || !after ? [] : await events.list({ where: { subject }, after, limit });
    }
  }

  /** Takes names and e-mail addresses out of a person's events. What happened, when and from where stays: it may be the only trace of
   *  somebody who took the account over and deleted it. */
  async function forgetPersonal(subject: string): Promise<void> {
    for await (const { id, personal } of ofSubject(subject))
      if (personal) await events.update(id, ({ personal: _forgotten, ...event }) => event);
  }

  return { record, bySubject, search, latestOf, ofSubject, forgetPersonal };
}
export type Audit = ReturnType<typeof createAudit>;

/** @returns ids that sort by time, those of one process and millisecond in the order they were made in: ten digits of base 36
 *  milliseconds, four that count, then chance */
function createEventIds() {
  let last = { at: 0, count: 0 };
  return (at: number): string => {
    last = { at, count: at === last.at ? last.count + 1 : 0 };
    return `${digits(at, 10)}-${digits(last.count, 4)}${newId()}`;
  };
}

function digits(value: number, length: number): string {
  return value.toString(36).padStart(length, '0');
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as T;
}
