// What an upstream provider's claims are worth: whose address they prove, whether a second factor was used. Pure.
import { canonicalEmail, isEmail } from '../accounts/account.ts';
import type { Identity } from '../accounts/identity.ts';
import { type Connection, isSingleTenant } from './connection.ts';
import type { UpstreamClaims } from './upstream.ts';

/** What the person is known by there: never the address, which may pass to somebody else. */
export function identityOf({ iss, sub }: Pick<UpstreamClaims, 'iss' | 'sub'>): Identity {
  return { issuer: iss, subject: sub };
}

/** Why an address is not taken as proved. */
export type AddressDoubt =
  | 'no-email'
  | 'not-verified'
  /** Google says so only of its own addresses, and of a customer's own domain. */
  | 'not-googles'
  /** Anybody with a tenant can write any address into it ("nOAuth"). */
  | 'not-microsofts'
  /** Neither given to the connection nor proved by the organization. */
  | 'foreign-domain';

export type Address = { email: string; doubt?: undefined } | { email: string | undefined; doubt: AddressDoubt };

/** The address as far as this provider can prove it.
 *  @param provedDomains those that the connection's organization has proved: of the whole instance's, any */
export function addressIn(
  claims: UpstreamClaims,
  connection: Pick<Connection, 'preset' | 'issuer' | 'domains'>,
  provedDomains: ReadonlySet<string>,
): Address {
  const { email } = claims;
  if (typeof email !== 'string' || !isEmail(email)) return { email: undefined, doubt: 'no-email' };
  const domain = domainOf(email);
  const isOwnDomain = connection.domains.includes(domain) && provedDomains.has(domain);
  const doubt = doubts[connection.preset](claims, { domain, isOwnDomain, connection });
  return doubt ? { email, doubt } : { email };
}

interface Facts {
  domain: string;
  isOwnDomain: boolean;
  connection: Pick<Connection, 'preset' | 'issuer'>;
}

const doubts: Record<Connection['preset'], (claims: UpstreamClaims, facts: Facts) => AddressDoubt | undefined> = {
  // developers.google.com/identity/openid-connect: authoritative for gmail.com, and with `hd` for the customer's domain.
  google: ({ email_verified: isVerified, hd }, { domain }) => {
    if (isVerified !== true) return 'not-verified';
    const isMailbox = domain === 'gmail.com' || domain === 'googlemail.com';
    return isMailbox || (typeof hd === 'string' && hd.toLowerCase() === domain) ? undefined : 'not-googles';
  },
  // `email` is what an administrator of the tenant typed: worth something of the firm's own tenant for the firm's own domain, and nothing
  // else. `xms_edov` says whether the domain's owner was checked.
  microsoft: ({ xms_edov: isChecked }, { isOwnDomain, connection }) => {
    if (!isSingleTenant(connection)) return 'not-microsofts';
    if (!isOwnDomain) return 'foreign-domain';
    return isChecked === false || isChecked === 0 || isChecked === '0' || isChecked === 'false'
      ? 'not-verified'
      : undefined;
  },
  oidc: ({ email_verified: isVerified }, { isOwnDomain }) => {
    if (isVerified !== true) return 'not-verified';
    return isOwnDomain ? undefined : 'foreign-domain';
  },
};

/** In its ASCII form. */
export function domainOf(email: string): string {
  return canonicalEmail(email).split('@').at(-1) ?? '';
}

/** RFC 8176 and what Microsoft writes: each of them is two factors, or a key that takes two. */
const twoFactorMethods = new Set(['mfa', 'ngcmfa', 'fido', 'phr', 'phrh', 'sc']);
const oneFactorClasses = new Set(['0', '1', 'urn:gatehouse:acr:aal1', 'urn:mace:incommon:iap:bronze']);

/** Whether the provider vouches for a second factor in this sign-in. Where it sends `amr` or `acr`, that is read; where it sends neither, the
 *  word of whoever set `trustsMfa` holds. */
export function vouchesForMfa({ amr, acr }: UpstreamClaims, { trustsMfa }: Pick<Connection, 'trustsMfa'>): boolean {
  if (!trustsMfa) return false;
  if (Array.isArray(amr) && amr.length > 0) return amr.some((method) => twoFactorMethods.has(String(method)));
  return !(typeof acr === 'string' && oneFactorClasses.has(acr));
}

export interface UpstreamName {
  givenName?: string;
  familyName?: string;
}

/** For a person whose name nobody has given yet. */
export function nameIn({ given_name: given, family_name: family }: UpstreamClaims): UpstreamName {
  const [givenName, familyName] = [given, family].map((name) =>
    typeof name === 'string' && /^\P{Cc}{1,100}$/u.test(name.trim()) ? name.trim() : undefined,
  );
  return { ...(givenName ? { givenName } : {}), ...(familyName ? { familyName } : {}) };
}
