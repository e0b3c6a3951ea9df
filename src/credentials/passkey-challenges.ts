// Challenges of passkeys: each is bound to one sign-in or session and to one purpose, runs out after five minutes, and is good once. It
// carries its own proof, so that showing a page stores nothing; using it up is an insert, of which the storage lets one win.
import { z } from 'zod';
import { isDomainError } from '../platform/errors.ts';
import { randomToken } from '../platform/ids.ts';
import { constantTimeEqual, type Secrets, sha256 } from '../platform/secrets.ts';
import type { CollectionSpec, Storage } from '../storage/port.ts';

/** Long enough for a phone to be fetched; the page asks for a fresh one before each try. */
export const challengeSeconds = 5 * 60;

const usedSchema = z.object({ id: z.string(), expiresAt: z.number() });
const usedSpec: CollectionSpec<z.output<typeof usedSchema>> = {
  name: 'used-passkey-challenges',
  schema: usedSchema,
  expiresAt: 'expiresAt',
};

/** What it is made for: making a passkey, or proving with one. */
export interface ChallengeUse {
  purpose: 'create' | 'get';
  /** The sign-in or session that the page belongs to. */
  holder: string;
}

export function createPasskeyChallenges({ storage, secrets }: { storage: Storage; secrets: Secrets }) {
  const used = storage.collection(usedSpec);

  /** @param now milliseconds UTC   @returns base64url, as browsers and authenticators hand it through */
  function issue(use: ChallengeUse, now: number): string {
    const claim = `${randomToken()}.${(now + challengeSeconds * 1000).toString(36)}`;
    return Buffer.from(`${claim}.${secrets.hmac('passkey challenge', textOf(use, claim))}`).toString('base64url');
  }

  /** Whether it was issued for this and has not run out. Says nothing of whether it was used: see `redeem`. */
  function isGood(challenge: string, use: ChallengeUse, now: number): boolean {
    const [random = '', until = '', mac = ''] = Buffer.from(challenge, 'base64url').toString('utf8').split('.');
    const isOurs = secrets
      .hmacs('passkey challenge', textOf(use, `${random}.${until}`))
      .some((expected) => constantTimeEqual(expected, mac));
    return isOurs && Number.parseInt(until, 36) > now;
  }

  /** Uses a good one up. @returns false when it was used before */
  async function redeem(challenge: string, now: number): Promise<boolean> {
    try {
      // As long as any challenge of this moment could be good.
      await used.insert({ id: sha256(challenge), expiresAt: now + challengeSeconds * 1000 });
      return true;
    } catch (error) {
      if (!isDomainError(error, 'duplicate')) throw error;
      return false;
    }
  }

  return { issue, isGood, redeem };
}
export type PasskeyChallenges = ReturnType<typeof createPasskeyChallenges>;

function textOf({ purpose, holder }: ChallengeUse, claim: string): string {
  return `${purpose} ${holder} ${claim}`;
}
