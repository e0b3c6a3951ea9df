// The rules of a firm as they are written: for good, or on probation until they are confirmed.
import type { AuditEvent, AuditEventType, Origin } from '../audit/audit.ts';
import type { Collection } from '../storage/port.ts';
import { type Organization, policyInForce, settled } from './organization.ts';
import type { PolicyRules } from './policy.ts';
import { changesOf } from './policy-changes.ts';

export interface FirmPoliciesDependencies {
  organizations: Pick<Collection<Organization>, 'update' | 'due'>;
  note(type: AuditEventType, id: string, detail: NonNullable<AuditEvent['detail']>, origin: Origin): Promise<void>;
}

export function createFirmPolicies({ organizations, note }: FirmPoliciesDependencies) {
  /** @param options.probation rules that hold for good only once they are confirmed
   *  @param options.isStill declines where the organization is no longer as it was looked at
   *  @returns undefined when there is no such organization, or `isStill` declined */
  async function setPolicy(
    id: string,
    policy: PolicyRules,
    origin: Origin,
    options: { probation?: { by: string; until: number }; isStill?: (old: Organization) => boolean } = {},
  ): Promise<Organization | undefined> {
    let before: PolicyRules | undefined;
    const updated = await organizations.update(id, (old) => {
      if (options.isStill && !options.isStill(old)) return undefined;
      const now = Date.now();
      before = policyInForce(old, now);
      const next = { ...settled(old), policy, updatedAt: now };
      if (!options.probation) return next;
      const { by, until: probationUntil } = options.probation;
      // What was never confirmed is nothing to fall back on.
      const isWaiting = old.probation && (old.probationUntil ?? 0) > now;
      const former = isWaiting && old.probation ? old.probation.former : before;
      return { ...next, probation: { by, former, savedAt: now }, probationUntil };
    });
    if (!updated || !before) return undefined;
    const changes = changesOf(before, policy);
    if (Object.keys(changes).length > 0)
      await note('policy.changed', id, { ...changes, ...(options.probation ? { probation: true } : {}) }, origin);
    return updated;
  }

  /** The rules on probation hold for good. @param signedInAt only those saved before, milliseconds UTC
   *  @returns whether there were any that still held */
  async function confirmPolicy(id: string, signedInAt: number, origin: Origin): Promise<boolean> {
    const updated = await organizations.update(id, (old) =>
      old.probation && old.probation.savedAt < signedInAt && (old.probationUntil ?? 0) > Date.now()
        ? { ...settled(old), updatedAt: Date.now() }
        : undefined,
    );
    if (updated) await note('policy.confirmed', id, {}, origin);
    return updated !== undefined;
  }

  /** Writes down what holds since the moments at which probations ended: the former rules. At most a thousand at a time. */
  async function endProbations(origin: Origin): Promise<void> {
    for (const { id } of await organizations.due(Date.now(), 1000)) {
      let refused: PolicyRules | undefined;
      const updated = await organizations.update(id, (old) => {
        if (!old.probation || (old.probationUntil ?? Infinity) > Date.now()) return undefined;
        refused = old.policy;
        return { ...settled(old), policy: old.probation.former, updatedAt: Date.now() };
      });
      if (updated && refused) await note('policy.rolled-back', id, changesOf(refused, updated.policy), origin);
    }
  }

  return { setPolicy, confirmPolicy, endProbations };
}
