// A second factor set up in the middle of a sign-in, where the policy or the account demands one: QR code, two codes in a row.
import type { Context } from 'koa';
import { wantsBothFactors } from '../../sign-in/demands.ts';
import { activationErrors, enrolmentModel, shapeErrors } from '../http/mfa-pages.ts';
import { throttledError } from '../http/throttled.ts';
import type { FieldError, Message } from '../http/view-models.ts';
import type { InteractionDependencies, Screen } from './router.ts';
import { progressOf, type Visit } from './visit.ts';

export function enrolMfaScreen({ oidc, signIn, readForm, views }: InteractionDependencies): Screen {
  const path = 'enrol-mfa';

  async function render(ctx: Context, visit: Visit, errors: readonly FieldError[] = [], status = 200): Promise<void> {
    if (!visit.account) return;
    const enrollment = await signIn.beginEnrolment(visit.attempt, visit.account);
    const page = `/interaction/${visit.interaction.uid}/${path}`;
    const model = {
      ...visit.stepModel(path, errors),
      ...progressOf(visit, 3),
      ...(await enrolmentModel(enrollment, { path: page, isSecretShown: ctx.query.key === 'shown' })),
      email: visit.account.email,
      notice: reason(visit),
    };
    views.render(ctx, 'interaction/enrol-mfa', model, { status });
  }

  return {
    path,
    step: 'enrol-mfa',
    show: (ctx, visit) => render(ctx, visit),
    async submit(ctx, visit) {
      const { code1, code2 } = await readForm(ctx, visit.csrfContext, ['code1', 'code2']);
      if (!visit.account) return;
      const faults = [...shapeErrors('code1', code1), ...shapeErrors('code2', code2)];
      if (faults.length > 0) return render(ctx, visit, faults, 422);
      // A session of this person in this browser ends with the change, and would take the interaction with it.
      if (visit.interaction.session?.accountId === visit.account.id) await oidc.interactions.forgetSession(ctx);
      const enrolled = await signIn.enrol(visit.attempt, visit.account, { first: code1, second: code2 }, visit.origin);
      switch (enrolled.outcome) {
        case 'activated':
        case 'already-active':
        case 'ended':
          return;
        case 'throttled':
          ctx.set('Retry-After', String(enrolled.throttledSeconds));
          return render(ctx, visit, [throttledError('code1', enrolled.throttledSeconds)], 429);
        default:
          return render(ctx, visit, activationErrors(enrolled), 422);
      }
    },
  };
}

/** Why the person is asked now. */
function reason({ interaction, step }: Visit): Message {
  if (step.rule === 'account-must-enrol') return { key: 'notice.accountMustEnrol' };
  return { key: wantsBothFactors(interaction) ? 'notice.appRequiresMfa' : 'notice.policyRequiresMfa' };
}
