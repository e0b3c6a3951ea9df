// What is next in a sign-in, and why: the rules in their order.
import { describe, expect, it } from '@jest/globals';
import type { Account } from '../../src/accounts/account.ts';
import { type Attempt, type ProofMethod, proofSeconds } from '../../src/sign-in/attempt.ts';
import { nextStep, type Situation } from '../../src/sign-in/steps.ts';

const now = Date.UTC(2026, 10, 22);
const staleAt = now - proofSeconds * 1000;

function account(changes: Partial<Account> = {}): Account {
  return {
    id: 'ana',
    email: 'ana@example.com',
    emailCanonical: 'ana@example.com',
    emailVerified: true,
    status: 'active',
    roles: [],
    sessionEpoch: 3,
    createdAt: 0,
    updatedAt: 0,
    ...changes,
  };
}

const totp = { secret: 'sealed', lastUsedStep: 0, driftSteps: 0, activatedAt: 0 };

/** An attempt in which the account gave these proofs, now or at the time told. */
function attempt(proofs: readonly (ProofMethod | [ProofMethod, number])[], changes: Partial<Attempt> = {}): Attempt {
  const given = proofs.map((proof) =>
    typeof proof === 'string' ? { method: proof, at: now } : { method: proof[0], at: proof[1] },
  );
  return {
    id: 'a',
    browserHash: 'b',
    clientId: 'c',
    params: '',
    accountId: 'ana',
    epoch: 3,
    proofs: given,
    wrongCodes: 0,
    startedAt: now,
    expiresAt: now + 1,
    ...changes,
  };
}

const address = '192.0.2.7';
const nobody = attempt([], { accountId: undefined, epoch: undefined } as Partial<Attempt>);

describe('the next step', () => {
  it.each<[string, Omit<Situation, 'prompt' | 'policy' | 'address'>, string, string]>([
    ['nothing was given', { attempt: nobody, account: undefined }, 'password', 'not-signed-in'],
    ['the account is gone', { attempt: attempt(['pwd']), account: undefined }, 'password', 'not-signed-in'],
    [
      'PW-08: the password has leaked',
      { attempt: attempt(['pwd']), account: account({ passwordMustChange: { reason: 'breached', at: now } }) },
      'temporary-password',
      'password-breached',
    ],
    [
      'PW-08: an administrator wants another password',
      { attempt: attempt(['pwd']), account: account({ passwordMustChange: { reason: 'administrator', at: now } }) },
      'temporary-password',
      'password-change-demanded',
    ],
    [
      'PW-08: the password has leaked, and the second factor was not shown',
      { attempt: attempt(['pwd']), account: account({ totp, passwordMustChange: { reason: 'breached', at: now } }) },
      'code',
      'account-has-second-factor',
    ],
    ['the password was given', { attempt: attempt(['pwd']), account: account() }, 'done', 'all-steps-done'],
    [
      'the password was given a moment less than half an hour ago',
      { attempt: attempt([['pwd', staleAt + 1]]), account: account() },
      'done',
      'all-steps-done',
    ],
    [
      'the password was given half an hour ago',
      { attempt: attempt([['pwd', staleAt]]), account: account() },
      'password',
      'proof-too-old',
    ],
    ['only a code was given', { attempt: attempt(['otp']), account: account({ totp }) }, 'password', 'proof-too-old'],
    [
      'the credentials changed since',
      { attempt: attempt(['pwd']), account: account({ sessionEpoch: 4 }) },
      'password',
      'credentials-changed',
    ],
    [
      'the credentials changed since, with every proof',
      { attempt: attempt(['pwd', 'otp']), account: account({ totp, sessionEpoch: 2 }) },
      'password',
      'credentials-changed',
    ],
    [
      'the attempt names no epoch',
      { attempt: attempt(['pwd'], { epoch: undefined } as Partial<Attempt>), account: account() },
      'password',
      'credentials-changed',
    ],
    [
      'the account is suspended',
      { attempt: attempt(['pwd']), account: account({ status: 'suspended' }) },
      'refused',
      'account-suspended',
    ],
    [
      'the account is suspended, with a second factor',
      { attempt: attempt(['pwd']), account: account({ status: 'suspended', totp }) },
      'refused',
      'account-suspended',
    ],
    [
      'the account has a second factor',
      { attempt: attempt(['pwd']), account: account({ totp }) },
      'code',
      'account-has-second-factor',
    ],
    ['the code was given', { attempt: attempt(['pwd', 'otp']), account: account({ totp }) }, 'done', 'all-steps-done'],
    [
      'a recovery code was given',
      { attempt: attempt(['pwd', 'recovery']), account: account({ totp }) },
      'done',
      'all-steps-done',
    ],
    [
      'the code was given half an hour ago',
      { attempt: attempt(['pwd', ['otp', staleAt]]), account: account({ totp }) },
      'code',
      'account-has-second-factor',
    ],
    ['a passkey was given', { attempt: attempt(['hwk']), account: account({ totp }) }, 'done', 'all-steps-done'],
    [
      'a passkey was given half an hour ago',
      { attempt: attempt([['swk', staleAt]]), account: account() },
      'password',
      'proof-too-old',
    ],
    [
      'a passkey was given that verified nobody',
      { attempt: attempt(['hwk-unverified']), account: account({ totp }) },
      'code',
      'account-has-second-factor',
    ],
    [
      'a passkey was given that verified nobody, and there is no code to ask for',
      { attempt: attempt(['swk-unverified']), account: account({ passkeys: ['p'] }) },
      'password',
      'passkey-not-verified',
    ],
    [
      'a passkey that verified nobody was given beside the password',
      { attempt: attempt(['pwd', 'hwk-unverified']), account: account({ totp }) },
      'done',
      'all-steps-done',
    ],
    [
      'the password was given of somebody who has a passkey by choice',
      { attempt: attempt(['pwd']), account: account({ passkeys: ['p'] }) },
      'done',
      'all-steps-done',
    ],
    [
      'the browser can make passkeys',
      { attempt: attempt(['pwd'], { canMakePasskey: true }), account: account() },
      'passkey-offer',
      'passkey-offered',
    ],
    [
      'the browser can make passkeys, and one was offered before',
      { attempt: attempt(['pwd'], { canMakePasskey: true }), account: account({ passkeyOfferedAt: 1 }) },
      'done',
      'all-steps-done',
    ],
    [
      'a temporary password was given',
      { attempt: attempt(['temporary']), account: account({ status: 'invited' }) },
      'temporary-password',
      'temporary-password-used',
    ],
    [
      'a temporary password was given half an hour ago',
      { attempt: attempt([['temporary', staleAt]]), account: account({ status: 'invited' }) },
      'password',
      'proof-too-old',
    ],
    [
      'a temporary password was given, with a second factor',
      { attempt: attempt(['temporary']), account: account({ totp }) },
      'code',
      'account-has-second-factor',
    ],
    [
      'a temporary password and a code were given',
      { attempt: attempt(['temporary', 'otp']), account: account({ totp }) },
      'temporary-password',
      'temporary-password-used',
    ],
    [
      'a temporary password was given, of a suspended account',
      { attempt: attempt(['temporary']), account: account({ status: 'suspended' }) },
      'refused',
      'account-suspended',
    ],
    [
      'the invited person chose a password',
      { attempt: attempt(['pwd']), account: account({ status: 'invited' }) },
      'profile',
      'first-sign-in',
    ],
    [
      'the invited person has a second factor',
      { attempt: attempt(['pwd']), account: account({ status: 'invited', totp }) },
      'code',
      'account-has-second-factor',
    ],
  ])('where %s', (_where, situation, name, rule) => {
    const policy = { mfa: 'optional' as const, passkeys: 'optional' as const, allowLists: [] };
    expect(nextStep({ prompt: 'login', policy, address, ...situation }, now)).toEqual({ name, rule });
    expect(nextStep({ prompt: 'consent', policy, address, ...situation }, now)).toEqual({
      name: 'consent',
      rule: 'third-party-client',
    });
  });

  const demanded = { mfa: 'required', passkeys: 'optional', allowLists: [] } as const;

  it.each<[string, Attempt, Account, string, string]>([
    ['who has an app is asked for its code', attempt([]), account({ totp }), 'code', 'account-has-second-factor'],
    ['who has a passkey is asked for it', attempt([]), account({ passkeys: ['p'] }), 'passkey', 'policy-requires-mfa'],
    ['the code is enough', attempt(['otp']), account({ totp }), 'done', 'all-steps-done'],
    ['a passkey is enough', attempt(['hwk']), account({ passkeys: ['p'] }), 'done', 'all-steps-done'],
    [
      'so is one that verified nobody, beside the password of the session',
      attempt(['swk-unverified']),
      account({ passkeys: ['p'] }),
      'done',
      'all-steps-done',
    ],
    ['nothing new is set up by it alone', attempt([]), account(), 'password', 'proof-too-old'],
    ['it stands for one person', attempt(['otp'], { epoch: 2 }), account({ totp }), 'password', 'credentials-changed'],
  ])('where a session stands for the password: %s', (_what, given, person, name, rule) => {
    const situation = { prompt: 'login', policy: demanded, address, isSignedIn: true } as const;
    expect(nextStep({ ...situation, attempt: given, account: person }, now)).toEqual({ name, rule });
  });

  const shown = (holder: string, expiresAt: number) => ({ sealed: 's', holder, expiresAt });

  it.each<[string, Omit<Situation, 'prompt' | 'address'>, string, string]>([
    [
      'the policy demands a second factor',
      {
        attempt: attempt(['pwd']),
        account: account(),
        policy: { mfa: 'required', passkeys: 'optional', allowLists: [] },
      },
      'enrol-mfa',
      'policy-requires-mfa',
    ],
    [
      'the account must enrol',
      {
        attempt: attempt(['pwd']),
        account: account({ mustEnrolMfa: true }),
        policy: { mfa: 'optional', passkeys: 'optional', allowLists: [] },
      },
      'enrol-mfa',
      'account-must-enrol',
    ],
    [
      'both hold',
      {
        attempt: attempt(['pwd']),
        account: account({ mustEnrolMfa: true }),
        policy: { mfa: 'required', passkeys: 'optional', allowLists: [] },
      },
      'enrol-mfa',
      'policy-requires-mfa',
    ],
    [
      'the demand is met',
      {
        attempt: attempt(['pwd', 'otp']),
        account: account({ totp }),
        policy: { mfa: 'required', passkeys: 'optional', allowLists: [] },
      },
      'done',
      'all-steps-done',
    ],
    [
      'there is a factor, and no code was given',
      {
        attempt: attempt(['pwd']),
        account: account({ totp, mustEnrolMfa: true }),
        policy: { mfa: 'required', passkeys: 'optional', allowLists: [] },
      },
      'code',
      'account-has-second-factor',
    ],
    [
      'the own password comes first',
      {
        attempt: attempt(['temporary']),
        account: account({ status: 'invited' }),
        policy: { mfa: 'required', passkeys: 'optional', allowLists: [] },
      },
      'temporary-password',
      'temporary-password-used',
    ],
    [
      'the name comes first',
      {
        attempt: attempt(['pwd']),
        account: account({ status: 'invited' }),
        policy: { mfa: 'required', passkeys: 'optional', allowLists: [] },
      },
      'profile',
      'first-sign-in',
    ],
    [
      'nobody is named yet',
      { attempt: nobody, account: undefined, policy: { mfa: 'required', passkeys: 'optional', allowLists: [] } },
      'password',
      'not-signed-in',
    ],
    [
      'somebody has a passkey, and typed the password',
      {
        attempt: attempt(['pwd']),
        account: account({ passkeys: ['p'] }),
        policy: { mfa: 'required', passkeys: 'optional', allowLists: [] },
      },
      'passkey',
      'policy-requires-mfa',
    ],
    [
      'an administrator must have a passkey, and has none',
      {
        attempt: attempt(['pwd', 'otp']),
        account: account({ totp, roles: ['owner'] }),
        policy: { mfa: 'required', passkeys: 'required-for-administrators', allowLists: [] },
      },
      'enrol-passkey',
      'policy-requires-passkey',
    ],
    [
      'an administrator must have a passkey, and has one',
      {
        attempt: attempt(['pwd']),
        account: account({ passkeys: ['p'], roles: ['owner'] }),
        policy: { mfa: 'optional', passkeys: 'required-for-administrators', allowLists: [] },
      },
      'done',
      'all-steps-done',
    ],
    [
      'the account is suspended',
      {
        attempt: attempt(['pwd']),
        account: account({ status: 'suspended' }),
        policy: { mfa: 'required', passkeys: 'optional', allowLists: [] },
      },
      'refused',
      'account-suspended',
    ],
    [
      'recovery codes were made in this sign-in',
      {
        attempt: attempt(['pwd', 'otp']),
        account: account({ totp, shownRecoveryCodes: shown('attempt a', now + 1) }),
        policy: { mfa: 'required', passkeys: 'optional', allowLists: [] },
      },
      'recovery-codes',
      'recovery-codes-shown',
    ],
    [
      'recovery codes were made in another sign-in',
      {
        attempt: attempt(['pwd', 'otp']),
        account: account({ totp, shownRecoveryCodes: shown('attempt b', now + 1) }),
        policy: { mfa: 'optional', passkeys: 'optional', allowLists: [] },
      },
      'done',
      'all-steps-done',
    ],
    [
      'recovery codes may no longer be shown',
      {
        attempt: attempt(['pwd', 'otp']),
        account: account({ totp, shownRecoveryCodes: shown('attempt a', now) }),
        policy: { mfa: 'optional', passkeys: 'optional', allowLists: [] },
      },
      'done',
      'all-steps-done',
    ],
  ])('MF-09: where %s', (_where, situation, name, rule) => {
    expect(nextStep({ prompt: 'login', address, ...situation }, now)).toEqual({ name, rule });
  });
});
