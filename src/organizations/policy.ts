// The sign-in policy and its one resolver. The instance, each of a person's firms and the app may each state rules; the strictest of
// those stated holds, and what nobody states is the default. Every answer carries who asked for it.
import { z } from 'zod';
import { canonicalRange, isInRanges } from './ip-ranges.ts';

const ipRange = z.string().transform((text, context) => {
  const range = canonicalRange(text);
  if (range !== undefined) return range;
  context.addIssue(`"${text}" is neither an IP address nor a CIDR range such as 203.0.113.0/24 or 2001:db8::/32`);
  return z.NEVER;
});

/** No session lasts longer, whatever anybody states. */
export const longestSessionSeconds = 30 * 24 * 3600;

export const passkeyDemands = ['optional', 'required-for-administrators'] as const;

/** What one firm (or app) states, under the names of the API. What is left out it leaves to others. */
export const policySchema = z.strictObject({
  mfa: z.enum(['optional', 'required']).default('optional'),
  sso: z
    .enum(['optional', 'required'])
    .refine((sso) => sso === 'optional', 'cannot be required yet: no provider can be connected in this version')
    .default('optional'),
  /** Empty: from anywhere. */
  ipAllowList: z
    .array(ipRange)
    .max(500)
    .transform((ranges) => [...new Set(ranges)])
    .default([]),
  /** Code points. */
  passwordMinLength: z.int().min(8).max(64).optional(),
  idleTimeoutMinutes: z.int().min(5).max(1440).optional(),
  absoluteTimeoutHours: z
    .int()
    .min(1)
    .max(longestSessionSeconds / 3600)
    .optional(),
  /** Who must have a passkey. Administrators: whoever has an administrative role, on the instance or in any firm. */
  passkeys: z.enum(passkeyDemands).optional(),
  /** 0: a code is asked for each time. */
  rememberDeviceDays: z.int().min(0).max(90).optional(),
});
export type PolicyRules = z.output<typeof policySchema>;

const { mfa, ipAllowList, idleTimeoutMinutes, absoluteTimeoutHours } = policySchema.shape;

/** What an app may state. The length of a password is nobody's app's: people have one for all of them. */
export const clientPolicySchema = z.strictObject({
  mfa,
  ipAllowList,
  idleTimeoutMinutes,
  absoluteTimeoutHours,
  /** Since the sign-in, whatever the app asks for by `max_age`. */
  maxAgeMinutes: z.int().min(1).max(43_200).optional(),
});
export type ClientPolicyRules = z.output<typeof clientPolicySchema>;

/** Who states a rule. `default` where nobody does. */
export type PolicySource =
  | { kind: 'default' | 'instance' }
  | { kind: 'organization' | 'client'; id: string; name: string };

/** What one layer states, in the resolver's units. */
export type StatedRules = Partial<
  Pick<
    SignInPolicy,
    'mfa' | 'sso' | 'passkeys' | 'passwordMinLength' | 'idleSeconds' | 'absoluteSeconds' | 'rememberDeviceDays'
  >
> & { ipAllowList?: readonly string[]; maxAgeSeconds?: number };

export interface PolicyLayer {
  source: PolicySource;
  rules: StatedRules;
}

export function statedBy(policy: PolicyRules | ClientPolicyRules): StatedRules {
  const { idleTimeoutMinutes, absoluteTimeoutHours, maxAgeMinutes, ...rules } = { maxAgeMinutes: undefined, ...policy };
  const stated = {
    ...rules,
    idleSeconds: idleTimeoutMinutes && idleTimeoutMinutes * 60,
    absoluteSeconds: absoluteTimeoutHours && absoluteTimeoutHours * 3600,
    maxAgeSeconds: maxAgeMinutes && maxAgeMinutes * 60,
  };
  return Object.fromEntries(Object.entries(stated).filter(([, value]) => value !== undefined));
}

export interface AllowList {
  ranges: readonly string[];
  source: PolicySource;
}

/** What holds for a person (and app). */
export interface SignInPolicy {
  /** `required`: nobody gets in without a second factor; who has none sets it up while signing in. */
  mfa: 'optional' | 'required';
  /** `required`: passwords and passkeys are closed, but for a break-glass owner. */
  sso: 'optional' | 'required';
  /** Who must have a passkey; who has none makes one while signing in. */
  passkeys: (typeof passkeyDemands)[number];
  /** An address must be in each of them. */
  allowLists: readonly AllowList[];
  /** Code points; 8 to 64. */
  passwordMinLength: number;
  idleSeconds: number;
  absoluteSeconds: number;
  rememberDeviceDays: number;
  /** A sign-in that is older is no longer enough; absent where nobody minds. */
  maxAge?: { seconds: number; source: PolicySource };
  /** Who asked for what stands above. */
  because: Readonly<Record<PolicyRule, PolicySource>>;
}
export type PolicyRule =
  | 'mfa'
  | 'sso'
  | 'passkeys'
  | 'passwordMinLength'
  | 'idleSeconds'
  | 'absoluteSeconds'
  | 'rememberDeviceDays';

const byDefault: PolicySource = { kind: 'default' };

export const policyDefaults = {
  passwordMinLength: 12,
  idleSeconds: 8 * 3600,
  absoluteSeconds: 7 * 24 * 3600,
  rememberDeviceDays: 0,
} as const;

/** @param layers in the order in which they are named as the source, where several state the same */
export function resolvePolicy(layers: readonly PolicyLayer[]): SignInPolicy {
  const mfa = demandedBy(layers, 'mfa');
  const sso = demandedBy(layers, 'sso');
  const passkeys = layers.find(({ rules }) => rules.passkeys === 'required-for-administrators')?.source;
  const passwordMinLength = strictest(layers, 'passwordMinLength', Math.max);
  const idleSeconds = strictest(layers, 'idleSeconds', Math.min);
  const absoluteSeconds = strictest(layers, 'absoluteSeconds', Math.min);
  const rememberDeviceDays = strictest(layers, 'rememberDeviceDays', Math.min);
  const maxAge = shortestAge(layers);
  return {
    mfa: mfa ? 'required' : 'optional',
    sso: sso ? 'required' : 'optional',
    passkeys: passkeys ? 'required-for-administrators' : 'optional',
    allowLists: layers.flatMap(({ source, rules: { ipAllowList: ranges = [] } }) =>
      ranges.length > 0 ? [{ ranges, source }] : [],
    ),
    passwordMinLength: passwordMinLength.value,
    idleSeconds: idleSeconds.value,
    absoluteSeconds: absoluteSeconds.value,
    rememberDeviceDays: rememberDeviceDays.value,
    ...(maxAge ? { maxAge } : {}),
    because: {
      mfa: mfa ?? byDefault,
      sso: sso ?? byDefault,
      passkeys: passkeys ?? byDefault,
      passwordMinLength: passwordMinLength.source,
      idleSeconds: idleSeconds.source,
      absoluteSeconds: absoluteSeconds.source,
      rememberDeviceDays: rememberDeviceDays.source,
    },
  };
}

function demandedBy(layers: readonly PolicyLayer[], field: 'mfa' | 'sso'): PolicySource | undefined {
  return layers.find(({ rules }) => rules[field] === 'required')?.source;
}

/** The default holds only where no layer states anything: a firm may ask for less than it, not for less than another states. */
function strictest(
  layers: readonly PolicyLayer[],
  field: keyof typeof policyDefaults,
  choose: (...values: number[]) => number,
): { value: number; source: PolicySource } {
  const stated = layers.flatMap(({ source, rules }) => {
    const value = rules[field];
    return value === undefined ? [] : [{ value, source }];
  });
  const value = choose(...stated.map((one) => one.value));
  return stated.find((one) => one.value === value) ?? { value: policyDefaults[field], source: byDefault };
}

function shortestAge(layers: readonly PolicyLayer[]): SignInPolicy['maxAge'] {
  const stated = layers.flatMap(({ source, rules: { maxAgeSeconds: seconds } }) =>
    seconds === undefined ? [] : [{ seconds, source }],
  );
  return stated.toSorted((a, b) => a.seconds - b.seconds)[0];
}

/** `organization acme`, `instance`: for logs and the audit record. */
export function sourceText(source: PolicySource): string {
  return 'id' in source ? `${source.kind} ${source.id}` : source.kind;
}

/** @param address undefined where it could not be read: that is in no list
 *  @returns who refuses the address; undefined where it is allowed */
export function addressRefusal(
  { allowLists }: Pick<SignInPolicy, 'allowLists'>,
  address: string | undefined,
): PolicySource | undefined {
  return allowLists.find(({ ranges }) => !isInRanges(ranges, address))?.source;
}
