// A DPoP proof at a resource of ours (RFC 9449, 4.3 and 7.1). oidc-provider checks those at its own endpoints alone.
import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose';
import { dpopAlgorithms } from './algorithms.ts';

/** As long as oidc-provider allows: clocks differ. */
const windowSeconds = 300;

export interface DpopProof {
  thumbprint: string;
  jti: string;
  /** Seconds UTC: until then it must not be seen again. */
  usableUntil: number;
}

/** @param now milliseconds UTC   @returns undefined for a proof that does not fit this very call; whether it was used is for the caller to ask */
export async function readDpopProof(
  { proof, token, method, url }: { proof: string | undefined; token: string; method: string; url: string },
  now: number,
): Promise<DpopProof | undefined> {
  try {
    const { payload, protectedHeader } = await jwtVerify(proof ?? '', EmbeddedJWK, {
      algorithms: [...dpopAlgorithms],
      typ: 'dpop+jwt',
      currentDate: new Date(now),
    });
    const { iat, jti, htm, htu, ath } = payload;
    const seconds = Math.floor(now / 1000);
    const fits =
      typeof iat === 'number' &&
      Math.abs(seconds - iat) <= windowSeconds &&
      htm === method &&
      typeof htu === 'string' &&
      withoutQuery(htu) === withoutQuery(url) &&
      ath === createHash('sha256').update(token).digest('base64url');
    if (!fits || typeof jti !== 'string' || jti === '' || !protectedHeader.jwk) return undefined;
    const thumbprint = await calculateJwkThumbprint(protectedHeader.jwk);
    return { thumbprint, jti, usableUntil: iat + 2 * windowSeconds };
  } catch {
    return undefined;
  }
}

function withoutQuery(text: string): string | undefined {
  const url = URL.parse(text);
  return url ? `${url.origin}${url.pathname}` : undefined;
}
