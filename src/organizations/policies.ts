// Which policy holds for somebody: the layers that apply, read from storage, put before the resolver.
import type { Organization } from './organization.ts';
import { type PolicyLayer, resolvePolicy, type SignInPolicy, type StatedRules, statedBy } from './policy.ts';

export interface PoliciesDependencies {
  /** What the operator's settings state. */
  instance: StatedRules;
  organizations: { get(id: string): Promise<Organization | undefined> };
}

export function createPolicies({ instance, organizations }: PoliciesDependencies) {
  /** @param memberOf ids of the firms a person belongs to   @param app the layer of the app they sign in to */
  async function of(memberOf: readonly string[], app?: PolicyLayer): Promise<SignInPolicy> {
    const firms = await Promise.all(memberOf.map((id) => organizations.get(id)));
    return resolvePolicy([
      { source: { kind: 'instance' }, rules: instance },
      ...firms.flatMap((firm) => (firm ? [layerOf(firm)] : [])),
      ...(app ? [app] : []),
    ]);
  }

  return { of };
}
export type Policies = ReturnType<typeof createPolicies>;

export function layerOf({ id, name, policy }: Pick<Organization, 'id' | 'name' | 'policy'>): PolicyLayer {
  return { source: { kind: 'organization', id, name }, rules: statedBy(policy) };
}
