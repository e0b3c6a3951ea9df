// Recovery codes: shown once after they were made, and made anew.
import type Router from '@koa/router';
import type { Context } from 'koa';
import { shownCodesModel } from '../http/mfa-pages.ts';
import { seeOther } from '../http/redirect.ts';
import type { SignedIn } from '../http/signed-in.ts';
import type { Refusal } from '../http/throttled.ts';
import type { Message } from '../http/view-models.ts';
import { codeFaults, holderOf, mfaForm, passwordPath, recoveryCodesPath, refusalOf } from './mfa-form.ts';
import type { AccountPagesDependencies } from './router.ts';

const renewPath = `${recoveryCodesPath}/new`;

/** What the page of fresh codes may announce. */
const notices = new Map<unknown, Message>([
  [undefined, { key: 'notice.mfaActivated' }],
  ['renewed', { key: 'notice.recoveryCodesRenewed' }],
]);

export function recoveryCodesRoutes(router: Router, dependencies: AccountPagesDependencies): void {
  const { browser, mfa, productName, readForm, secondFactor, securityNotices, signedIn, views } = dependencies;

  router.get(recoveryCodesPath, async (ctx) => {
    const person = await signedIn.require(ctx);
    if (!person) return;
    const codes = mfa.shownCodes(person.account, holderOf(person), Date.now());
    if (!codes) return seeOther(ctx, passwordPath);
    const notice = notices.get(ctx.query.done);
    views.render(ctx, 'account/recovery-codes', {
      ...mfaForm(browser, ctx, person, { action: recoveryCodesPath, errors: [] }),
      ...shownCodesModel(codes, person.account.email, productName),
      ...(notice ? { notice } : {}),
    });
  });

  router.post(recoveryCodesPath, async (ctx) => {
    const person = await signedIn.require(ctx);
    if (!person) return;
    await readForm(ctx, person.csrfContext, []);
    await mfa.acknowledge(person.account.id, holderOf(person));
    seeOther(ctx, passwordPath);
  });

  function showRenew(ctx: Context, person: SignedIn, { errors, status }: Refusal = { errors: [], status: 200 }): void {
    const model = mfaForm(browser, ctx, person, { action: renewPath, errors });
    views.render(ctx, 'account/recovery-codes-new', model, { status });
  }

  router.get(renewPath, async (ctx) => {
    const person = await signedIn.require(ctx, { isFresh: true });
    if (!person) return;
    if (!person.account.totp) return seeOther(ctx, passwordPath);
    showRenew(ctx, person);
  });

  /** By a code of the app, not by a recovery code: one that was found must not turn into ten. */
  router.post(renewPath, async (ctx) => {
    const person = await signedIn.require(ctx, { isFresh: true });
    if (!person) return;
    const { code } = await readForm(ctx, person.csrfContext, ['code']);
    if (!person.account.totp) return seeOther(ctx, passwordPath);
    const given = { method: 'otp' as const, code };
    const errors = codeFaults(given);
    if (errors.length > 0) return showRenew(ctx, person, { errors, status: 422 });
    const refusal = await refusalOf(secondFactor, person, given);
    if (refusal === 'ended') return seeOther(ctx, renewPath);
    if (refusal?.retryAfterSeconds) ctx.set('Retry-After', String(refusal.retryAfterSeconds));
    if (refusal) return isSecondClick(person) ? shown(ctx) : showRenew(ctx, person, refusal);
    const { account, origin } = person;
    const renewed = await mfa.renewRecoveryCodes(account, { holder: holderOf(person), origin }, Date.now());
    await securityNotices.flush(renewed);
    shown(ctx);
  });

  /** The code is used up by the first of two clicks, whose codes still wait to be seen. */
  function isSecondClick(person: SignedIn): boolean {
    return mfa.shownCodes(person.account, holderOf(person), Date.now()) !== undefined;
  }

  function shown(ctx: Context): void {
    seeOther(ctx, `${recoveryCodesPath}?done=renewed`);
  }
}
