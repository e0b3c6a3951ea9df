// Activating multi-factor authentication.
import type Router from '@koa/router';
import type { Context } from 'koa';
import { activationErrors, enrolmentModel, shapeErrors } from '../http/mfa-pages.ts';
import { seeOther } from '../http/redirect.ts';
import type { SignedIn } from '../http/signed-in.ts';
import { throttled } from '../http/throttled.ts';
import type { FieldError } from '../http/view-models.ts';
import { holderOf, mfaForm, passwordPath, recoveryCodesPath } from './mfa-form.ts';
import type { AccountPagesDependencies } from './router.ts';

const path = `${passwordPath}/mfa/activate`;

export function mfaActivateRoutes(router: Router, dependencies: AccountPagesDependencies): void {
  const { browser, enrollments, readForm, secondFactor, sessions, signedIn, views } = dependencies;

  async function show(ctx: Context, person: SignedIn, errors: readonly FieldError[] = [], status = 200): Promise<void> {
    const enrollment = await enrollments.begin(person.account, holderOf(person), Date.now());
    const isSecretShown = ctx.query.key === 'shown';
    const model = {
      ...mfaForm(browser, ctx, person, { action: path, errors }),
      ...(await enrolmentModel(enrollment, { path, isSecretShown })),
    };
    views.render(ctx, 'account/mfa-activate', model, { status });
  }

  router.get(path, async (ctx) => {
    const person = await signedIn.require(ctx, { isFresh: true });
    if (!person) return;
    if (person.account.totp) return seeOther(ctx, passwordPath);
    await show(ctx, person);
  });

  router.post(path, async (ctx) => {
    const person = await signedIn.require(ctx, { isFresh: true });
    if (!person) return;
    const { code1, code2 } = await readForm(ctx, person.csrfContext, ['code1', 'code2']);
    const faults = [...shapeErrors('code1', code1), ...shapeErrors('code2', code2)];
    if (faults.length > 0) return show(ctx, person, faults, 422);
    const given = { holder: holderOf(person), codes: { first: code1, second: code2 } };
    const activation = await secondFactor.activate(person.account, given, person.origin);
    if (activation.outcome === 'throttled') {
      const { errors, status } = throttled('code1', activation.retryAfterSeconds);
      ctx.set('Retry-After', String(activation.retryAfterSeconds));
      return show(ctx, person, errors, status);
    }
    // The second of two clicks: the codes of the first one still wait to be seen.
    if (activation.outcome === 'already-active') return seeOther(ctx, recoveryCodesPath);
    // Too many: the page itself asks for a new sign-in.
    if (activation.isEnd) return seeOther(ctx, path);
    if (activation.outcome !== 'activated') return show(ctx, person, activationErrors(activation), 422);
    await sessions.moveToEpoch(person.session.id, {
      from: person.account.sessionEpoch,
      to: activation.account.sessionEpoch,
    });
    seeOther(ctx, recoveryCodesPath);
  });
}
