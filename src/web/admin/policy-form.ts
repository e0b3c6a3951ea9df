// Sign-in rules as a form asks for them: names as in the API, one address a line, an empty number where nothing is stated.
import type { z } from 'zod';
import {
  type ClientPolicyRules,
  clientPolicySchema,
  type PolicyRules,
  policySchema,
} from '../../organizations/policy.ts';
import type { FieldError } from '../http/view-models.ts';

/** What each number may be; the sentences of its errors name both. */
const limits = {
  passwordMinLength: { least: 8, most: 64 },
  idleTimeoutMinutes: { least: 5, most: 1440 },
  absoluteTimeoutHours: { least: 1, most: 720 },
  maxAgeMinutes: { least: 1, most: 43_200 },
  rememberDeviceDays: { least: 0, most: 90 },
} as const;
type NumberField = keyof typeof limits;

export const policyFields = [
  'mfa',
  'passkeys',
  'ipAllowList',
  'passwordMinLength',
  'idleTimeoutMinutes',
  'absoluteTimeoutHours',
  'rememberDeviceDays',
] as const;
export type GivenPolicy = Record<(typeof policyFields)[number], string>;

export const clientPolicyFields = [
  'mfa',
  'ipAllowList',
  'maxAgeMinutes',
  'idleTimeoutMinutes',
  'absoluteTimeoutHours',
] as const;
export type GivenClientPolicy = Record<(typeof clientPolicyFields)[number], string>;

export function givenOf(policy: PolicyRules): GivenPolicy {
  const passkeys = policy.passkeys ?? 'optional';
  return {
    ...sharedOf(policy),
    passkeys,
    passwordMinLength: String(policy.passwordMinLength ?? ''),
    rememberDeviceDays: String(policy.rememberDeviceDays ?? ''),
  };
}

export function givenOfClient(policy: ClientPolicyRules): GivenClientPolicy {
  return { ...sharedOf(policy), maxAgeMinutes: String(policy.maxAgeMinutes ?? '') };
}

type Shared = Pick<PolicyRules, 'mfa' | 'ipAllowList' | 'idleTimeoutMinutes' | 'absoluteTimeoutHours'>;

function sharedOf({ mfa, ipAllowList, idleTimeoutMinutes, absoluteTimeoutHours }: Shared) {
  return {
    mfa,
    ipAllowList: ipAllowList.join('\n'),
    idleTimeoutMinutes: String(idleTimeoutMinutes ?? ''),
    absoluteTimeoutHours: String(absoluteTimeoutHours ?? ''),
  };
}

/** The rules, or what is wrong with each field, all at once. */
type Read<Rules> = { policy: Rules } | { errors: FieldError[] };

/** @param stored what the form does not ask for stays */
export function readPolicy(given: GivenPolicy, { sso }: PolicyRules): Read<PolicyRules> {
  const passkeys =
    given.passkeys === 'required-for-administrators' ? { passkeys: 'required-for-administrators' as const } : {};
  return read(policySchema, given, { sso, ...passkeys });
}

export function readClientPolicy(given: GivenClientPolicy): Read<ClientPolicyRules> {
  return read(clientPolicySchema, given, {});
}

function read<Rules>(
  schema: z.ZodType<Rules>,
  given: GivenPolicy | GivenClientPolicy,
  kept: Partial<PolicyRules>,
): Read<Rules> {
  const texts: Partial<Record<NumberField, string>> = given;
  const stated = (Object.keys(limits) as NumberField[]).flatMap((field) => {
    const text = texts[field]?.trim() ?? '';
    return text === '' ? [] : [[field, /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN] as const];
  });
  const entries = given.ipAllowList.split(/[\s,;]+/).filter(Boolean);
  const { data, error } = schema.safeParse({
    mfa: given.mfa === 'required' ? 'required' : 'optional',
    ipAllowList: entries,
    ...kept,
    ...Object.fromEntries(stated),
  });
  if (data) return { policy: data };
  const wrong = new Map(error?.issues.map(({ path }) => [String(path[0]), path[1]]));
  return { errors: [...wrong].map(([field, index]) => errorOf(field, entries[Number(index)] ?? '')) };
}

function errorOf(field: string, entry: string): FieldError {
  if (field === 'ipAllowList') return { field, key: 'error.ipAllowList.entry', values: { entry: entry.slice(0, 60) } };
  return { field, key: 'error.policy.number', values: limits[field as NumberField] ?? {} };
}
