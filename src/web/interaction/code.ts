// The second factor: a code from the authenticator app.
import type { Context } from 'koa';
import type { Account } from '../../accounts/account.ts';
import { hasPasskey } from '../../accounts/factors.ts';
import { isCodeShaped } from '../../credentials/totp.ts';
import { randomToken } from '../../platform/ids.ts';
import { seeOther } from '../http/redirect.ts';
import type { FieldError } from '../http/view-models.ts';
import { outcomeErrors, throttledStatus } from './outcome.ts';
import { passkeyPart } from './passkey-part.ts';
import type { InteractionDependencies, Screen } from './router.ts';
import type { Visit } from './visit.ts';

const path = 'code';

export function codeScreen(dependencies: InteractionDependencies): Screen {
  const { deviceCookie, signIn, readForm, views } = dependencies;
  async function remember(ctx: Context, { attempt, origin }: Visit, account: Account): Promise<void> {
    const token = deviceCookie.read(ctx) ?? randomToken();
    await signIn.rememberDevice(attempt, account, token, origin);
    deviceCookie.put(ctx, token);
  }

  return {
    path,
    step: 'code',
    show(ctx, visit) {
      views.render(ctx, 'interaction/code', codeModel(dependencies, visit));
    },
    async submit(ctx, visit) {
      const { code, rememberDevice } = await readForm(ctx, visit.csrfContext, ['code', 'rememberDevice']);
      if (!visit.account) return;
      const isShaped = isCodeShaped(code);
      const outcome = isShaped
        ? await signIn.giveCode(visit.attempt, visit.account, { method: 'otp', code }, visit.origin)
        : undefined;
      if (outcome === 'accepted') return rememberDevice === '' ? undefined : remember(ctx, visit, visit.account);
      if (outcome === 'ended') return seeOther(ctx, `/interaction/${visit.interaction.uid}`);
      const key = code.trim() === '' ? 'error.code.required' : 'error.code.format';
      const errors =
        outcome === undefined
          ? [{ field: 'code', key }]
          : outcomeErrors(outcome, { rejected: 'error.code.rejected', field: 'code' });
      const { status, retryAfter } = throttledStatus(outcome);
      if (retryAfter) ctx.set('Retry-After', retryAfter);
      views.render(ctx, 'interaction/code', codeModel(dependencies, visit, errors, rememberDevice !== ''), { status });
    },
  };
}

export function codeModel(
  { passkeys }: Pick<InteractionDependencies, 'passkeys'>,
  visit: Visit,
  errors: readonly FieldError[] = [],
  isTicked = false,
) {
  const hasOther = passkeys.isAvailable && visit.account && hasPasskey(visit.account);
  return {
    ...visit.stepModel(path, errors),
    email: visit.account?.email ?? '',
    recoveryCodeUrl: `/interaction/${visit.interaction.uid}/recovery-code`,
    ...(visit.rememberDeviceDays > 0 ? { remember: { days: visit.rememberDeviceDays, isTicked } } : {}),
    ...(hasOther ? passkeyPart(visit, 'code-passkey') : {}),
  };
}
