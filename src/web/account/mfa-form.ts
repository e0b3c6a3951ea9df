// What the pages of the second factor on My Profile share: their addresses, their forms, and the one way they check a code.
import type { Context } from 'koa';
import type { SecondFactor } from '../../sign-in/second-factor.ts';
import type { Browser } from '../http/browser.ts';
import { clockError, shapeErrors } from '../http/mfa-pages.ts';
import type { SignedIn } from '../http/signed-in.ts';
import { type Refusal, throttled } from '../http/throttled.ts';
import type { FieldError } from '../http/view-models.ts';

export const passwordPath = '/profile/password';
export const recoveryCodesPath = `${passwordPath}/mfa/recovery-codes`;

/** Whom a secret and recovery codes are shown to that are made on My Profile. */
export function holderOf({ session }: SignedIn): string {
  return `session ${session.id}`;
}

export function mfaForm(
  browser: Browser,
  ctx: Context,
  { csrfContext, account, model }: SignedIn,
  { action, errors }: { action: string; errors: readonly FieldError[] },
) {
  const csrf = browser.csrfToken(ctx, csrfContext);
  return { ...model, action, errors, csrf, email: account.email, cancelUrl: passwordPath };
}

/** The field is `code` or `recoveryCode`; what is empty or cannot be a code is refused without a guess. */
export function codeFaults({ method, code }: Given): FieldError[] {
  if (method === 'otp') return shapeErrors('code', code);
  return code.trim() === '' ? [{ field: 'recoveryCode', key: 'error.recoveryCode.required' }] : [];
}

/** Which of the two the page asks for: each has its address, `…?with=recovery-code`, and links to the other. */
export function methodOf(ctx: Context): Given['method'] {
  return ctx.query.with === 'recovery-code' ? 'recovery' : 'otp';
}

/** The address of a page where it asks for a recovery code. */
export function withRecoveryCode(path: string): string {
  return `${path}?with=recovery-code`;
}

export interface Given {
  method: 'otp' | 'recovery';
  code: string;
}

/** @returns why the code is refused; nothing when it is accepted, and used up; `ended` when the person must sign in again first */
export async function refusalOf(
  secondFactor: SecondFactor,
  { account, origin }: SignedIn,
  given: Given,
): Promise<Refusal | 'ended' | undefined> {
  const check = await secondFactor.check(account, { ...given, code: given.code.slice(0, 100) }, origin);
  const field = given.method === 'otp' ? 'code' : 'recoveryCode';
  if (check.outcome === 'accepted') return undefined;
  if (check.outcome === 'throttled') return throttled(field, check.retryAfterSeconds);
  if (check.isEnd) return 'ended';
  if (check.outcome === 'clock-off') return { errors: [clockError(check.seconds)], status: 422 };
  const key = check.outcome === 'locked' ? 'error.code.locked' : `error.${field}.rejected`;
  return { errors: [{ field, key }], status: 422 };
}
