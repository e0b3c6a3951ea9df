// A sign-in under way: which proofs it keeps, and when it starts again.
import { describe, expect, it } from '@jest/globals';
import {
  type Attempt,
  isStillOf,
  restarted,
  withProof,
  withWrongCode,
  wrongCodesAllowed,
} from '../../src/sign-in/attempt.ts';

const now = Date.UTC(2026, 10, 22);

function attempt(methods: readonly ('pwd' | 'otp')[], changes: Partial<Attempt> = {}): Attempt {
  const proofs = methods.map((method) => ({ method, at: now }));
  return {
    id: 'a',
    browserHash: 'b',
    clientId: 'c',
    params: '',
    accountId: 'ana',
    epoch: 3,
    proofs,
    wrongCodes: 0,
    startedAt: now,
    expiresAt: now + 1,
    ...changes,
  };
}

describe('an attempt', () => {
  it('keeps one proof of each kind, the latest', () => {
    const twice = withProof(withProof(attempt([]), 'pwd', 1), 'pwd', 2);
    expect(withProof(twice, 'otp', 3).proofs).toEqual([
      { method: 'pwd', at: 2 },
      { method: 'otp', at: 3 },
    ]);
  });

  it('forgets the person and every proof when it starts again, and keeps what was typed', () => {
    const before = attempt(['pwd', 'otp'], { email: 'ana@example.com', wrongCodes: 4 });
    const { accountId: _account, epoch: _epoch, ...kept } = before;
    expect(restarted(before)).toEqual({ ...kept, proofs: [], wrongCodes: 0 });
  });

  it('starts again at the fifth wrong code, and remembers why', () => {
    let current = attempt(['pwd']);
    for (let count = 1; count < wrongCodesAllowed; count += 1) {
      current = withWrongCode(current);
      expect([current.wrongCodes, current.accountId, current.proofs.length]).toEqual([count, 'ana', 1]);
    }
    current = withWrongCode(current);
    expect([current.wrongCodes, current.accountId, current.proofs]).toEqual([5, undefined, []]);
  });

  it('is no longer the one a request saw once it names another person or other credentials', () => {
    const seen = attempt(['pwd']);
    expect(isStillOf(withProof(seen, 'otp', now), seen)).toBe(true);
    for (const other of [attempt(['pwd'], { accountId: 'ben' }), attempt(['pwd'], { epoch: 4 }), restarted(seen)])
      expect(isStillOf(other, seen)).toBe(false);
  });
});
