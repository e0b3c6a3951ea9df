// Activating and deactivating multi-factor authentication.
import type Router from '@koa/router';
import type { Context } from 'koa';
import QRCode from 'qrcode';
import type { MfaActivation } from '../../credentials/mfa.ts';
import { isCodeShaped } from '../../credentials/totp.ts';
import { codeGuesses } from '../../sign-in/guesses.ts';
import { seeOther } from '../http/redirect.ts';
import type { SignedIn } from '../http/signed-in.ts';
import { type Refusal, throttled } from '../http/throttled.ts';
import type { FieldError } from '../http/view-models.ts';
import type { AccountPagesDependencies } from './router.ts';

const passwordPath = '/profile/password';
const activatePath = `${passwordPath}/mfa/activate`;
const recoveryCodesPath = `${passwordPath}/mfa/recovery-codes`;
const deactivatePath = `${passwordPath}/mfa/deactivate`;

export function mfaRoutes(router: Router, dependencies: AccountPagesDependencies): void {
  const { audit, browser, mfa, productName, readForm, sessions, shownRecoveryCodes, signedIn, throttle, totp, views } =
    dependencies;
  const form = (
    ctx: Context,
    { csrfContext, account, model }: SignedIn,
    action: string,
    errors: readonly FieldError[],
  ) => ({
    ...model,
    action,
    errors,
    csrf: browser.csrfToken(ctx, csrfContext),
    email: account.email,
    cancelUrl: passwordPath,
  });

  async function showActivate(
    ctx: Context,
    person: SignedIn,
    errors: readonly FieldError[] = [],
    status = 200,
  ): Promise<void> {
    const { secret, uri } = await totp.enroll(person.account, Date.now());
    const svg = await QRCode.toString(uri, { type: 'svg', margin: 1, errorCorrectionLevel: 'M' });
    const qrCode = `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
    const secretKey = ctx.query.key === 'shown' ? { secretKey: inGroups(secret) } : {};
    const showSecretUrl = `${activatePath}?key=shown#secret-key`;
    views.render(
      ctx,
      'account/mfa-activate',
      { ...form(ctx, person, activatePath, errors), qrCode, ...secretKey, showSecretUrl },
      { status },
    );
  }

  router.get(activatePath, async (ctx) => {
    const person = await signedIn.require(ctx, { isFresh: true });
    if (!person) return;
    if (person.account.totp) return seeOther(ctx, passwordPath);
    await showActivate(ctx, person);
  });

  router.post(activatePath, async (ctx) => {
    const person = await signedIn.require(ctx, { isFresh: true });
    if (!person) return;
    const { code1, code2 } = await readForm(ctx, person.csrfContext, ['code1', 'code2']);
    const faults = [...shapeErrors('code1', code1), ...shapeErrors('code2', code2)];
    if (faults.length > 0) return showActivate(ctx, person, faults, 422);
    const activation = await mfa.activate(person.account, { first: code1, second: code2 }, Date.now());
    // The second of two clicks: the codes of the first one still wait to be seen.
    if (activation.outcome === 'already-active') return seeOther(ctx, recoveryCodesPath);
    if (activation.outcome !== 'activated') return showActivate(ctx, person, activationErrors(activation), 422);
    await sessions.moveToEpoch(person.session.id, {
      from: person.account.sessionEpoch,
      to: activation.account.sessionEpoch,
    });
    await audit.record(
      { type: 'mfa.activated', result: 'success', subject: person.account.id, detail: { method: 'otp' } },
      person.origin,
    );
    await shownRecoveryCodes.put(person.session.id, activation.recoveryCodes, Date.now());
    seeOther(ctx, recoveryCodesPath);
  });

  router.get(recoveryCodesPath, async (ctx) => {
    const person = await signedIn.require(ctx);
    if (!person) return;
    const codes = await shownRecoveryCodes.get(person.session.id);
    if (!codes) return seeOther(ctx, passwordPath);
    const text = [`${productName}: recovery codes for ${person.account.email}`, '', ...codes, ''].join('\r\n');
    const downloadUrl = `data:text/plain;charset=utf-8,${encodeURIComponent(text)}`;
    const notice = { key: 'notice.mfaActivated' };
    views.render(ctx, 'account/recovery-codes', {
      ...form(ctx, person, recoveryCodesPath, []),
      notice,
      codes,
      downloadUrl,
    });
  });

  router.post(recoveryCodesPath, async (ctx) => {
    const person = await signedIn.require(ctx);
    if (!person) return;
    await readForm(ctx, person.csrfContext, []);
    await shownRecoveryCodes.acknowledge(person.session.id);
    seeOther(ctx, passwordPath);
  });

  router.get(deactivatePath, async (ctx) => {
    const person = await signedIn.require(ctx, { isFresh: true });
    if (!person) return;
    if (!person.account.totp) return seeOther(ctx, passwordPath);
    views.render(ctx, 'account/mfa-deactivate', { ...form(ctx, person, deactivatePath, []), confirmed: false });
  });

  router.post(deactivatePath, async (ctx) => {
    const person = await signedIn.require(ctx, { isFresh: true });
    if (!person) return;
    const { code, confirm } = await readForm(ctx, person.csrfContext, ['code', 'confirm']);
    if (!person.account.totp) return seeOther(ctx, passwordPath);
    const { errors, status, retryAfterSeconds } = await deactivate(person, code, confirm !== '');
    if (retryAfterSeconds) ctx.set('Retry-After', String(retryAfterSeconds));
    if (errors.length > 0)
      return views.render(
        ctx,
        'account/mfa-deactivate',
        { ...form(ctx, person, deactivatePath, errors), confirmed: confirm !== '' },
        { status },
      );
    seeOther(ctx, `${passwordPath}?done=mfa-deactivated`);
  });

  /** The code is spent only once the box is ticked: a person who forgot it need not wait for the next code. */
  async function deactivate(
    { account, session, origin }: SignedIn,
    code: string,
    isConfirmed: boolean,
  ): Promise<Refusal> {
    const faults = [
      ...shapeErrors('code', code),
      ...(isConfirmed ? [] : [{ field: 'confirm', key: 'error.confirm.required' }]),
    ];
    if (faults.length > 0) return { errors: faults, status: 422 };
    const guarded = await throttle.guard(
      codeGuesses(account.id, 'otp'),
      () => totp.verify(account, code, Date.now()),
      (check) => check === 'accepted',
    );
    if (guarded.outcome === 'throttled') return throttled('code', guarded.retryAfterSeconds);
    if (guarded.value === 'rejected') return { errors: [{ field: 'code', key: 'error.code.rejected' }], status: 422 };
    const updated = await mfa.deactivate(account);
    if (updated) {
      await sessions.moveToEpoch(session.id, { from: account.sessionEpoch, to: updated.sessionEpoch });
      await audit.record(
        { type: 'mfa.deactivated', result: 'success', subject: account.id, detail: { method: 'otp' } },
        origin,
      );
    }
    return { errors: [], status: 200 };
  }
}

function shapeErrors(field: 'code' | 'code1' | 'code2', typed: string): FieldError[] {
  if (typed.trim() === '') return [{ field, key: `error.${field}.required` }];
  return isCodeShaped(typed) ? [] : [{ field, key: `error.${field}.format` }];
}

function activationErrors(
  activation: Exclude<MfaActivation, { outcome: 'activated' | 'already-active' }>,
): FieldError[] {
  switch (activation.outcome) {
    case 'no-enrollment':
      return [{ key: 'error.enrollmentExpired' }];
    case 'first-code-wrong':
      return [{ field: 'code1', key: 'error.code1.rejected' }];
    case 'second-code-wrong':
      return [{ field: 'code2', key: 'error.code2.rejected' }];
    case 'codes-equal':
      return [{ field: 'code2', key: 'error.code2.same' }];
    case 'clock-off': {
      const key = activation.seconds < 0 ? 'error.clock.slow' : 'error.clock.fast';
      return [{ field: 'code1', key, values: { count: Math.abs(activation.seconds) } }];
    }
  }
}

/** In groups of four: easier to type. */
function inGroups(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, '$1 ');
}
