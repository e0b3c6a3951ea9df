// The audit record as administrators read it: owners all of it, others what concerns their firm.
import type { Audit, AuditEvent, AuditSearch } from '../audit/audit.ts';
import { type Administrator, organizationAskedFor } from './administrator.ts';
import { seenBy } from './audit-view.ts';

export type AuditQuery = AuditSearch;

export function createAuditLog({ audit }: { audit: Audit }) {
  /** Newest first. @throws DomainError 'not_permitted'; 'invalid_input' when one of several firms must be named */
  async function list(who: Administrator, query: AuditQuery): Promise<AuditEvent[]> {
    const organization = organizationAskedFor(who, 'audit:read', query.organization);
    return (await audit.search({ ...query, organization })).map((event) => seenBy(who, event));
  }

  return { list };
}
export type AuditLog = ReturnType<typeof createAuditLog>;
