// The recovery codes of a second factor that was set up in this sign-in, before it goes on.
import { shownCodesModel } from '../http/mfa-pages.ts';
import type { InteractionDependencies, Screen } from './router.ts';
import { progressOf } from './visit.ts';

export function recoveryCodesScreen({ signIn, readForm, views, productName }: InteractionDependencies): Screen {
  const path = 'recovery-codes';

  return {
    path,
    step: 'recovery-codes',
    show(ctx, visit) {
      if (!visit.account) return;
      const codes = signIn.recoveryCodesToShow(visit.attempt, visit.account) ?? [];
      const model = {
        ...visit.stepModel(path),
        ...progressOf(visit, 3),
        ...shownCodesModel(codes, visit.account.email, productName),
        email: visit.account.email,
        notice: { key: 'notice.mfaActivated' },
      };
      views.render(ctx, 'interaction/recovery-codes', model);
    },
    async submit(ctx, visit) {
      await readForm(ctx, visit.csrfContext, []);
      if (visit.account) await signIn.acknowledgeRecoveryCodes(visit.attempt, visit.account);
    },
  };
}
