// My Profile: the end of my account. Asks for all that can be asked for: a fresh sign-in, the password, a code where there is a second
// factor (of the app, or a recovery code where the phone is lost), and a tick box.
import type Router from '@koa/router';
import type { Context } from 'koa';
import { reauthenticationGuesses } from '../../sign-in/guesses.ts';
import { seeOther } from '../http/redirect.ts';
import type { SignedIn } from '../http/signed-in.ts';
import { type Refusal, throttled } from '../http/throttled.ts';
import type { FieldError } from '../http/view-models.ts';
import { codeFaults, type Given as GivenCode, methodOf, refusalOf, withRecoveryCode } from './mfa-form.ts';
import type { AccountPagesDependencies } from './router.ts';

const path = '/profile/delete';
const recoveryPath = withRecoveryCode(path);

interface Given {
  currentPassword: string;
  /** Where there is a second factor. */
  second: GivenCode | undefined;
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
    const asksFor = askedOf(ctx, person);
    const isRecovery = asksFor === 'recovery';
    const isLastOwner = await accountDeletion.isLastOwner(account);
    const page = {
      ...model,
      action: isRecovery ? recoveryPath : path,
      csrf: browser.csrfToken(ctx, csrfContext),
      // The page says by itself that the last owner cannot go.
      errors: isLastOwner ? [] : errors,
      email: account.email,
      cancelUrl: '/profile/data',
      isLastOwner,
      ...(asksFor ? { asksFor, otherUrl: isRecovery ? path : recoveryPath } : {}),
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
    const { currentPassword, code, recoveryCode, confirm } = await readForm(ctx, person.csrfContext, [
      'currentPassword',
      'code',
      'recoveryCode',
      'confirm',
    ]);
    const isConfirmed = confirm !== '';
    const method = askedOf(ctx, person);
    const second = method && { method, code: method === 'otp' ? code : recoveryCode };
    const refusal = await check(person, { currentPassword, second, isConfirmed });
    // Too many wrong codes: the page itself asks for a new sign-in.
    if (refusal === 'ended') return seeOther(ctx, method === 'recovery' ? recoveryPath : path);
    if (refusal.retryAfterSeconds) ctx.set('Retry-After', String(refusal.retryAfterSeconds));
    if (refusal.errors.length > 0) return show(ctx, person, refusal, isConfirmed);
    const outcome = await accountDeletion.remove(person.account, person.origin);
    if (outcome !== 'deleted') return show(ctx, person, outcomeRefusal(outcome), isConfirmed);
    signedIn.forget(ctx);
    seeOther(ctx, '/account-deleted');
  });

  /** What is wrong with the form itself is told first: only a complete one costs a guess, and the code is spent last. */
  async function check(person: SignedIn, { currentPassword, second, isConfirmed }: Given): Promise<Refusal | 'ended'> {
    const { account } = person;
    const faults: FieldError[] = [
      ...(currentPassword === '' ? [{ field: 'currentPassword', key: 'error.currentPassword.required' }] : []),
      ...(second ? codeFaults(second) : []),
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
    const refusal = second && (await refusalOf(secondFactor, person, second));
    return refusal ?? { errors: [], status: 200 };
  }

  router.get('/account-deleted', (ctx) => views.render(ctx, 'account/deleted', {}));
}

function askedOf(ctx: Context, { account }: SignedIn): GivenCode['method'] | undefined {
  return account.totp ? methodOf(ctx) : undefined;
}

function outcomeRefusal(outcome: 'last-owner' | 'outdated'): Refusal {
  const errors = {
    'last-owner': { key: 'error.lastOwner' },
    outdated: { field: 'currentPassword', key: 'error.currentPassword.rejected' },
  };
  return { errors: [errors[outcome]], status: 409 };
}
