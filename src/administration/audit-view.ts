// What an event shows to whoever reads it for their own firm: a person may belong to others, too, which are none of their business.
import type { AuditEvent } from '../audit/audit.ts';
import { type Administrator, firmsWith } from './administrator.ts';

/** Details that name organizations: as a list, or as one text of what members are found by. */
const naming = /^memberships(\.old|\.new)?$/;

export function seenBy(who: Administrator, event: AuditEvent): AuditEvent {
  const firms = firmsWith(who, 'audit:read');
  if (firms === undefined) return event;
  const isTheirs = (key: string) => firms.includes(key.split(':')[0] ?? '');
  /** A rule of the instance, or of a firm of theirs. */
  const isOwnRule = (by: string) => !by.startsWith('organization ') || firms.includes(by.slice('organization '.length));
  const { organizations, detail, ...rest } = event;
  return {
    ...rest,
    ...(organizations ? { organizations: organizations.filter(isTheirs) } : {}),
    ...(detail ? { detail: Object.fromEntries(Object.entries(detail).map(onlyTheirs)) } : {}),
  };

  type Detail = NonNullable<AuditEvent['detail']>[string];
  function onlyTheirs([name, value]: [string, Detail]): [string, Detail] {
    if (name === 'by' && !isOwnRule(String(value))) return [name, 'organization'];
    if (!naming.test(name)) return [name, value];
    if (Array.isArray(value)) return [name, value.filter(isTheirs)];
    return [name, String(value).split(', ').filter(isTheirs).join(', ')];
  }
}
