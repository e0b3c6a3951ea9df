// The one way to check a code, at the sign-in and on My Profile alike: wrong ones are counted per account, over all sign-ins and pages.
// The fifth in a row ends the interaction and tells the owner, the tenth begins the waits (guesses.ts), the hundredth locks the
// authenticator (SP 800-63B-4, 3.2.2). Nobody comes here without the password, so nobody else can lock anybody.
import type { Account } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { withEvent, withNotice } from '../accounts/pending-notices.ts';
import type { SecurityNotices } from '../accounts/security-notices.ts';
import type { Origin } from '../audit/audit.ts';
import type { Mfa, MfaActivation } from '../credentials/mfa.ts';
import type { RecoveryCodes } from '../credentials/recovery-codes.ts';
import type { Throttle } from '../credentials/throttle.ts';
import type { ClockOff, Totp, TotpCheck } from '../credentials/totp.ts';
import { wrongCodesAllowed } from './attempt.ts';
import { codeGuesses } from './guesses.ts';

/** Wrong codes in a row after which an authenticator is locked. */
export const lockedAfter = 100;

export interface GivenCode {
  method: 'otp' | 'recovery';
  code: string;
  /** The app that is signed in to. */
  clientId?: string | undefined;
}

/** `isEnd`: the password is asked again before another code is looked at. */
export type Counted<T> = (T & { isEnd: boolean }) | { outcome: 'throttled'; retryAfterSeconds: number };
export type CodeCheck = Counted<{ outcome: 'accepted' | 'rejected' | 'locked' } | ClockOff>;

export interface SecondFactorDependencies {
  accounts: Accounts;
  mfa: Mfa;
  recoveryCodes: RecoveryCodes;
  securityNotices: SecurityNotices;
  throttle: Throttle;
  totp: Totp;
}

export function createSecondFactor(dependencies: SecondFactorDependencies) {
  const { accounts, mfa, recoveryCodes, securityNotices, throttle, totp } = dependencies;

  /** Checks a code and uses it up.
   *  @param isSecondClick asked when it is refused: the second of a double click finds its code used up by the first, and is no guess */
  async function check(
    account: Account,
    { method, code, clientId }: GivenCode,
    origin: Origin,
    isSecondClick?: () => Promise<boolean>,
  ): Promise<CodeCheck> {
    if (method === 'otp' && account.totp?.lockedAt !== undefined) return { outcome: 'locked', isEnd: false };
    const verify = () =>
      method === 'otp'
        ? totp.verify(account, code, Date.now())
        : verifyRecoveryCode(account, code, { origin, clientId });
    return counted(account, method, verify, {
      origin,
      isWrong: async ({ outcome }) => outcome !== 'accepted' && !(await isSecondClick?.()),
    });
  }

  async function verifyRecoveryCode(
    account: Account,
    code: string,
    use: { origin: Origin; clientId: string | undefined },
  ): Promise<TotpCheck> {
    const check = await recoveryCodes.verify(account, code, { ...use, now: Date.now() });
    if (check.outcome === 'accepted') await securityNotices.flush(check.account);
    return { outcome: check.outcome };
  }

  /** Sets a second factor up by two codes in a row: see `mfa.activate`. */
  async function activate(
    account: Account,
    given: { holder: string; codes: { first: string; second: string } },
    origin: Origin,
  ): Promise<Counted<MfaActivation>> {
    const guesses: readonly string[] = ['first-code-wrong', 'second-code-wrong', 'clock-off'];
    const activation = await counted(account, 'otp', () => mfa.activate(account, { ...given, origin }, Date.now()), {
      origin,
      isWrong: async ({ outcome }) => guesses.includes(outcome),
    });
    if (activation.outcome !== 'activated') return activation;
    await securityNotices.flush(activation.account);
    return activation;
  }

  async function counted<T extends { outcome: string }>(
    account: Account,
    method: GivenCode['method'],
    attempt: () => Promise<T>,
    { origin, isWrong }: { origin: Origin; isWrong(value: T): Promise<boolean> },
  ): Promise<Counted<T>> {
    const guess = async () => {
      const value = await attempt();
      const wrong = await isWrong(value);
      return { value, wrong, isEnd: wrong && (await countWrong(account.id, origin)) };
    };
    const guarded = await throttle.guard(codeGuesses(account.id, method), guess, ({ wrong }) => !wrong);
    if (guarded.outcome === 'throttled') return guarded;
    return { ...guarded.value.value, isEnd: guarded.value.isEnd };
  }

  /** @returns whether it was one too many for this interaction */
  async function countWrong(accountId: string, origin: Origin): Promise<boolean> {
    // Of parallel guesses one alone sees each number: one mail, one event.
    const updated = await accounts.update(accountId, (old) => {
      const now = Date.now();
      const counted = withWrongCode(old, now);
      const inRow = counted.wrongCodes?.inRow;
      if (inRow === wrongCodesAllowed) return withNotice(counted, { kind: 'wrongCodes', origin, now });
      const isLock = counted.totp !== undefined && inRow === lockedAfter;
      return isLock
        ? withEvent(counted, { type: 'mfa.locked', detail: { wrongCodes: inRow } }, { origin, now })
        : counted;
    });
    const inRow = updated?.wrongCodes?.inRow ?? 0;
    if (inRow === wrongCodesAllowed || inRow === lockedAfter) await securityNotices.flush(updated);
    return inRow > 0 && inRow % wrongCodesAllowed === 0;
  }

  return { check, activate };
}
export type SecondFactor = ReturnType<typeof createSecondFactor>;

/** Pure: one more wrong code in the row, and what the number of them earns. */
export function withWrongCode(account: Account, now: number): Account {
  const inRow = (account.wrongCodes?.inRow ?? 0) + 1;
  const askAgainAt = inRow % wrongCodesAllowed === 0 ? now : account.wrongCodes?.askAgainAt;
  const wrongCodes = { inRow, ...(askAgainAt === undefined ? {} : { askAgainAt }) };
  const { totp } = account;
  const lock = totp && inRow >= lockedAfter ? { totp: { lockedAt: now, ...totp } } : {};
  return { ...account, ...lock, wrongCodes };
}
