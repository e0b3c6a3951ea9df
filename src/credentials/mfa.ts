// Switching multi-factor authentication on and off, and new recovery codes: factor, codes, the codes on their way to the person's eyes and
// session epoch change in one write of the account, so that none is ever there without the others.
import { type Account, withoutSecondFactor } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { withNotice } from '../accounts/pending-notices.ts';
import type { Origin } from '../audit/audit.ts';
import type { Secrets } from '../platform/secrets.ts';
import type { RecoveryCodes } from './recovery-codes.ts';
import { proveCodes, type Totp, type TotpProof } from './totp.ts';
import type { TotpEnrollments } from './totp-enrollments.ts';

export interface MfaDependencies {
  accounts: Accounts;
  secrets: Secrets;
  totp: Totp;
  enrollments: TotpEnrollments;
  recoveryCodes: RecoveryCodes;
}

export type MfaActivation =
  | { outcome: 'activated'; account: Account }
  | { outcome: 'already-active' }
  | { outcome: 'no-enrollment' }
  | Exclude<TotpProof, { outcome: 'proved' }>;

/** Fresh recovery codes are shown this long at most. */
const shownSeconds = 10 * 60;

export function createMfa({ accounts, secrets, totp, enrollments, recoveryCodes }: MfaDependencies) {
  /** Other sessions of the account are over. Its recovery codes wait for `shownCodes`; the caller flushes the mail.
   *  @param holder the session or sign-in that the secret was shown to, and that the recovery codes will be shown to
   *  @param codes two consecutive ones   @param now milliseconds UTC */
  async function activate(
    account: Account,
    { holder, codes, origin }: { holder: string; codes: { first: string; second: string }; origin: Origin },
    now: number,
  ): Promise<MfaActivation> {
    if (account.totp) return { outcome: 'already-active' };
    const secret = await enrollments.open(account, holder);
    if (secret === undefined) return { outcome: (await isActive(account.id)) ? 'already-active' : 'no-enrollment' };
    const proof = proveCodes(secret, codes, now);
    if (proof.outcome !== 'proved') return proof;
    const { lastUsedStep, driftSteps } = proof;
    const factor = { secret: totp.sealed(account.id, secret), lastUsedStep, driftSteps, activatedAt: now };
    const fresh = freshCodes(account.id, holder, now);
    const updated = await accounts.update(account.id, (current) => {
      if (current.totp || current.sessionEpoch !== account.sessionEpoch) return undefined;
      const { mustEnrolMfa: _done, ...kept } = withoutSecondFactor(current);
      const sessionEpoch = current.sessionEpoch + 1;
      const shownRecoveryCodes = { ...fresh.shownRecoveryCodes, activatedEpoch: sessionEpoch };
      const activated = { ...kept, ...fresh, shownRecoveryCodes, totp: factor, sessionEpoch };
      const event = { type: 'mfa.activated', detail: { method: 'otp' }, actor: account.id } as const;
      return withNotice(activated, { kind: 'mfaActivated', origin, now: Date.now(), event });
    });
    if (!updated) return { outcome: 'already-active' };
    await enrollments.end(account, holder);
    return { outcome: 'activated', account: updated };
  }

  /** Removes the factor and its recovery codes. The caller has checked a current code, and flushes the mail.
   *  @returns undefined when there was none, or another one meanwhile */
  async function deactivate(
    account: Account,
    { method, origin }: { method: string; origin: Origin },
  ): Promise<Account | undefined> {
    return accounts.update(account.id, (current) => {
      if (!isSameFactor(current, account)) return undefined;
      const removed = { ...withoutSecondFactor(current), sessionEpoch: current.sessionEpoch + 1 };
      const event = { type: 'mfa.deactivated', detail: { method } } as const;
      return withNotice(removed, { kind: 'mfaDeactivated', origin, now: Date.now(), event });
    });
  }

  /** The old ones die as the new ones come. The caller has checked a current code, and flushes the mail.
   *  @returns undefined when they were renewed by another request meanwhile, or the factor is gone */
  async function renewRecoveryCodes(
    account: Account,
    { holder, origin }: { holder: string; origin: Origin },
    now: number,
  ): Promise<Account | undefined> {
    const fresh = freshCodes(account.id, holder, now);
    const happening = { kind: 'recoveryCodesRenewed', origin, event: { type: 'recovery-codes.renewed' } } as const;
    return accounts.update(account.id, (current) =>
      isSameFactor(current, account) && current.recoveryCodes?.[0]?.hash === account.recoveryCodes?.[0]?.hash
        ? withNotice({ ...current, ...fresh }, { ...happening, now: Date.now() })
        : undefined,
    );
  }

  /** Fresh codes, for the session or sign-in that they were made in. @returns undefined once they were acknowledged, and after ten minutes */
  function shownCodes(account: Account, holder: string, now: number): string[] | undefined {
    const shown = account.shownRecoveryCodes;
    if (!shown || !isShownTo(account, holder, now)) return undefined;
    return JSON.parse(secrets.open(shown.sealed, context(account.id))) as string[];
  }

  /** The person says that they saved them: from now on nobody sees them again. */
  async function acknowledge(accountId: string, holder: string): Promise<void> {
    await accounts.update(accountId, (current) => {
      if (current.shownRecoveryCodes?.holder !== holder) return undefined;
      const { shownRecoveryCodes: _saved, ...kept } = current;
      return kept;
    });
  }

  /** The second of two clicks may find the enrollment ended by the first. */
  async function isActive(accountId: string): Promise<boolean> {
    return (await accounts.get(accountId))?.totp !== undefined;
  }

  function freshCodes(accountId: string, holder: string, now: number) {
    const { codes, stored } = recoveryCodes.make(accountId);
    const sealed = secrets.seal(JSON.stringify(codes), context(accountId));
    const shownRecoveryCodes = { sealed, holder, expiresAt: now + shownSeconds * 1000 };
    return { recoveryCodes: stored, shownRecoveryCodes };
  }

  return { activate, deactivate, renewRecoveryCodes, shownCodes, acknowledge };
}
export type Mfa = ReturnType<typeof createMfa>;

/** Whether fresh recovery codes wait to be seen in this session or sign-in. */
export function isShownTo({ shownRecoveryCodes: shown }: Account, holder: string, now: number): boolean {
  return shown !== undefined && shown.holder === holder && shown.expiresAt > now;
}

function isSameFactor(current: Account, seen: Account): boolean {
  return current.totp !== undefined && current.totp.activatedAt === seen.totp?.activatedAt;
}

function context(id: string) {
  return { collection: 'accounts', field: 'shownRecoveryCodes', id };
}
