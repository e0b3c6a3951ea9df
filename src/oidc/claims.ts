// What tokens and userinfo say of a person (OpenID Connect Core 5.1), and which scope asks for it.
import { type Account, displayName } from '../accounts/account.ts';
import type { ProtocolScope } from '../clients/client-rules.ts';
import { acr } from './acr.ts';

export const claimsByScope = {
  openid: ['sub', 'acr', 'amr', 'auth_time', 'sid'],
  profile: ['name', 'given_name', 'family_name', 'locale', 'updated_at'],
  email: ['email', 'email_verified'],
  organizations: ['organizations'],
} satisfies Partial<Record<ProtocolScope, string[]>>;

const valuesOf: Readonly<Record<string, readonly string[]>> = {
  pwd: ['pwd'],
  temporary: ['pwd'],
  otp: ['otp'],
  recovery: ['rc'],
  hwk: ['hwk', 'user'],
  swk: ['swk', 'user'],
  'hwk-unverified': ['hwk'],
  'swk-unverified': ['swk'],
  sso: ['fed'],
};

/** Authentication method references (RFC 8176) of the proofs of a sign-in, in the order they were given. */
export function amrOf(methods: readonly string[]): string[] {
  const values = methods.flatMap((method) => valuesOf[method] ?? []);
  const isKey = (value: string) => value === 'hwk' || value === 'swk';
  // An upstream provider that is trusted with it has asked for both. A key that did not verify its owner is one factor, and what was given
  // before it the other.
  const areTwo = methods.includes('sso-mfa') || values.some((value) => ['otp', 'rc', 'user'].includes(value));
  const areKeyAndPassword = (values.includes('pwd') || values.includes('fed')) && values.some(isKey);
  return [...new Set([...values, ...(areTwo || areKeyAndPassword ? ['mfa'] : [])])];
}

export function acrOf(amr: readonly string[]): string {
  return amr.includes('mfa') ? acr.twoFactors : acr.oneFactor;
}

export function accountClaims(account: Account): { sub: string; [claim: string]: unknown } {
  const hasName = account.givenName !== undefined || account.familyName !== undefined;
  return {
    sub: account.id,
    email: account.email,
    email_verified: account.emailVerified,
    ...(hasName ? { name: displayName(account) } : {}),
    ...(account.givenName ? { given_name: account.givenName } : {}),
    ...(account.familyName ? { family_name: account.familyName } : {}),
    ...(account.language ? { locale: account.language } : {}),
    ...(account.memberships?.length
      ? { organizations: account.memberships.map(({ organization: id, roles }) => ({ id, roles })) }
      : {}),
    updated_at: Math.floor(account.updatedAt / 1000),
  };
}
