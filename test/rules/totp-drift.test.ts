// Phones whose clocks are off, and people who type late: for every drift up to five minutes.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { generateSecret } from 'otplib';
import { acceptedSteps, isCodeShaped, learntDrift, proveCodes, stepAt } from '../../src/credentials/totp.ts';
import { codeAt } from '../support/people.ts';

const secret = generateSecret({ length: 20 });
const someDay = Date.UTC(2026, 10, 22);
const stepMs = 30_000;

/** Steps the phone is ahead (+) or behind (-), seen at `now`. */
const stepsAhead = (now: number, offsetMs: number) => stepAt(now + offsetMs) - stepAt(now);

describe('the clock of a phone', () => {
  /** The phone shows its last two codes; the form arrives so much later. */
  function enroll(now: number, offsetMs: number, lateMs = 0) {
    const phone = now - lateMs + offsetMs;
    return proveCodes(secret, { first: codeAt(secret, phone - stepMs), second: codeAt(secret, phone) }, now);
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
            outcome: 'proved',
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
          if (outcome.outcome !== 'proved') return;
          const later = now + laterMs;
          expect(acceptedSteps(stepAt(later), outcome.driftSteps)).toContain(stepAt(later + offsetMs));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('MF-03: makes the current code and the one before good, and none of the future beyond the drift that was measured', () => {
    expect(acceptedSteps(100, 0)).toEqual([100, 99]);
    fc.assert(
      fc.property(fc.integer({ min: -2, max: 2 }), fc.integer({ min: 1000, max: 1e8 }), (drift, current) => {
        const steps = acceptedSteps(current, drift);
        expect(steps).toEqual(expect.arrayContaining([current, current - 1]));
        expect(Math.max(...steps)).toBe(current + Math.max(drift, 0));
        expect(steps.length).toBeLessThanOrEqual(4);
      }),
    );
  });

  it('may be set right after the activation: the codes of a phone that was fast then stay good', () => {
    for (const drift of [1, 2]) expect(acceptedSteps(100, drift)).toEqual(expect.arrayContaining([100, 99]));
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

  it('MF-02: is proved by nothing but two different codes in their order, of this secret', () => {
    const now = someDay;
    const at = (steps: number, of = secret) => codeAt(of, now + steps * stepMs);
    const outcome = (first: string, second: string) => proveCodes(secret, { first, second }, now).outcome;
    const other = generateSecret({ length: 20 });
    expect(outcome(at(-1), at(0))).toBe('proved');
    expect(outcome(at(-1, other), at(0, other))).toBe('first-code-wrong');
    expect(outcome(at(-1), at(0, other))).toBe('second-code-wrong');
    expect(outcome(at(0), at(-1))).toBe('second-code-wrong');
    expect(outcome(at(-2), at(0))).toBe('second-code-wrong');
    expect(outcome(at(0), at(0))).toBe('codes-equal');
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
