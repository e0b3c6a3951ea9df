// An own password takes the place of a temporary one, or of one that was found in a leak or that an administrator wants changed.
import type { Context } from 'koa';
import type { Step } from '../../sign-in/steps.ts';
import { newPasswordErrors } from '../http/password-errors.ts';
import type { FieldError } from '../http/view-models.ts';
import type { InteractionDependencies, Screen } from './router.ts';
import { progressOf, type Visit } from './visit.ts';

/** The reason the page gives, by the rule that asked. */
const reasons: Partial<Record<Step['rule'], 'breached' | 'demanded'>> = {
  'password-breached': 'breached',
  'password-change-demanded': 'demanded',
};

export function newPasswordScreen({
  newPasswords,
  signIn,
  readForm,
  views,
  policyOf,
}: InteractionDependencies): Screen {
  const path = 'new-password';

  async function show(ctx: Context, visit: Visit, errors: readonly FieldError[] = []): Promise<void> {
    const { account, step } = visit;
    const model = {
      ...visit.stepModel(path, errors),
      ...progressOf(visit, 1),
      email: account?.email ?? '',
      minLength: (await policyOf(account)).passwordMinLength,
      why: reasons[step.rule] ?? ('temporary' as const),
    };
    views.render(ctx, 'interaction/new-password', model, { status: errors.length > 0 ? 422 : 200 });
  }

  return {
    path,
    step: 'temporary-password',
    show: (ctx, visit) => show(ctx, visit),
    async submit(ctx, visit) {
      const { newPassword } = await readForm(ctx, visit.csrfContext, ['newPassword']);
      const { account, attempt, origin } = visit;
      if (!account) return;
      const fault = await newPasswords.faultOf(account, newPassword);
      if (fault) return show(ctx, visit, newPasswordErrors(fault, (await policyOf(account)).passwordMinLength));
      await signIn.chooseOwnPassword(attempt, account, newPassword, origin);
    },
  };
}
