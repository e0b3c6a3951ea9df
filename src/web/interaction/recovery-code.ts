// The second factor without the phone: one of the recovery codes, once.
import { seeOther } from '../http/redirect.ts';
import { outcomeErrors, throttledStatus } from './outcome.ts';
import type { InteractionDependencies, Screen } from './router.ts';
import type { Visit } from './visit.ts';

export function recoveryCodeScreen({ signIn, readForm, views }: InteractionDependencies): Screen {
  const path = 'recovery-code';
  const model = (visit: Visit) => ({
    email: visit.account?.email ?? '',
    codeUrl: `/interaction/${visit.interaction.uid}/code`,
  });

  return {
    path,
    step: 'code',
    show(ctx, visit) {
      views.render(ctx, 'interaction/recovery-code', { ...visit.stepModel(path), ...model(visit) });
    },
    async submit(ctx, visit) {
      const { recoveryCode } = await readForm(ctx, visit.csrfContext, ['recoveryCode']);
      if (!visit.account) return;
      const isGiven = recoveryCode.trim() !== '';
      const proof = { method: 'recovery', code: recoveryCode.slice(0, 100) } as const;
      const outcome = isGiven ? await signIn.giveCode(visit.attempt, visit.account, proof, visit.origin) : undefined;
      if (outcome === 'accepted') return;
      if (outcome === 'ended') return seeOther(ctx, `/interaction/${visit.interaction.uid}`);
      const errors =
        outcome === undefined
          ? [{ field: 'recoveryCode', key: 'error.recoveryCode.required' }]
          : outcomeErrors(outcome, { rejected: 'error.recoveryCode.rejected', field: 'recoveryCode' });
      const { status, retryAfter } = throttledStatus(outcome);
      if (retryAfter) ctx.set('Retry-After', retryAfter);
      views.render(ctx, 'interaction/recovery-code', { ...visit.stepModel(path, errors), ...model(visit) }, { status });
    },
  };
}
