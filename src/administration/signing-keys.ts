// The signing keys as the instance's administrators see and turn them. No key's private half passes here.
import type { Keys } from '../oidc/keys.ts';
import { type KeyAlgorithm, type KeyInLife, type KeyState, readyAt } from '../oidc/signing-key.ts';
import { DomainError } from '../platform/errors.ts';
import { type Administrator, demand } from './administrator.ts';

export interface SigningKeyView {
  kid: string;
  algorithm: KeyAlgorithm;
  /** Those that are over altogether are not shown. */
  state: Exclude<KeyState, 'retired'>;
  /** When that state began, and when it ends as far as that is known: milliseconds UTC. Of a next key, when it takes over. */
  since: number;
  until?: number;
  /** Of a next key: from when it may take over by hand. */
  readyAt?: number;
}

export interface SigningKeysDependencies {
  keys: Keys;
  /** Takes up in this process what has changed; the others see it within seconds. */
  followKeys(): Promise<void>;
}

const order: readonly KeyState[] = ['signing', 'next', 'retiring', 'revoked'];

export function createSigningKeys({ keys, followKeys }: SigningKeysDependencies) {
  /** By algorithm: the one that signs, the next one, those kept for checking, those revoked; each the newest first.
   *  @throws DomainError 'not_permitted' */
  async function list(who: Administrator): Promise<SigningKeyView[]> {
    demand(who, 'instance:read');
    const lives = await keys.list();
    return lives
      .toReversed()
      .flatMap((life) => viewOf(life, lives))
      .sort((a, b) => a.algorithm.localeCompare(b.algorithm) || order.indexOf(a.state) - order.indexOf(b.state));
  }

  /** The next keys sign from now on.
   *  @throws DomainError 'conflict' while apps may not know them, 'not_permitted' */
  async function rotate(who: Administrator): Promise<SigningKeyView[]> {
    demand(who, 'instance:write');
    await keys.rotate(who.origin);
    await followKeys();
    return list(who);
  }

  /** Takes a key out of the list that apps read, at once and for good.
   *  @throws DomainError 'not_found', 'not_permitted' */
  async function revoke(who: Administrator, kid: string): Promise<SigningKeyView[]> {
    demand(who, 'instance:write');
    await keys.revoke(kid, who.origin);
    await followKeys();
    return list(who);
  }

  /** @throws DomainError 'not_found' */
  async function get(who: Administrator, kid: string): Promise<SigningKeyView> {
    const found = (await list(who)).find((key) => key.kid === kid);
    if (!found) throw new DomainError('not_found', `there is no signing key ${JSON.stringify(kid)}`);
    return found;
  }

  return { list, get, rotate, revoke };
}

export type SigningKeys = ReturnType<typeof createSigningKeys>;

function viewOf({ key, state, since, until }: KeyInLife, lives: readonly KeyInLife[]): SigningKeyView[] {
  if (state === 'retired') return [];
  const { kid, algorithm } = key;
  if (state === 'revoked') return [{ kid, algorithm, state, since }];
  const shown = { kid, algorithm, state, since, ...(until === undefined ? {} : { until }) };
  if (state !== 'next') return [shown];
  const signing = lives.find((life) => life.state === 'signing' && life.key.algorithm === algorithm);
  const takesOverAt = signing?.until === undefined ? undefined : Math.max(signing.until, readyAt(key));
  return [{ ...shown, readyAt: readyAt(key), ...(takesOverAt === undefined ? {} : { until: takesOverAt }) }];
}

/** Until when the next keys may not take over by hand; undefined where they may now. @param now milliseconds UTC */
export function tooEarlyUntil(shown: readonly SigningKeyView[], now: number): number | undefined {
  const times = shown.flatMap(({ readyAt: at }) => (at === undefined ? [] : [at]));
  return times.every((at) => at <= now) ? undefined : Math.max(...times);
}
