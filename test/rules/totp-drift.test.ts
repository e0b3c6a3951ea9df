// Phones whose clocks are off, and people who type late: for every drift up to five minutes.
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { generateSecret } from 'otplib';
import type { Account } from '../../src/accounts/account.ts';
import { createAccounts } from '../../src/accounts/accounts.ts';
import { acceptedSteps, createTotp, isCodeShaped, learntDrift, stepAt, type Totp } from '../../src/credentials/totp.ts';
import { createSecrets } from '../../src/platform/secrets.ts';
import { storageAt } from '../support/engines.ts';
import { codeAt } from '../support/people.ts';

const secrets = createSecrets([Buffer.alloc(32, 7)]);
const secret = generateSecret({ length: 20 });
const someDay = Date.UTC(2026, 10, 22);
const stepMs = 30_000;

/** Steps the phone is ahead (+) or behind (-), seen at `now`. */
const stepsAhead = (now: number, offsetMs: number) => stepAt(now + offsetMs) - stepAt(now);

describe('the clock of a phone', () => {
  let totp: Totp;

  beforeAll(async () => {
    totp = createTotp({
      accounts: createAccounts({ storage: await storageAt('sqlite::memory:') }),
      secrets,
      issuerName: 'Gatehouse',
    });
  });

  function enrolling(now: number): Account {
    const sealed = secrets.seal(secret, { collection: 'accounts', field: 'pendingTotp', id: 'ana' });
    const pendingTotp = { secret: sealed, expiresAt: now + 1000 };
    return {
      id: 'ana',
      email: 'ana@example.com',
      emailCanonical: 'ana@example.com',
      emailVerified: true,
      status: 'active',
      roles: [],
      sessionEpoch: 0,
      createdAt: 0,
      updatedAt: 0,
      pendingTotp,
    };
  }

  /** The phone shows its last two codes; the form arrives so much later. */
  function enroll(now: number, offsetMs: number, lateMs = 0) {
    const phone = now - lateMs + offsetMs;
    return totp.proveEnrollment(
      enrolling(now),
      { first: codeAt(secret, phone - stepMs), second: codeAt(secret, phone) },
      now,
    );
  }

  const moment = fc.integer({ min: 0, max: 24 * 3_600_000 }).map((ms) => someDay + ms);
  const offset = fc.integer({ min: -300_000, max: 300_000 });

  it('is measured at activation: two steps off are remembered, more are told in seconds', () => {
    fc.assert(
      fc.property(moment, offset, (now, offsetMs) => {
        const steps = stepsAhead(now, offsetMs);
        const outcome = enroll(now, offsetMs);
        if (Math.abs(steps) <= 2)
          expect(outcome).toEqual({
            outcome: 'activated',
            secret,
            driftSteps: steps,
            lastUsedStep: stepAt(now) + steps,
          });
        else expect(outcome).toEqual({ outcome: 'clock-off', seconds: steps * 30 });
      }),
      { numRuns: 200 },
    );
  });

  it('of a phone that is right or slow shows codes that are good at every later moment, however late the person typed at activation', () => {
    fc.assert(
      fc.property(
        moment,
        fc.integer({ min: -60_000, max: 0 }),
        fc.integer({ min: 0, max: 45_000 }),
        fc.integer({ min: 31_000, max: 1e9 }),
        (now, offsetMs, lateMs, laterMs) => {
          const outcome = enroll(now, offsetMs, lateMs);
          if (outcome.outcome !== 'activated') return;
          const later = now + laterMs;
          expect(acceptedSteps(stepAt(later), outcome.driftSteps)).toContain(stepAt(later + offsetMs));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('never makes more than two codes good of a phone that is right or fast, nor one of the future', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 1000, max: 1e8 }), (drift, current) => {
        expect(acceptedSteps(current, drift)).toEqual([current + drift, current + drift - 1]);
      }),
    );
    for (const drift of [-2, -1]) expect(Math.max(...acceptedSteps(100, drift))).toBe(100);
  });

  it('is learnt better by each code: a phone that shows a newer one is less slow than it seemed', () => {
    expect([
      learntDrift(-2, -3),
      learntDrift(-2, -1),
      learntDrift(-1, 0),
      learntDrift(0, -1),
      learntDrift(2, 1),
    ]).toEqual([-2, -1, 0, 0, 2]);
  });

  it('proves nothing by codes of another secret, nor after the end of the enrollment', () => {
    const other = generateSecret({ length: 20 });
    const now = someDay;
    const account = enrolling(now);
    const foreign = { first: codeAt(other, now - stepMs), second: codeAt(other, now) };
    expect(totp.proveEnrollment(account, foreign, now).outcome).toBe('first-code-wrong');
    const own = { first: codeAt(secret, now - stepMs), second: codeAt(secret, now) };
    expect(totp.proveEnrollment(account, own, now + 1000)).toEqual({ outcome: 'no-enrollment' });
  });
});

describe('what is shaped like a code', () => {
  it.each([
    ['123456', true],
    [' 123 456 ', true],
    ['123-456', true],
    ['123.456', true],
    ['１２３４５６', true],
    ['12345', false],
    ['1234567', false],
    ['12345a', false],
    ['１２３４５a', false],
    ['', false],
    ['-1e5', false],
    ['٠١٢٣٤٥', false],
  ])('%j: %s', (typed, isShaped) => {
    expect(isCodeShaped(typed)).toBe(isShaped);
  });
});
