// The section "Password": the form that changes it, and whether multi-factor authentication is set up.
import type Router from '@koa/router';
import type { Context } from 'koa';
import { type Account, recoveryCodesLeft } from '../../accounts/account.ts';
import { withNotice } from '../../accounts/pending-notices.ts';
import { withPassword } from '../../credentials/passwords.ts';
import { reauthenticationGuesses } from '../../sign-in/guesses.ts';
import { newPasswordErrors } from '../http/password-errors.ts';
import { seeOther } from '../http/redirect.ts';
import type { SignedIn } from '../http/signed-in.ts';
import { type Refusal, throttled } from '../http/throttled.ts';
import type { FieldError, Message } from '../http/view-models.ts';
import type { AccountPagesDependencies } from './router.ts';

const path = '/profile/password';

/** What a redirect back to this page may announce. */
const notices = new Map<unknown, Message>([
  ['password-changed', { key: 'notice.passwordChanged' }],
  ['mfa-activated', { key: 'notice.mfaActivated' }],
  ['mfa-deactivated', { key: 'notice.mfaDeactivated' }],
]);

export function passwordRoutes(router: Router, dependencies: AccountPagesDependencies): void {
  const {
    accounts,
    browser,
    newPasswords,
    passwords,
    readForm,
    securityNotices,
    oidc,
    sessions,
    signedIn,
    throttle,
    views,
    policyOf,
  } = dependencies;

  async function show(
    ctx: Context,
    { account, session, csrfContext, model }: SignedIn,
    errors: readonly FieldError[] = [],
    status = 200,
  ): Promise<void> {
    // Where a second factor is demanded, the way back here led through setting up the new one.
    const done = ctx.query.done === 'mfa-deactivated' && account.totp ? 'mfa-activated' : ctx.query.done;
    const notice = errors.length === 0 ? notices.get(done) : undefined;
    const form = { action: path, csrf: browser.csrfToken(ctx, csrfContext), errors };
    const { passwordMinLength: minLength } = await policyOf(account);
    const mfa = account.totp ? ('active' as const) : ('not-active' as const);
    const warning = recoveryCodesWarning(account, session.amr);
    const page = {
      ...model,
      ...form,
      email: account.email,
      minLength,
      mfa,
      // The warning that few are left says how many.
      ...(warning && warning.key !== recoveryCodeUsed ? {} : { recoveryCodesLeft: recoveryCodesLeft(account) }),
      ...(warning ? { recoveryCodesWarning: warning } : {}),
      // The other warning says it already.
      isNewPhoneTold: warning?.key !== recoveryCodeUsed,
      ...(notice ? { notice } : {}),
    };
    views.render(ctx, 'account/password', page, { status });
  }

  router.get(path, async (ctx) => {
    const person = await signedIn.require(ctx);
    if (person) await show(ctx, person);
  });

  router.post(path, async (ctx) => {
    const person = await signedIn.require(ctx);
    if (!person) return;
    const given = await readForm(ctx, person.csrfContext, ['currentPassword', 'newPassword']);
    const { errors, status, retryAfterSeconds } = await change(person, given);
    if (retryAfterSeconds) ctx.set('Retry-After', String(retryAfterSeconds));
    if (errors.length > 0) return show(ctx, person, errors, status);
    seeOther(ctx, `${path}?done=password-changed`);
  });

  /** What is wrong with the form itself is told first: only a complete one costs a guess at the current password. */
  async function change(
    { account, session, origin }: SignedIn,
    given: { currentPassword: string; newPassword: string },
  ): Promise<Refusal> {
    const current = given.currentPassword.slice(0, 1025);
    const { passwordMinLength: minLength } = await policyOf(account);
    const fault = await newPasswords.faultOf(account, given.newPassword, current);
    const faults = [
      ...(current === '' ? [{ field: 'currentPassword', key: 'error.currentPassword.required' }] : []),
      ...(fault ? newPasswordErrors(fault, minLength) : []),
    ];
    if (faults.length > 0) return { errors: faults, status: 422 };
    const guarded = await throttle.guard(
      reauthenticationGuesses(account.id),
      () => passwords.verify(account, current, Date.now()),
      (check) => check === 'accepted',
    );
    if (guarded.outcome === 'throttled') return throttled('currentPassword', guarded.retryAfterSeconds);
    if (guarded.value !== 'accepted')
      return { errors: [{ field: 'currentPassword', key: 'error.currentPassword.rejected' }], status: 422 };
    const passwordHash = await passwords.hash(given.newPassword);
    const event = { type: 'password.changed', detail: { by: 'current-password' } } as const;
    const updated = await accounts.update(account.id, (stored) =>
      stored.sessionEpoch === account.sessionEpoch
        ? withNotice(withPassword(stored, passwordHash), { kind: 'passwordChanged', origin, now: Date.now(), event })
        : undefined,
    );
    if (!updated) return { errors: [{ field: 'currentPassword', key: 'error.currentPassword.rejected' }], status: 409 };
    await sessions.moveToEpoch(session.id, { from: account.sessionEpoch, to: updated.sessionEpoch });
    await securityNotices.flush(updated);
    await oidc.endAll(account.id, { except: session.id, reason: 'credentials-changed' }, origin);
    return { errors: [], status: 200 };
  }
}

/** From here on new recovery codes are offered. */
const fewRecoveryCodes = 3;
const recoveryCodeUsed = 'mfa.recoveryCodeUsed';

function recoveryCodesWarning(account: Account, amr: readonly string[]): Message | undefined {
  if (!account.totp) return undefined;
  const count = recoveryCodesLeft(account);
  if (count === 0) return { key: 'mfa.noRecoveryCodes' };
  if (count <= fewRecoveryCodes) return { key: 'mfa.fewRecoveryCodes', values: { count } };
  return amr.includes('rc') ? { key: recoveryCodeUsed } : undefined;
}
