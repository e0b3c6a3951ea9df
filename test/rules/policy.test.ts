// The sign-in policy: what a firm may state, and which of several statements holds.
import { describe, expect, it } from '@jest/globals';
import {
  addressRefusal,
  type PolicyLayer,
  policySchema,
  resolvePolicy,
  type StatedRules,
  sourceText,
  statedBy,
} from '../../src/organizations/policy.ts';

const instance = (rules: StatedRules): PolicyLayer => ({ source: { kind: 'instance' }, rules });
const firm = (id: string, rules: StatedRules): PolicyLayer => ({
  source: { kind: 'organization', id, name: id },
  rules,
});

describe('what a firm may state', () => {
  it('is nothing at all: then it demands nothing', () => {
    expect(policySchema.parse({})).toEqual({ mfa: 'optional', sso: 'optional', ipAllowList: [] });
  });

  it('is kept in one spelling, each address once', () => {
    const { ipAllowList } = policySchema.parse({ ipAllowList: ['10.9.9.9/8', '10.0.0.0/8', '2001:DB8::1'] });
    expect(ipAllowList).toEqual(['10.0.0.0/8', '2001:db8::1']);
  });

  it.each([
    [{ mfa: 'sometimes' }],
    // Nothing could fulfil it: no provider can be connected yet.
    [{ sso: 'required' }],
    [{ passwordMinLength: 7 }],
    [{ passwordMinLength: 65 }],
    [{ passwordMinLength: 12.5 }],
    [{ idleTimeoutMinutes: 4 }],
    [{ absoluteTimeoutHours: 0 }],
    [{ rememberDeviceDays: 91 }],
    [{ ipAllowList: ['10.0.0.1', 'home'] }],
    [{ ipAllowlist: [] }],
  ])('is not %j', (policy) => expect(policySchema.safeParse(policy).success).toBe(false));

  it('names the address that it cannot read', () => {
    const { error } = policySchema.safeParse({ ipAllowList: ['10.0.0.1', 'home'] });
    expect(error?.issues.map(({ path, message }) => [path, message])).toEqual([
      [['ipAllowList', 1], expect.stringContaining('"home"')],
    ]);
  });

  it('is counted in minutes and hours, and resolved in seconds', () => {
    const rules = policySchema.parse({ idleTimeoutMinutes: 30, absoluteTimeoutHours: 12 });
    expect(statedBy(rules)).toMatchObject({ idleSeconds: 1800, absoluteSeconds: 43_200 });
  });
});

describe('the strictest of what is stated holds', () => {
  it.each<[string, PolicyLayer[], object, object]>([
    [
      'nobody says anything',
      [instance({})],
      {
        mfa: 'optional',
        sso: 'optional',
        passwordMinLength: 12,
        idleSeconds: 28_800,
        absoluteSeconds: 604_800,
        rememberDeviceDays: 0,
      },
      { mfa: 'default', passwordMinLength: 'default' },
    ],
    [
      'a firm asks for less than the default',
      [instance({}), firm('acme', { passwordMinLength: 8, idleSeconds: 86_400, rememberDeviceDays: 30 })],
      { passwordMinLength: 8, idleSeconds: 86_400, rememberDeviceDays: 30 },
      { passwordMinLength: 'organization acme', idleSeconds: 'organization acme' },
    ],
    [
      'a firm asks for less than the operator',
      [
        instance({ passwordMinLength: 15, idleSeconds: 3600 }),
        firm('acme', { passwordMinLength: 8, idleSeconds: 7200 }),
      ],
      { passwordMinLength: 15, idleSeconds: 3600 },
      { passwordMinLength: 'instance', idleSeconds: 'instance' },
    ],
    [
      'one of two firms demands a second factor',
      [instance({ mfa: 'optional' }), firm('acme', { mfa: 'optional' }), firm('zeta', { mfa: 'required' })],
      { mfa: 'required' },
      { mfa: 'organization zeta' },
    ],
    [
      'two firms remember devices, one of them never',
      [firm('acme', { rememberDeviceDays: 30 }), firm('zeta', { rememberDeviceDays: 0 })],
      { rememberDeviceDays: 0 },
      { rememberDeviceDays: 'organization zeta' },
    ],
    [
      'two state the same: the first is named',
      [instance({ absoluteSeconds: 3600 }), firm('acme', { absoluteSeconds: 3600 })],
      { absoluteSeconds: 3600 },
      { absoluteSeconds: 'instance' },
    ],
  ])('%s', (_, layers, values, because) => {
    const policy = resolvePolicy(layers);
    expect(policy).toMatchObject(values);
    const named = Object.fromEntries(Object.entries(policy.because).map(([rule, by]) => [rule, sourceText(by)]));
    expect(named).toMatchObject(because);
  });

  it.each([
    ['10.0.0.5', undefined],
    ['10.0.0.9', 'organization zeta'],
    ['192.0.2.1', 'organization acme'],
    [undefined, 'organization acme'],
  ])('an address must be allowed by each firm that has a list: %s is refused by %s', (address, by) => {
    const policy = resolvePolicy([
      firm('acme', { ipAllowList: ['10.0.0.0/8'] }),
      firm('open', { ipAllowList: [] }),
      firm('zeta', { ipAllowList: ['10.0.0.5'] }),
    ]);
    const refusal = addressRefusal(policy, address);
    expect(refusal && sourceText(refusal)).toBe(by);
  });

  it('without a list an address that cannot be read is no reason to refuse', () => {
    expect(addressRefusal(resolvePolicy([firm('acme', {})]), undefined)).toBeUndefined();
  });
});
