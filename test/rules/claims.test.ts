// What tokens say of how a person signed in, and whether that is what the client asked for.
import { describe, expect, it } from '@jest/globals';
import type { Account } from '../../src/accounts/account.ts';
import { acr, meetsAcr } from '../../src/oidc/acr.ts';
import { accountClaims, acrOf, amrOf } from '../../src/oidc/claims.ts';

describe('amr and acr', () => {
  it.each([
    [['pwd'], ['pwd'], acr.oneFactor],
    [['temporary'], ['pwd'], acr.oneFactor],
    [['pwd', 'otp'], ['pwd', 'otp', 'mfa'], acr.twoFactors],
    [['pwd', 'recovery'], ['pwd', 'rc', 'mfa'], acr.twoFactors],
    [['pwd', 'temporary'], ['pwd'], acr.oneFactor],
    [['pwd', 'otp', 'recovery'], ['pwd', 'otp', 'rc', 'mfa'], acr.twoFactors],
    [['hwk'], ['hwk', 'user', 'mfa'], acr.twoFactors],
    [['swk'], ['swk', 'user', 'mfa'], acr.twoFactors],
    [['pwd', 'swk'], ['pwd', 'swk', 'user', 'mfa'], acr.twoFactors],
    [['hwk-unverified'], ['hwk'], acr.oneFactor],
    [['swk-unverified'], ['swk'], acr.oneFactor],
    [['pwd', 'hwk-unverified'], ['pwd', 'hwk', 'mfa'], acr.twoFactors],
    [['hwk-unverified', 'otp'], ['hwk', 'otp', 'mfa'], acr.twoFactors],
    [['pwd', 'sorcery'], ['pwd'], acr.oneFactor],
    [[], [], acr.oneFactor],
  ])('of the proofs %j are %j and %s', (methods, amr, reached) => {
    expect(amrOf(methods)).toEqual(amr);
    expect(acrOf(amrOf(methods))).toBe(reached);
  });
});

describe('a wish for an authentication context', () => {
  const { oneFactor, twoFactors } = acr;

  it.each([
    [undefined, [], true],
    [undefined, ['urn:other'], true],
    [undefined, [oneFactor], true],
    [undefined, [twoFactors], false],
    [oneFactor, [oneFactor], true],
    [oneFactor, [twoFactors], false],
    [oneFactor, [twoFactors, oneFactor], true],
    [oneFactor, [twoFactors, 'urn:other'], false],
    [twoFactors, [twoFactors], true],
    [twoFactors, [oneFactor], true],
    [twoFactors, ['urn:other', twoFactors], true],
    ['urn:other', [twoFactors], false],
  ])('where %s was reached and %j is wanted, is met: %s', (reached, wanted, isMet) => {
    expect(meetsAcr(reached, wanted)).toBe(isMet);
  });
});

describe('the claims of an account', () => {
  const base: Account = {
    id: 'sub-1',
    email: 'Ana@example.com',
    emailCanonical: 'ana@example.com',
    emailVerified: false,
    status: 'active',
    roles: ['owner'],
    sessionEpoch: 7,
    createdAt: 0,
    updatedAt: 1_700_000_000_999,
  };

  it('say who it is, and nothing of its credentials', () => {
    const claims = accountClaims({
      ...base,
      givenName: 'Ana',
      familyName: 'Silva',
      language: 'pt-BR',
      passwordHash: 'hash',
      memberships: [{ organization: 'acme', roles: ['editor'] }],
    });
    expect(claims).toEqual({
      sub: 'sub-1',
      email: 'Ana@example.com',
      email_verified: false,
      name: 'Ana Silva',
      given_name: 'Ana',
      family_name: 'Silva',
      locale: 'pt-BR',
      organizations: [{ id: 'acme', roles: ['editor'] }],
      updated_at: 1_700_000_000,
    });
  });

  it('leave out what is not known', () => {
    expect(Object.keys(accountClaims(base))).toEqual(['sub', 'email', 'email_verified', 'updated_at']);
  });
});
