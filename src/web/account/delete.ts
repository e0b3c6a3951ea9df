// My Profile: the end of my account. Asks for all that can be asked for: a fresh sign-in, the password, a code where there is a second
// factor, and a tick box.
import type Router from '@koa/router';
import type { Context } from 'koa';
import { hasSecondFactor } from '../../accounts/account.ts';
import { isCodeShaped } from '../../credentials/totp.ts';
import { reauthenticationGuesses } from '../../sign-in/guesses.ts';
import { seeOther } from '../http/redirect.ts';
import type { SignedIn } from '../http/signed-in.ts';
import { type Refusal, throttled } from '../http/throttled.ts';
import type { FieldError } from '../http/view-models.ts';
import { refusalOf } from './mfa-form.ts';
import type { AccountPagesDependencies } from './router.ts';

const path = '/profile/delete';

interface Given {
  currentPassword: string;
  code: string;
  isConfirmed: boolean;
}

export function deleteRoutes(router: Router, dependencies: AccountPagesDependencies): void {
  const { accountDeletion, browser, passwords, readForm, secondFactor, signedIn, throttle, views } = dependencies;

  async function show(
    ctx: Context,
    person: SignedIn,
    { errors, status }: Refusal = { errors: [], status: 200 },
    confirmed = false,
  ): Promise<void> {
    const { account, csrfContext, model } = person;
    const page = {
      ...model,
      action: path,
      csrf: browser.csrfToken(ctx, csrfContext),
      errors,
      email: account.email,
      cancelUrl: '/profile/data',
      isLastOwner: await accountDeletion.isLastOwner(account),
      asksForCode: hasSecondFactor(account),
      confirmed,
    };
    views.render(ctx, 'account/delete', page, { status });
  }

  router.get(path, async (ctx) => {
    const person = await signedIn.require(ctx, { isFresh: true });
    if (person) await show(ctx, person);
  });

  router.post(path, async (ctx) => {
    const person = await signedIn.require(ctx, { isFresh: true });
    if (!person) return;
    const { confirm, ...given } = await readForm(ctx, person.csrfContext, ['currentPassword', 'code', 'confirm']);
    const isConfirmed = confirm !== '';
    const refusal = await check(person, { ...given, isConfirmed });
    // Too many wrong codes: the page itself asks for a new sign-in.
    if (refusal === 'ended') return seeOther(ctx, path);
    if (refusal.retryAfterSeconds) ctx.set('Retry-After', String(refusal.retryAfterSeconds));
    if (refusal.errors.length > 0) return show(ctx, person, refusal, isConfirmed);
    const outcome = await accountDeletion.remove(person.account, person.origin);
    if (outcome !== 'deleted') return show(ctx, person, outcomeRefusal(outcome), isConfirmed);
    signedIn.forget(ctx);
    seeOther(ctx, '/account-deleted');
  });

  /** What is wrong with the form itself is told first: only a complete one costs a guess, and the code is spent last. */
  async function check(person: SignedIn, { currentPassword, code, isConfirmed }: Given): Promise<Refusal | 'ended'> {
    const { account } = person;
    const asksForCode = hasSecondFactor(account);
    const faults: FieldError[] = [
      ...(currentPassword === '' ? [{ field: 'currentPassword', key: 'error.currentPassword.required' }] : []),
      ...(asksForCode && !isCodeShaped(code)
        ? [{ field: 'code', key: code.trim() === '' ? 'error.code.required' : 'error.code.format' }]
        : []),
      ...(isConfirmed ? [] : [{ field: 'confirm', key: 'error.confirmDeletion.required' }]),
    ];
    if (faults.length > 0) return { errors: faults, status: 422 };
    const password = await throttle.guard(
      reauthenticationGuesses(account.id),
      () => passwords.verify(account, currentPassword.slice(0, 1025), Date.now()),
      (value) => value === 'accepted',
    );
    if (password.outcome === 'throttled') return throttled('currentPassword', password.retryAfterSeconds);
    if (password.value !== 'accepted')
      return { errors: [{ field: 'currentPassword', key: 'error.currentPassword.rejected' }], status: 422 };
    const refusal = asksForCode ? await refusalOf(secondFactor, person, { method: 'otp', code }) : undefined;
    return refusal ?? { errors: [], status: 200 };
  }

  router.get('/account-deleted', (ctx) => views.render(ctx, 'account/deleted', {}));
}

function outcomeRefusal(outcome: 'last-owner' | 'outdated'): Refusal {
  const errors = {
    'last-owner': { key: 'error.lastOwner' },
    outdated: { field: 'currentPassword', key: 'error.currentPassword.rejected' },
  };
  return { errors: [errors[outcome]], status: 409 };
}
