// Which policy holds for somebody: the layers that apply, read from storage, put before the resolver.
import { type Organization, policyInForce, type RulesOfFirm } from './organization.ts';
import { type PolicyLayer, resolvePolicy, type SignInPolicy, type StatedRules, statedBy } from './policy.ts';

export interface PoliciesDependencies {
  /** What the operator's settings state. */
  instance: StatedRules;
  organizations: { get(id: string): Promise<Organization | undefined> };
}

export function createPolicies({ instance, organizations }: PoliciesDependencies) {
  /** @param memberOf ids of the firms a person belongs to
   *  @param options.instead firms as they would be, in the place of what is stored: for previews
   *  @param options.client what the app states that the person is on the way to */
  async function of(
    memberOf: readonly string[],
    { instead = [], client }: { instead?: readonly Organization[]; client?: PolicyLayer | undefined } = {},
  ): Promise<SignInPolicy> {
    const firms = await Promise.all(
      memberOf.map((id) => instead.find((firm) => firm.id === id) ?? organizations.get(id)),
    );
    return resolvePolicy([
      { source: { kind: 'instance' }, rules: instance },
      ...firms.flatMap((firm) => (firm ? [layerOf(firm)] : [])),
      ...(client ? [client] : []),
    ]);
  }

  return { of };
}
export type Policies = ReturnType<typeof createPolicies>;

export function layerOf(firm: Pick<Organization, 'id' | 'name'> & RulesOfFirm): PolicyLayer {
  const { id, name } = firm;
  return { source: { kind: 'organization', id, name }, rules: statedBy(policyInForce(firm, Date.now())) };
}
