// Time-based one-time passwords (RFC 6238): SHA-1, six digits, 30 seconds, as authenticator apps support them.
import { generateSync } from 'otplib';
import type { Account } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { constantTimeEqual, type Secrets } from '../platform/secrets.ts';

const stepSeconds = 30;
/** How far a phone's clock may be off at activation, either way. */
const driftStepsAllowed = 2;
/** How far we look at activation to tell a wrong clock from a wrong code. */
const driftStepsMeasured = 20;
/** How far we look at a sign-in: each step we look at is one more code that a guesser hears of, so it is few. */
const driftStepsTold = 10;

export interface TotpDependencies {
  accounts: Accounts;
  secrets: Secrets;
}

export type TotpProof =
  | { outcome: 'proved'; lastUsedStep: number; driftSteps: number }
  | { outcome: 'first-code-wrong' }
  | { outcome: 'second-code-wrong' }
  | { outcome: 'codes-equal' }
  | ClockOff;

/** A right code of another time: the clock is this many seconds ahead (+) or behind (-). */
export interface ClockOff {
  outcome: 'clock-off';
  seconds: number;
}

export type TotpCheck = { outcome: 'accepted' | 'rejected' } | ClockOff;

export function createTotp({ accounts, secrets }: TotpDependencies) {
  /** Verifies a code and burns its time step, so that it cannot be used twice (RFC 6238, 5.2).
   *  Accepts the phone's current step and the one before, and learns how its clock runs. A secret that an older master key has sealed is
   *  sealed again. A code that is right but for the clock is not accepted, now or ever: see `spend`.
   *  @param code as typed; spaces, hyphens and full-width digits are accepted   @param now milliseconds UTC */
  async function verify(account: Account, code: string, now: number): Promise<TotpCheck> {
    const { totp } = account;
    if (!totp) return { outcome: 'rejected' };
    const secret = secrets.open(totp.secret, context(account.id));
    const isGiven = (step: number) => isCodeOf(secret, step, digitsOf(code));
    const step = acceptedSteps(stepAt(now), totp.driftSteps).find(isGiven);
    if (step === undefined) return tellClock(account, isGiven, now);
    const resealed = secrets.isSealedByCurrentKey(totp.secret) ? totp.secret : sealed(account.id, secret);
    const burnt = await accounts.update(account.id, (stored) =>
      stored.totp?.secret === totp.secret && isGood(stored.totp, step)
        ? withUsedStep(stored, { ...stored.totp, secret: resealed }, { step, now })
        : undefined,
    );
    return { outcome: burnt ? 'accepted' : 'rejected' };
  }

  /** A code that fails by the clock alone. Of an unused one we say how far off it is: of the past, it is worth nothing any more; of the
   *  future, its step is spent first, or a guesser who hits it would only have to wait. */
  async function tellClock(account: Account, isGiven: (step: number) => boolean, now: number): Promise<TotpCheck> {
    const current = stepAt(now);
    const step = stepsNear(current, driftStepsTold).find(isGiven);
    if (step === undefined || !account.totp || !isGood(account.totp, step)) return { outcome: 'rejected' };
    if (step > current && !(await spend(account, step, current))) return { outcome: 'rejected' };
    return { outcome: 'clock-off', seconds: (step - current) * stepSeconds };
  }

  async function spend({ id, totp }: Account, step: number, current: number): Promise<boolean> {
    const spent = await accounts.update(id, (stored) => {
      if (!stored.totp || stored.totp.secret !== totp?.secret || !isGood(stored.totp, step)) return undefined;
      const spentSteps = [...(stored.totp.spentSteps ?? []).filter((other) => other >= current), step];
      return { ...stored, totp: { ...stored.totp, spentSteps } };
    });
    return spent !== undefined;
  }

  /** Seals a proved or imported secret for the account's record. */
  function sealed(accountId: string, secret: string): string {
    return secrets.seal(secret, context(accountId));
  }

  return { verify, sealed };
}
export type Totp = ReturnType<typeof createTotp>;

/** Two different codes of consecutive time steps prove the phone and measure its clock. */
export function proveCodes(secret: string, codes: { first: string; second: string }, now: number): TotpProof {
  const [first, second] = [digitsOf(codes.first), digitsOf(codes.second)];
  if (first === second) return { outcome: 'codes-equal' };
  const steps = stepsNear(stepAt(now), driftStepsMeasured).filter((step) => isCodeOf(secret, step, first));
  if (steps.length === 0) return { outcome: 'first-code-wrong' };
  const step = steps.find((candidate) => isCodeOf(secret, candidate + 1, second));
  if (step === undefined) return { outcome: 'second-code-wrong' };
  const offset = step + 1 - stepAt(now);
  if (Math.abs(offset) > driftStepsAllowed) return { outcome: 'clock-off', seconds: offset * stepSeconds };
  return { outcome: 'proved', lastUsedStep: step + 1, driftSteps: offset };
}

/** The digits among what was typed, compatibility forms folded (UX-36). */
export function digitsOf(typed: string): string {
  return typed.normalize('NFKC').replace(/[\s\p{Pd}.]/gu, '');
}

export function isCodeShaped(typed: string): boolean {
  return /^\d{6}$/.test(digitsOf(typed));
}

export function stepAt(now: number): number {
  return Math.floor(now / 1000 / stepSeconds);
}

/** The steps whose codes are good now, the newest first: our own clock's and the one before; of a phone that was fast at activation up to
 *  its own, since it may have set its clock meanwhile; of one that seemed slow down to its own, since it may be right and its owner have
 *  typed late, until it has shown which. */
export function acceptedSteps(current: number, driftSteps: number): number[] {
  const [newest, oldest] = [current + Math.max(driftSteps, 0), current - 1 + Math.min(driftSteps, 0)];
  return Array.from({ length: newest - oldest + 1 }, (_, index) => newest - index);
}

/** People type late, never early: each code shows how slow the phone is at most. */
export function learntDrift(driftSteps: number, shownSteps: number): number {
  return Math.max(driftSteps, shownSteps);
}

type Factor = NonNullable<Account['totp']>;

/** Strictly later than the last one, and not told to anybody. */
function isGood({ lastUsedStep, spentSteps = [], lockedAt }: Factor, step: number): boolean {
  return lockedAt === undefined && step > lastUsedStep && !spentSteps.includes(step);
}

/** A right code ends the row of wrong ones, and is an occasion to forget recovery codes that nobody may see any more. */
function withUsedStep(account: Account, totp: Factor, { step, now }: { step: number; now: number }): Account {
  const { wrongCodes: _over, shownRecoveryCodes, ...kept } = account;
  const shown = shownRecoveryCodes && shownRecoveryCodes.expiresAt > now ? { shownRecoveryCodes } : {};
  const driftSteps = learntDrift(totp.driftSteps, step - stepAt(now));
  return { ...kept, ...shown, totp: { ...totp, lastUsedStep: step, driftSteps } };
}

function isCodeOf(secret: string, step: number, code: string): boolean {
  if (step < 0) return false;
  return constantTimeEqual(generateSync({ secret, epoch: step * stepSeconds }), code);
}

function stepsNear(step: number, distance: number): number[] {
  return Array.from({ length: 2 * distance + 1 }, (_, index) => step - distance + index);
}

function context(id: string) {
  return { collection: 'accounts', field: 'totp', id };
}
