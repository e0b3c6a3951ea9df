// The append-only record of everything that changes who can get in, and of each sign-in. Never a secret among its details.
import { z } from 'zod';
import { isDomainError } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import type { Secrets } from '../platform/secrets.ts';
import type { CollectionSpec, Storage } from '../storage/port.ts';
import { createChainWriter } from './chain-writer.ts';
import { createCheckpoints } from './checkpoints.ts';
import { settleDeadChains } from './dead-chains.ts';
import {
  type AuditEvent,
  auditEventsSpec,
  eventIdAt,
  type NotedEvent,
  type Origin,
  withoutUndefined,
} from './event.ts';
import type { AuditEventType } from './event-types.ts';
import { createSignInDays } from './sign-in-days.ts';
import { type Verification, verifyRecord } from './verification.ts';

export { type AuditEvent, auditEventSchema, type Noted, type NotedEvent, type Origin } from './event.ts';
export { type AuditEventType, auditEventTypes } from './event-types.ts';

/** What is filled in here. */
type Filled = 'id' | 'at' | 'chain' | 'seq' | 'previous' | 'hash' | 'personalSalt' | 'personalHash';
export type NewEvent = Omit<AuditEvent, Filled | keyof Origin>;

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
  secrets: Secrets;
  log: Log;
  /** The firms of an account or a client. */
  organizationsOf(about: Pick<AuditEvent, 'subject' | 'clientId'>): Promise<string[]>;
}

const lastId = 'last';
const verificationSchema = z.object({ id: z.string(), at: z.number(), faults: z.number() });
const verificationsSpec: CollectionSpec<z.output<typeof verificationSchema>> = {
  name: 'audit-verifications',
  schema: verificationSchema,
};

export function createAudit({ storage, secrets, log, organizationsOf }: AuditDependencies) {
  const events = storage.collection(auditEventsSpec);
  const verifications = storage.collection(verificationsSpec);
  const checkpoints = createCheckpoints({ storage, secrets });
  const chain = createChainWriter({ events, checkpoints, log });
  const signInDays = createSignInDays({ storage, log });
  const eventId = createEventIds();

  /** Resolves once the event is stored: an act whose event cannot be written is not acknowledged. */
  async function record(event: NewEvent, origin: Origin): Promise<void> {
    const at = Date.now();
    await store({ id: eventId(at), at, ...event, ...origin, userAgent: origin.userAgent?.slice(0, 300) });
  }

  /** What the record of its subject has kept since the change (`notedEvent`). However often and however much at once it is handed in, it is
   *  stored once. */
  async function recordNoted(subject: string, event: NotedEvent): Promise<void> {
    if (await events.get(event.id)) return;
    await store({ ...event, subject }).catch((error: unknown) => {
      if (!isDomainError(error, 'duplicate')) throw error;
    });
  }

  async function store(event: NewEvent & NotedEvent): Promise<void> {
    const organizations = event.organizations ?? (await organizationsOf(event));
    const entry = withoutUndefined({
      ...event,
      organizations: organizations.length > 0 ? [...new Set(organizations)] : undefined,
    });
    await Promise.all([chain.append(entry), signInDays.note(entry)]);
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
      if (personal) await events.update(id, ({ personal: _forgotten, personalSalt: _salt, ...event }) => event);
  }

  /** The sweeper's part: signs what is new, and closes the chains of processes that died. */
  async function sweep(): Promise<void> {
    await chain.keepAlive();
    await settleDeadChains({ events, checkpoints }, chain.current());
  }

  function count(): Promise<number> {
    return events.count();
  }

  /** What it found is remembered, for whoever looks after the instance. @param onProgress entries looked at so far */
  async function verify(onProgress?: (entries: number) => void): Promise<Verification> {
    const found = await verifyRecord({ events, checkpoints }, onProgress);
    await verifications.put({ id: lastId, at: Date.now(), faults: found.faults.length });
    return found;
  }

  /** @returns when the record was last read as a whole, and how many faults that found; undefined where it never was */
  function lastVerification(): Promise<{ at: number; faults: number } | undefined> {
    return verifications.get(lastId);
  }

  /** When the oldest event happened, milliseconds UTC; undefined before the first. */
  async function firstAt(): Promise<number | undefined> {
    return (await events.list({ limit: 1 }))[0]?.at;
  }

  return {
    record,
    recordNoted,
    bySubject,
    search,
    latestOf,
    ofSubject,
    forgetPersonal,
    sweep,
    count,
    verify,
    lastVerification,
    firstAt,
    close: chain.close,
    signInDays: signInDays.latest,
  };
}
export type Audit = ReturnType<typeof createAudit>;

/** @returns ids of which those of one process and millisecond sort in the order they were made in */
function createEventIds() {
  let last = { at: 0, count: 0 };
  return (at: number): string => {
    last = { at, count: at === last.at ? last.count + 1 : 0 };
    return eventIdAt(at, last.count);
  };
}
