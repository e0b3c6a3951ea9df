// A second click on a button finds what the first one did: the log names who did what to whom, and when.
import type { Audit, AuditEventType } from '../../audit/audit.ts';

/** Looked through; between two clicks there are few others. */
const latestEvents = 20;

/** @param click.openedAt when the page with the button was made, milliseconds UTC as text, as its form carries it
 *  @returns whether this administrator has done it since; also where nobody is left to whom it was done */
export async function wasDoneSince(
  audit: Audit,
  click: { type: AuditEventType; subject: string; actor: string; openedAt: string },
): Promise<boolean> {
  const openedAt = Number(click.openedAt);
  if (!openedAt) return false;
  const latest = await audit.latestOf(click.subject, { limit: latestEvents });
  return latest.some(
    ({ type, actor, at, result }) =>
      type === click.type && actor === click.actor && at >= openedAt && result === 'success',
  );
}

/** The same for an app that is gone: its events have no account for a subject. */
export async function wasClientDeletedSince(
  audit: Audit,
  click: { clientId: string; actor: string; openedAt: string },
): Promise<boolean> {
  const openedAt = Number(click.openedAt);
  if (!openedAt) return false;
  const latest = await audit.search({ actor: click.actor, type: 'client.deleted', limit: latestEvents });
  return latest.some(({ clientId, at }) => clientId === click.clientId && at >= openedAt);
}
