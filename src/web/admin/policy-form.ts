// The sign-in policy as a form asks for it: names as in the API, one address a line, an empty number where nothing is stated.
import { type PolicyRules, policySchema } from '../../organizations/policy.ts';
import type { FieldError } from '../http/view-models.ts';

export const policyFields = [
  'mfa',
  'passkeys',
  'ipAllowList',
  'passwordMinLength',
  'idleTimeoutMinutes',
  'absoluteTimeoutHours',
] as const;
type PolicyField = (typeof policyFields)[number];
export type GivenPolicy = Record<PolicyField, string>;

const numbers = ['passwordMinLength', 'idleTimeoutMinutes', 'absoluteTimeoutHours'] as const;

/** What each number may be; the sentences of its errors name both. */
const limits: Record<(typeof numbers)[number], { least: number; most: number }> = {
  passwordMinLength: { least: 8, most: 64 },
  idleTimeoutMinutes: { least: 5, most: 1440 },
  absoluteTimeoutHours: { least: 1, most: 720 },
};

export function givenOf(policy: PolicyRules): GivenPolicy {
  return {
    mfa: policy.mfa,
    passkeys: policy.passkeys ?? 'optional',
    ipAllowList: policy.ipAllowList.join('\n'),
    passwordMinLength: String(policy.passwordMinLength ?? ''),
    idleTimeoutMinutes: String(policy.idleTimeoutMinutes ?? ''),
    absoluteTimeoutHours: String(policy.absoluteTimeoutHours ?? ''),
  };
}

/** @param stored what the form does not ask for stays
 *  @returns the rules, or what is wrong with each field, all at once */
export function readPolicy(
  given: GivenPolicy,
  { sso, rememberDeviceDays }: PolicyRules,
): { policy: PolicyRules } | { errors: FieldError[] } {
  const stated = numbers.flatMap((field) => {
    const text = given[field].trim();
    return text === '' ? [] : [[field, /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN] as const];
  });
  const { data, error } = policySchema.safeParse({
    mfa: given.mfa === 'required' ? 'required' : 'optional',
    sso,
    ...(given.passkeys === 'required-for-administrators' ? { passkeys: given.passkeys } : {}),
    ...(rememberDeviceDays === undefined ? {} : { rememberDeviceDays }),
    ipAllowList: given.ipAllowList.split(/[\s,;]+/).filter(Boolean),
    ...Object.fromEntries(stated),
  });
  if (data) return { policy: data };
  const wrong = new Map(error.issues.map(({ path }) => [String(path[0]), path[1]]));
  return { errors: [...wrong].map(([field, index]) => errorOf(field, given, index)) };
}

function errorOf(field: string, given: GivenPolicy, index: PropertyKey | undefined): FieldError {
  if (field === 'ipAllowList') {
    const entry = given.ipAllowList.split(/[\s,;]+/).filter(Boolean)[Number(index)] ?? '';
    return { field, key: 'error.ipAllowList.entry', values: { entry: entry.slice(0, 60) } };
  }
  return { field, key: 'error.policy.number', values: limits[field as keyof typeof limits] ?? {} };
}
