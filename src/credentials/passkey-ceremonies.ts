// The two ceremonies of WebAuthn Level 3 (7.1, 7.2) as this server holds them: what a browser is asked for, and whether what it answers is
// true. Origin and relying party come from ISSUER alone. What is checked is the library's; what it leaves to us is said where it is done.
import { isIP } from 'node:net';
import {
  type AuthenticationResponseJSON,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { type Account, displayName } from '../accounts/account.ts';
import type { Passkey, PostedCredential } from './passkey.ts';
import { challengeSeconds } from './passkey-challenges.ts';

/** ES256, EdDSA, and RS256 for authenticators that know no other. */
const algorithms = [-7, -8, -257];

export interface Ceremony {
  challenge: string;
  /** Listed to the browser: not to be made again, or to choose from. */
  passkeys: readonly Passkey[];
}

export function createPasskeyCeremonies({ issuer, productName }: { issuer: string; productName: string }) {
  const { hostname, origin } = new URL(issuer);
  /** An address is no relying party: WebAuthn wants a name. */
  const isAvailable = isIP(hostname.replace(/^\[|\]$/g, '')) === 0;
  const timeout = challengeSeconds * 1000;

  function creationOptions(
    account: Account,
    { challenge, passkeys }: Ceremony,
  ): PublicKeyCredentialCreationOptionsJSON {
    return {
      challenge,
      rp: { id: hostname, name: productName },
      user: { id: userHandleOf(account), name: account.email, displayName: displayName(account) },
      pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key', alg })),
      timeout,
      attestation: 'none',
      excludeCredentials: passkeys.map(descriptor),
      authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
    };
  }

  /** Without passkeys to choose from the same for everybody, so that nobody learns who has one. */
  function requestOptions({ challenge, passkeys }: Ceremony): PublicKeyCredentialRequestOptionsJSON {
    const allowCredentials = passkeys.map(descriptor);
    return { challenge, rpId: hostname, timeout, allowCredentials, userVerification: 'required' };
  }

  /** @returns undefined for anything but a passkey that was just made here, for this challenge, by somebody who was verified */
  async function verifyCreated(posted: PostedCredential, isChallenge: (challenge: string) => boolean) {
    if (isCrossOrigin(posted)) return undefined;
    const verified = await verifyRegistrationResponse({
      response: posted as unknown as RegistrationResponseJSON,
      expectedChallenge: isChallenge,
      expectedOrigin: origin,
      expectedRPID: hostname,
      requireUserVerification: true,
      supportedAlgorithmIDs: algorithms,
    }).catch(() => undefined);
    return verified?.registrationInfo;
  }

  /** The counter is left to whoever stores it.
   *  @returns undefined for anything but a signature of this passkey, made here, for this challenge */
  async function verifyUsed(posted: PostedCredential, passkey: Passkey, isChallenge: (challenge: string) => boolean) {
    if (isCrossOrigin(posted)) return undefined;
    const verified = await verifyAuthenticationResponse({
      response: posted as unknown as AuthenticationResponseJSON,
      expectedChallenge: isChallenge,
      expectedOrigin: origin,
      expectedRPID: hostname,
      credential: {
        id: passkey.credentialId,
        publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
        counter: 0,
      },
      requireUserVerification: false,
    }).catch(() => undefined);
    return verified?.verified ? verified.authenticationInfo : undefined;
  }

  return { isAvailable, creationOptions, requestOptions, verifyCreated, verifyUsed };
}

export type PasskeyCeremonies = ReturnType<typeof createPasskeyCeremonies>;

/** What a passkey tells of its owner: the subject identifier, which is random and names nobody (WebAuthn Level 3, 14.6.1). */
export function userHandleOf({ id }: Pick<Account, 'id'>): string {
  return Buffer.from(id).toString('base64url');
}

/** Asked for in a frame of another site, which our pages never are. The library looks only where the browser names that site. */
function isCrossOrigin({ response }: PostedCredential): boolean {
  try {
    return JSON.parse(Buffer.from(response.clientDataJSON, 'base64url').toString('utf8')).crossOrigin === true;
  } catch {
    return true;
  }
}

function descriptor({ credentialId: id, transports }: Passkey) {
  return {
    id,
    type: 'public-key' as const,
    ...(transports.length > 0 ? { transports } : {}),
  };
}
