// The first sign-in: an own password takes the temporary one's place.
import { contextWords, passwordFault } from '../../credentials/password-policy.ts';
import { newPasswordErrors } from '../http/password-errors.ts';
import type { InteractionDependencies, Screen } from './router.ts';

export function newPasswordScreen({ signIn, readForm, views, productName, policyOf }: InteractionDependencies): Screen {
  const path = 'new-password';

  return {
    path,
    step: 'temporary-password',
    show(ctx, visit) {
      const { passwordMinLength: minLength } = policyOf(visit.account);
      views.render(ctx, 'interaction/new-password', {
        ...visit.stepModel(path),
        email: visit.account?.email ?? '',
        minLength,
      });
    },
    async submit(ctx, visit) {
      const { newPassword } = await readForm(ctx, visit.csrfContext, ['newPassword']);
      const { account, attempt, origin } = visit;
      if (!account) return;
      const { passwordMinLength: minLength } = policyOf(account);
      const fault = passwordFault(newPassword, { minLength, contextWords: contextWords(account, [productName]) });
      if (!fault) {
        await signIn.chooseOwnPassword(attempt, account, newPassword, origin);
        return;
      }
      const model = { ...visit.stepModel(path, newPasswordErrors(fault, minLength)), email: account.email, minLength };
      views.render(ctx, 'interaction/new-password', model, { status: 422 });
    },
  };
}
