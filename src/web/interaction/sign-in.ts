// The first step: e-mail address and password.
import { isEmail } from '../../accounts/account.ts';
import { wrongCodesAllowed } from '../../sign-in/attempt.ts';
import type { FieldError, Message } from '../http/view-models.ts';
import { outcomeErrors, throttledStatus } from './outcome.ts';
import type { InteractionDependencies, Screen } from './router.ts';
import type { Visit } from './visit.ts';

export function signInScreen({ signIn, readForm, views }: InteractionDependencies): Screen {
  const path = 'sign-in';

  return {
    path,
    step: 'password',
    show(ctx, visit) {
      const why = notice(visit);
      const model = { ...visit.stepModel(path), email: visit.attempt.email ?? '', ...(why ? { notice: why } : {}) };
      views.render(ctx, 'interaction/sign-in', model);
    },
    async submit(ctx, visit) {
      const given = await readForm(ctx, visit.csrfContext, ['email', 'password']);
      const email = given.email.trim();
      const missing = faults(email, given.password);
      const outcome =
        missing.length > 0
          ? undefined
          : await signIn.givePassword(visit.attempt, { email, password: given.password }, visit.origin);
      if (outcome === 'accepted' || outcome === 'ended') return;
      const errors =
        outcome === undefined
          ? missing
          : outcomeErrors(outcome, {
              rejected: 'error.credentials',
              expired: 'error.temporaryPassword.expired',
              field: 'email',
            });
      const { status, retryAfter } = throttledStatus(outcome);
      if (retryAfter) ctx.set('Retry-After', retryAfter);
      views.render(
        ctx,
        'interaction/sign-in',
        { ...visit.stepModel(path, errors), email: given.email.slice(0, 254) },
        { status },
      );
    },
  };
}

/** Why the person is back here in the middle of a sign-in. */
function notice({ attempt, step }: Visit): Message | undefined {
  if (attempt.wrongCodes >= wrongCodesAllowed) return { key: 'notice.wrongCodes' };
  if (step.rule === 'credentials-changed') return { key: 'notice.credentialsChanged' };
  return undefined;
}

function faults(email: string, password: string): FieldError[] {
  return [
    ...(email === '' ? [{ field: 'email', key: 'error.email.required' }] : []),
    ...(email !== '' && !isEmail(email) ? [{ field: 'email', key: 'error.email.invalid' }] : []),
    ...(password === '' ? [{ field: 'password', key: 'error.password.required' }] : []),
  ];
}
