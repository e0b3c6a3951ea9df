// What the entries of a configuration file may say: each fault as `field: what is wrong`.
import type { z } from 'zod';
import { parseRegistration } from '../clients/registration.ts';
import { problemSentences, problemsIn } from '../federation/connection.ts';
import { declaredConnectionSchema } from '../federation/declared.ts';
import { declaredOrganizationSchema } from '../organizations/declared.ts';
import { type DeclaredBrand, declaredBrandSchema } from '../organizations/declared-brand.ts';
import { organizationId } from '../organizations/organization.ts';
import { type ClientPolicyRules, clientPolicySchema } from '../organizations/policy.ts';
import { isDomainError } from '../platform/errors.ts';

/** As written. */
export type Entry = Record<string, unknown>;

/** RFC 7591 metadata, and whose it is. */
export interface DeclaredClient {
  registration: Record<string, unknown>;
  organization?: string;
  brand: DeclaredBrand;
  policy: ClientPolicyRules;
}

export function organizationFaults(value: Entry): string[] {
  return faultsIn(declaredOrganizationSchema.safeParse(value).error);
}

export function connectionFaults(value: Entry): string[] {
  const { data, error } = declaredConnectionSchema.safeParse(value);
  return data
    ? problemsIn(data).map(({ field, problem }) => `${field}: ${problemSentences[problem]}`)
    : faultsIn(error);
}

function faultsIn(error: z.ZodError | undefined): string[] {
  return (error?.issues ?? []).flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => `${[...issue.path, key].join('.')}: is not a known field`)
      : [`${issue.path.join('.')}: ${issue.message.replace(/^Invalid (input|option): expected /, 'must be ')}`],
  );
}

export function clientFaults(value: Entry): string[] {
  const { registration, organization } = declaredClient(value);
  const look = partFaults('brand', declaredBrandSchema, value.brand);
  const rules = partFaults('policy', clientPolicySchema, value.policy);
  const whose =
    organization === undefined || organizationId.safeParse(organization).success
      ? []
      : ['organization: must be the id of an organization'];
  const faults = [...whose, ...look, ...rules];
  try {
    parseRegistration(registration);
    return faults;
  } catch (error) {
    if (!isDomainError(error, 'invalid_input')) throw error;
    return [...faults, ...error.detail.split('\n')];
  }
}

/** What is left out is as if nothing stood there. */
function partFaults(field: string, schema: z.ZodType, value: unknown): string[] {
  const faults = faultsIn(schema.safeParse(value ?? {}).error);
  return faults.map((fault) => `${field}${fault.startsWith(':') ? '' : '.'}${fault}`);
}

export function declaredClient({ organization, brand, policy, ...registration }: Entry): DeclaredClient {
  const whose = organization === undefined ? {} : { organization: organization as string };
  return {
    registration,
    ...whose,
    brand: declaredBrandSchema.safeParse(brand).data ?? {},
    policy: clientPolicySchema.safeParse(policy).data ?? clientPolicySchema.parse({}),
  };
}
