// The life of a signing key, by the clock.
import { describe, expect, it } from '@jest/globals';
import { isReady, keyTimes, livesOf, published, type SigningKey } from '../../src/oidc/signing-key.ts';

const day = 24 * 3_600_000;
const times = { rotationMs: 90 * day, keptMs: 7 * day };
const now = Date.UTC(2026, 10, 24);

function key(number: number, more: Partial<SigningKey> = {}): SigningKey {
  const id = `ES256-${number}`;
  return { id, algorithm: 'ES256', number, kid: `kid-${number}`, jwk: 'sealed', createdAt: now - 400 * day, ...more };
}

/** As in `1 retiring, 2 signing`. */
function told(...keys: SigningKey[]): string {
  return livesOf(keys, times, now)
    .map((life) => `${life.key.number} ${life.state}`)
    .join(', ');
}

describe('the life of a signing key', () => {
  it.each<[string, SigningKey[], string]>([
    ['the first of all signs, also where an older version made it', [key(1)], '1 signing'],
    ['the next one does not sign, however old it is', [key(1), key(2)], '1 signing, 2 next'],
    [
      'the one before is kept while its tokens are of use',
      [key(1), key(2, { activatedAt: now - 7 * day + 1 }), key(3)],
      '1 retiring, 2 signing, 3 next',
    ],
    ['and no longer', [key(1), key(2, { activatedAt: now - 7 * day }), key(3)], '1 retired, 2 signing, 3 next'],
    [
      'each one is kept from when its own successor took over',
      [key(1), key(2, { activatedAt: now - 9 * day }), key(3, { activatedAt: now - 1 })],
      '1 retired, 2 retiring, 3 signing',
    ],
    [
      'a revoked one is nobody’s successor',
      [key(1), key(2, { activatedAt: now - 9 * day, revokedAt: now }), key(3, { activatedAt: now })],
      '1 retiring, 2 revoked, 3 signing',
    ],
    [
      'where the one that signs is revoked alone, the one before signs',
      [key(1), key(2, { activatedAt: now - day, revokedAt: now })],
      '1 signing, 2 revoked',
    ],
    [
      'the order in the store does not matter',
      [key(3), key(10), key(2, { activatedAt: now })],
      '2 signing, 3 next, 10 next',
    ],
  ])('%s', (_rule, keys, expected) => {
    expect(told(...keys)).toBe(expected);
  });

  it('says since when and until when', () => {
    const lives = livesOf([key(1), key(2, { activatedAt: now - day }), key(3, { revokedAt: now })], times, now);
    expect(lives.map(({ since, until }) => [since, until])).toEqual([
      [now - day, now + 6 * day],
      [now - day, now + 89 * day],
      [now, now + 7 * day],
    ]);
    const [only] = livesOf([key(1)], { ...times, rotationMs: undefined }, now);
    expect(only).toMatchObject({ state: 'signing', until: undefined });
  });

  it('is published from before it signs until its end, and those that sign stand first', () => {
    const keys = [key(1), key(2, { activatedAt: now }), key(3), key(4, { revokedAt: now })];
    const shown = published(livesOf(keys, times, now)).map(({ number }) => number);
    expect(shown).toEqual([2, 3, 1]);
  });

  it('is ready once apps know it', () => {
    expect([isReady(key(2, { readyAt: now + 1 }), now), isReady(key(2, { readyAt: now }), now)]).toEqual([false, true]);
    expect(isReady(key(2), now)).toBe(true);
  });

  it('lasts on for a whole session, since an ID token is shown again at its end', () => {
    expect(keyTimes({ signingKeyRotation: 90 * 86_400, sessionAbsolute: 86_400 })).toEqual({
      rotationMs: 90 * day,
      keptMs: day + 3_600_000,
    });
    expect(keyTimes({ signingKeyRotation: 'off' })).toEqual({ rotationMs: undefined, keptMs: 30 * day + 3_600_000 });
  });
});
