// Deactivating multi-factor authentication: by a code of the app, or by a recovery code where the phone is lost.
import type Router from '@koa/router';
import type { Context } from 'koa';
import { seeOther } from '../http/redirect.ts';
import type { SignedIn } from '../http/signed-in.ts';
import type { Refusal } from '../http/throttled.ts';
import type { FieldError } from '../http/view-models.ts';
import { codeFaults, type Given, methodOf, mfaForm, passwordPath, refusalOf, withRecoveryCode } from './mfa-form.ts';
import type { AccountPagesDependencies } from './router.ts';

const path = `${passwordPath}/mfa/deactivate`;
const recoveryPath = withRecoveryCode(path);

export function mfaDeactivateRoutes(router: Router, dependencies: AccountPagesDependencies): void {
  const { browser, mfa, policyOf, readForm, secondFactor, securityNotices, sessions, signedIn, views } = dependencies;

  async function show(
    ctx: Context,
    person: SignedIn,
    { errors = [], confirmed = false, status = 200 }: Partial<Refusal> & { confirmed?: boolean } = {},
  ): Promise<void> {
    const isRecovery = methodOf(ctx) === 'recovery';
    const model = {
      ...mfaForm(browser, ctx, person, { action: isRecovery ? recoveryPath : path, errors }),
      confirmed,
      isEnforced: (await policyOf(person.account)).mfa === 'required',
      withRecoveryCode: isRecovery,
      otherUrl: isRecovery ? path : recoveryPath,
    };
    views.render(ctx, 'account/mfa-deactivate', model, { status });
  }

  router.get(path, async (ctx) => {
    const person = await signedIn.require(ctx, { isFresh: true });
    if (!person) return;
    if (!person.account.totp) return seeOther(ctx, passwordPath);
    await show(ctx, person);
  });

  router.post(path, async (ctx) => {
    const person = await signedIn.require(ctx, { isFresh: true });
    if (!person) return;
    const { code, recoveryCode, confirm } = await readForm(ctx, person.csrfContext, [
      'code',
      'recoveryCode',
      'confirm',
    ]);
    if (!person.account.totp) return seeOther(ctx, passwordPath);
    const method = methodOf(ctx);
    const given = { method, code: method === 'otp' ? code : recoveryCode };
    const refusal = await deactivate(person, given, confirm !== '');
    // Too many wrong codes: the page itself asks for a new sign-in.
    if (refusal === 'ended') return seeOther(ctx, method === 'otp' ? path : recoveryPath);
    if (!refusal) return seeOther(ctx, `${passwordPath}?done=mfa-deactivated`);
    if (refusal.retryAfterSeconds) ctx.set('Retry-After', String(refusal.retryAfterSeconds));
    await show(ctx, person, { ...refusal, confirmed: confirm !== '' });
  });

  /** The code is spent only once the box is ticked: a person who forgot it need not wait for the next code. */
  async function deactivate(
    person: SignedIn,
    given: Given,
    isConfirmed: boolean,
  ): Promise<Refusal | 'ended' | undefined> {
    const { account, session, origin } = person;
    const unticked: FieldError[] = isConfirmed ? [] : [{ field: 'confirm', key: 'error.confirm.required' }];
    const errors = [...codeFaults(given), ...unticked];
    if (errors.length > 0) return { errors, status: 422 };
    const refusal = await refusalOf(secondFactor, person, given);
    if (refusal) return refusal;
    const updated = await mfa.deactivate(account, { method: given.method, origin });
    if (!updated) return undefined;
    await sessions.moveToEpoch(session.id, { from: account.sessionEpoch, to: updated.sessionEpoch });
    await securityNotices.flush(updated);
    return undefined;
  }
}
