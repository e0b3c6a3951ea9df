// My Profile: another e-mail address. Nothing changes before the link that is mailed to it is opened (email-confirm.ts).
import type Router from '@koa/router';
import type { Context } from 'koa';
import { canonicalEmail, isEmail } from '../../accounts/account.ts';
import { hasSecondFactor } from '../../accounts/factors.ts';
import { pendingEmailChange } from '../../credentials/email-change.ts';
import { reauthenticationGuesses } from '../../sign-in/guesses.ts';
import { seeOther } from '../http/redirect.ts';
import type { SignedIn } from '../http/signed-in.ts';
import { type Refusal, throttled } from '../http/throttled.ts';
import type { FieldError, Message } from '../http/view-models.ts';
import type { AccountPagesDependencies } from './router.ts';

const path = '/profile/email';
const cancelPath = `${path}/cancel`;

/** What a redirect back to this page may announce. */
const notices = new Map<unknown, Message>([['email-change-cancelled', { key: 'notice.emailChangeCancelled' }]]);

export function emailRoutes(router: Router, dependencies: AccountPagesDependencies): void {
  const { browser, emailChange, passwords, readForm, signedIn, throttle, views } = dependencies;
  /** Where there is a second factor, a session alone must not be enough to move the account to another mailbox. */
  const require = (ctx: Context) => signedIn.require(ctx, { isFresh: hasSecondFactor });

  function show(ctx: Context, person: SignedIn, newEmail = '', errors: readonly FieldError[] = [], status = 200): void {
    const { account, csrfContext, model } = person;
    const pending = pendingEmailChange(account, Date.now());
    const notice = errors.length === 0 ? notices.get(ctx.query.done) : undefined;
    const page = {
      ...model,
      action: path,
      cancelAction: cancelPath,
      cancelUrl: '/profile',
      csrf: browser.csrfToken(ctx, csrfContext),
      errors,
      email: account.email,
      newEmail,
      ...(pending ? { pending: { email: pending.email, expiresAt: pending.expiresAt } } : {}),
      ...(notice ? { notice } : {}),
    };
    views.render(ctx, 'account/email', page, { status });
  }

  router.get(path, async (ctx) => {
    const person = await require(ctx);
    if (person) show(ctx, person);
  });

  router.post(path, async (ctx) => {
    const person = await require(ctx);
    if (!person) return;
    const given = await readForm(ctx, person.csrfContext, ['newEmail', 'currentPassword']);
    const newEmail = given.newEmail.trim();
    const { errors, status, retryAfterSeconds } = await ask(person, { ...given, newEmail });
    if (retryAfterSeconds) ctx.set('Retry-After', String(retryAfterSeconds));
    if (errors.length > 0) return show(ctx, person, newEmail, errors, status);
    seeOther(ctx, path);
  });

  /** What is wrong with the form itself is told first: only a complete one costs a guess at the current password. */
  async function ask(
    { account, origin }: SignedIn,
    given: { newEmail: string; currentPassword: string },
  ): Promise<Refusal> {
    const current = given.currentPassword.slice(0, 1025);
    const faults = [
      ...newEmailErrors(given.newEmail, account.emailCanonical),
      ...(current === '' ? [{ field: 'currentPassword', key: 'error.currentPassword.required' }] : []),
    ];
    if (faults.length > 0) return { errors: faults, status: 422 };
    const guarded = await throttle.guard(
      reauthenticationGuesses(account.id),
      () => passwords.verify(account, current, Date.now()),
      (check) => check === 'accepted',
    );
    if (guarded.outcome === 'throttled') return throttled('currentPassword', guarded.retryAfterSeconds);
    const wrong = { field: 'currentPassword', key: 'error.currentPassword.rejected' };
    if (guarded.value !== 'accepted') return { errors: [wrong], status: 422 };
    const outcome = await emailChange.request(account, given.newEmail, origin);
    if (outcome === 'too-many-mails') return { errors: [{ key: 'error.tooManyMails' }], status: 429 };
    return outcome === 'requested' ? { errors: [], status: 200 } : { errors: [wrong], status: 409 };
  }

  router.post(cancelPath, async (ctx) => {
    const person = await signedIn.require(ctx);
    if (!person) return;
    await readForm(ctx, person.csrfContext, []);
    await emailChange.cancel(person.account.id, person.origin);
    seeOther(ctx, `${path}?done=email-change-cancelled`);
  });

  // Where a refused or late post leads back to.
  router.get(cancelPath, (ctx) => seeOther(ctx, path));
}

function newEmailErrors(newEmail: string, current: string): FieldError[] {
  if (newEmail === '') return [{ field: 'newEmail', key: 'error.newEmail.required' }];
  if (!isEmail(newEmail)) return [{ field: 'newEmail', key: 'error.email.invalid' }];
  if (canonicalEmail(newEmail) === current) return [{ field: 'newEmail', key: 'error.newEmail.unchanged' }];
  return [];
}
