// A signing key as it is kept, and the rules of its life: it is published before it signs, and stays published until nothing that it
// has signed is of use any more. Pure; keys.ts keeps them.
import { z } from 'zod';
import { longestSessionSeconds } from '../organizations/policy.ts';

/** Life of an ID token. */
export const idTokenSeconds = 3600;

/** RS256 because well-known clients pin it, with 3,072 bits (ASVS 11.2.3); it serves PS256 too. */
export const keyAlgorithms = ['ES256', 'RS256'] as const;
export type KeyAlgorithm = (typeof keyAlgorithms)[number];

export const signingKeySchema = z.object({
  /** `ES256-1`, `ES256-2` …: of two nodes that make the next key at the same moment, one does. */
  id: z.string(),
  algorithm: z.enum(keyAlgorithms),
  number: z.number().int(),
  kid: z.string(),
  /** Private JWK, sealed; empty once it is revoked. */
  jwk: z.string(),
  createdAt: z.number(),
  /** Before then apps that keep the list of keys for a while may not know it. */
  readyAt: z.number().optional(),
  /** When it began to sign; absent while it is the next one. */
  activatedAt: z.number().optional(),
  /** Its number stays taken for a while, so that nobody who revokes it later takes its successor for it. */
  revokedAt: z.number().optional(),
});
export type SigningKey = z.output<typeof signingKeySchema>;

/** `retired` and `revoked` are not published any more: nothing needs the one, nobody may trust the other. */
export type KeyState = 'next' | 'signing' | 'retiring' | 'retired' | 'revoked';

/** How long things last, in milliseconds. */
export interface KeyTimes {
  /** After which another key signs; undefined where that is done by hand alone. */
  rotationMs: number | undefined;
  /** For which what a key has signed may still be shown to somebody. */
  keptMs: number;
}

/** An ID token is shown again when its person signs out, which may be as late as the session lasts (RP-Initiated Logout 1.0, 2):
 *  so long its key must be known.
 *  @param settings in seconds */
export function keyTimes(settings: {
  signingKeyRotation: number | 'off';
  sessionAbsolute?: number | undefined;
}): KeyTimes {
  const { signingKeyRotation, sessionAbsolute = longestSessionSeconds } = settings;
  return {
    rotationMs: signingKeyRotation === 'off' ? undefined : signingKeyRotation * 1000,
    keptMs: (sessionAbsolute + idTokenSeconds) * 1000,
  };
}

export interface KeyInLife {
  key: SigningKey;
  state: KeyState;
  /** When this state began: milliseconds UTC. */
  since: number;
  /** When it ends, as far as that is known. */
  until?: number | undefined;
}

/** When the key began to sign. Stores of the time before rotation hold one of each algorithm, without a word on it: it signs. */
export function activatedAt({ activatedAt: at, number, createdAt }: SigningKey): number | undefined {
  return at ?? (number === 1 ? createdAt : undefined);
}

/** @param keys of one algorithm   @param now milliseconds UTC   @returns in the order of their numbers */
export function livesOf(keys: readonly SigningKey[], times: KeyTimes, now: number): KeyInLife[] {
  const inOrder = keys.toSorted((a, b) => a.number - b.number);
  const begun = inOrder.filter((key) => key.revokedAt === undefined && activatedAt(key) !== undefined);
  return inOrder.map((key) => ({ key, ...standing(key, begun, times, now) }));
}

/** @param begun those that ever signed and still may, in order */
function standing(
  key: SigningKey,
  begun: readonly SigningKey[],
  { rotationMs, keptMs }: KeyTimes,
  now: number,
): Omit<KeyInLife, 'key'> {
  const { number, createdAt, revokedAt } = key;
  if (revokedAt !== undefined) return { state: 'revoked', since: revokedAt, until: revokedAt + keptMs };
  const signing = begun.at(-1);
  if (!signing || number > signing.number) return { state: 'next', since: createdAt };
  const since = activatedAt(key) ?? createdAt;
  if (key === signing) return { state: 'signing', since, until: rotationMs && since + rotationMs };
  const successor = begun.find((later) => later.number > number) ?? signing;
  const replacedAt = activatedAt(successor) ?? since;
  const until = replacedAt + keptMs;
  return { state: until > now ? 'retiring' : 'retired', since: replacedAt, until };
}

/** From when apps can be expected to know the key: milliseconds UTC. */
export function readyAt({ readyAt: at, createdAt }: SigningKey): number {
  return at ?? createdAt;
}

export function isReady(key: SigningKey, now: number): boolean {
  return readyAt(key) <= now;
}

/** In the order of oidc-provider, which signs by the first that fits: those that sign, those that will, those that did. */
export function published(lives: readonly KeyInLife[]): SigningKey[] {
  const of = (wanted: KeyState) => lives.filter(({ state }) => state === wanted).map(({ key }) => key);
  return [...of('signing'), ...of('next'), ...of('retiring')];
}
