// Time-based one-time passwords (RFC 6238): SHA-1, six digits, 30 seconds, as authenticator apps support them.
import { generateSecret, generateSync, generateURI } from 'otplib';
import type { Account } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { constantTimeEqual, type Secrets } from '../platform/secrets.ts';

const stepSeconds = 30;
/** How far a phone's clock may be off at activation, either way. */
const driftStepsAllowed = 2;
/** How far we look to tell a wrong clock from a wrong code. */
const driftStepsMeasured = 20;
const pendingSeconds = 30 * 60;

export interface TotpDependencies {
  accounts: Accounts;
  secrets: Secrets;
  /** The name shown in authenticator apps. */
  issuerName: string;
}

export interface TotpEnrollment {
  /** Base32, 160 bits. */
  secret: string;
  /** otpauth: URI for the QR code. */
  uri: string;
}

export type TotpActivation =
  | { outcome: 'activated'; secret: string; lastUsedStep: number; driftSteps: number }
  | { outcome: 'no-enrollment' | 'first-code-wrong' | 'second-code-wrong' | 'codes-equal' }
  /** Both codes are right for a clock that is this many seconds ahead (+) or behind (-). */
  | { outcome: 'clock-off'; seconds: number };

export function createTotp({ accounts, secrets, issuerName }: TotpDependencies) {
  /** The secret being set up: the same one while it is fresh, so that a reloaded page does not spoil a scanned code. */
  async function enroll(account: Account, now: number): Promise<TotpEnrollment> {
    const fresh = secrets.seal(generateSecret({ length: 20 }), context(account.id, 'pendingTotp'));
    const updated = await accounts.update(account.id, (current) =>
      current.pendingTotp && current.pendingTotp.expiresAt > now
        ? undefined
        : { ...current, pendingTotp: { secret: fresh, expiresAt: now + pendingSeconds * 1000 } },
    );
    const sealed = (updated ?? (await accounts.get(account.id)))?.pendingTotp?.secret ?? fresh;
    const secret = secrets.open(sealed, context(account.id, 'pendingTotp'));
    return { secret, uri: generateURI({ issuer: issuerName, label: account.email, secret }) };
  }

  /** Two different codes of consecutive time steps prove the phone and measure its clock. Stores nothing: see mfa.ts. */
  function proveEnrollment(account: Account, codes: { first: string; second: string }, now: number): TotpActivation {
    const pending = account.pendingTotp;
    if (!pending || pending.expiresAt <= now) return { outcome: 'no-enrollment' };
    const secret = secrets.open(pending.secret, context(account.id, 'pendingTotp'));
    const [first, second] = [digitsOf(codes.first), digitsOf(codes.second)];
    if (first === second) return { outcome: 'codes-equal' };
    const steps = stepsNear(stepAt(now), driftStepsMeasured).filter((step) => isCodeOf(secret, step, first));
    if (steps.length === 0) return { outcome: 'first-code-wrong' };
    const step = steps.find((candidate) => isCodeOf(secret, candidate + 1, second));
    if (step === undefined) return { outcome: 'second-code-wrong' };
    const offset = step + 1 - stepAt(now);
    if (Math.abs(offset) > driftStepsAllowed) return { outcome: 'clock-off', seconds: offset * stepSeconds };
    return { outcome: 'activated', secret, lastUsedStep: step + 1, driftSteps: offset };
  }

  /** Verifies a code and burns its time step, so that it cannot be used twice (RFC 6238, 5.2).
   *  Accepts the phone's current step and the one before, and learns how its clock runs.
   *  @param code as typed; spaces, hyphens and full-width digits are accepted   @param now milliseconds UTC */
  async function verify(account: Account, code: string, now: number): Promise<'accepted' | 'rejected'> {
    const { totp } = account;
    if (!totp) return 'rejected';
    const secret = secrets.open(totp.secret, context(account.id, 'totp'));
    const step = acceptedSteps(stepAt(now), totp.driftSteps).find((candidate) =>
      isCodeOf(secret, candidate, digitsOf(code)),
    );
    if (step === undefined) return 'rejected';
    const driftSteps = learntDrift(totp.driftSteps, step - stepAt(now));
    const burnt = await accounts.update(account.id, (stored) =>
      stored.totp && stored.totp.secret === totp.secret && stored.totp.lastUsedStep < step
        ? { ...stored, totp: { ...stored.totp, lastUsedStep: step, driftSteps } }
        : undefined,
    );
    return burnt ? 'accepted' : 'rejected';
  }

  /** Seals a proved or imported secret for the account's record. */
  function sealed(accountId: string, secret: string): string {
    return secrets.seal(secret, context(accountId, 'totp'));
  }

  return { enroll, proveEnrollment, verify, sealed };
}
export type Totp = ReturnType<typeof createTotp>;

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

/** The steps whose codes are good now, the newest first. A phone that seemed slow at activation may be right and its owner have typed
 *  late: until it has shown which, the steps up to our own clock's are good too. */
export function acceptedSteps(current: number, driftSteps: number): number[] {
  const [newest, oldest] = [current + Math.max(driftSteps, 0), current + driftSteps - 1];
  return Array.from({ length: newest - oldest + 1 }, (_, index) => newest - index);
}

/** People type late, never early: each code shows how slow the phone is at most. */
export function learntDrift(driftSteps: number, shownSteps: number): number {
  return Math.max(driftSteps, shownSteps);
}

function isCodeOf(secret: string, step: number, code: string): boolean {
  if (step < 0) return false;
  return constantTimeEqual(generateSync({ secret, epoch: step * stepSeconds }), code);
}

function stepsNear(step: number, distance: number): number[] {
  return Array.from({ length: 2 * distance + 1 }, (_, index) => step - distance + index);
}

function context(id: string, field: 'totp' | 'pendingTotp') {
  return { collection: 'accounts', field, id };
}
