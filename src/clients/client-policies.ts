// The rules that an app states for signing in to it, as they are written.
import type { AuditEventType, Origin } from '../audit/audit.ts';
import { type ClientPolicyRules, clientPolicySchema } from '../organizations/policy.ts';
import { changesOf } from '../organizations/policy-changes.ts';
import type { Collection } from '../storage/port.ts';
import { type Client, policyOfClient } from './client.ts';

export interface ClientPoliciesDependencies {
  clients: Pick<Collection<Client>, 'update'>;
  record(type: AuditEventType, client: Client, detail: Record<string, string>, origin: Origin): Promise<void>;
}

const nothing = JSON.stringify(clientPolicySchema.parse({}));

export function createClientPolicies({ clients, record }: ClientPoliciesDependencies) {
  /** @param isStill declines where the client is no longer as it was looked at
   *  @returns the client as it is now; undefined when there is none, or `isStill` declined */
  return async function setPolicy(
    clientId: string,
    policy: ClientPolicyRules,
    origin: Origin,
    isStill: (old: Client) => boolean = () => true,
  ): Promise<Client | undefined> {
    let before: ClientPolicyRules | undefined;
    const updated = await clients.update(clientId, (old) => {
      if (!isStill(old)) return undefined;
      before = policyOfClient(old);
      const { policy: _former, ...kept } = old;
      return { ...kept, ...(JSON.stringify(policy) === nothing ? {} : { policy }), updatedAt: Date.now() };
    });
    if (!updated || !before) return undefined;
    const changes = changesOf(before, policy);
    if (Object.keys(changes).length > 0) await record('client.policy-changed', updated, changes, origin);
    return updated;
  };
}
