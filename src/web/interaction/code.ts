// The second factor: a code from the authenticator app.
import { hasPasskey } from '../../accounts/factors.ts';
import { isCodeShaped } from '../../credentials/totp.ts';
import { seeOther } from '../http/redirect.ts';
import type { FieldError } from '../http/view-models.ts';
import { outcomeErrors, throttledStatus } from './outcome.ts';
import { passkeyPart } from './passkey-part.ts';
import type { InteractionDependencies, Screen } from './router.ts';
import type { Visit } from './visit.ts';

const path = 'code';

export function codeScreen(dependencies: InteractionDependencies): Screen {
  const { signIn, readForm, views } = dependencies;
  return {
    path,
    step: 'code',
    show(ctx, visit) {
      views.render(ctx, 'interaction/code', codeModel(dependencies, visit));
    },
    async submit(ctx, visit) {
      const { code } = await readForm(ctx, visit.csrfContext, ['code']);
      if (!visit.account) return;
      const isShaped = isCodeShaped(code);
      const outcome = isShaped
        ? await signIn.giveCode(visit.attempt, visit.account, { method: 'otp', code }, visit.origin)
        : undefined;
      if (outcome === 'accepted') return;
      if (outcome === 'ended') return seeOther(ctx, `/interaction/${visit.interaction.uid}`);
      const key = code.trim() === '' ? 'error.code.required' : 'error.code.format';
      const errors =
        outcome === undefined
          ? [{ field: 'code', key }]
          : outcomeErrors(outcome, { rejected: 'error.code.rejected', field: 'code' });
      const { status, retryAfter } = throttledStatus(outcome);
      if (retryAfter) ctx.set('Retry-After', retryAfter);
      views.render(ctx, 'interaction/code', codeModel(dependencies, visit, errors), { status });
    },
  };
}

export function codeModel(
  { passkeys }: Pick<InteractionDependencies, 'passkeys'>,
  visit: Visit,
  errors: readonly FieldError[] = [],
) {
  const hasOther = passkeys.isAvailable && visit.account && hasPasskey(visit.account);
  return {
    ...visit.stepModel(path, errors),
    email: visit.account?.email ?? '',
    recoveryCodeUrl: `/interaction/${visit.interaction.uid}/recovery-code`,
    ...(hasOther ? passkeyPart(visit, 'code-passkey') : {}),
  };
}
