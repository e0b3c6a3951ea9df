// Where the link in the mail to a new address leads. It may be opened in any browser, signed in or not; only the button changes anything.
import type Router from '@koa/router';
import type { Context } from 'koa';
import { maskedEmail } from '../../accounts/masked-email.ts';
import type { Confirmation } from '../../credentials/email-change.ts';
import { seeOther } from '../http/redirect.ts';
import type { AccountPagesDependencies } from './router.ts';

const path = '/profile/email/confirm';

const statuses = { expired: 410, taken: 409, unknown: 410 } satisfies Record<
  Exclude<Confirmation['outcome'], 'changed'>,
  number
>;

export function emailConfirmRoutes(router: Router, dependencies: AccountPagesDependencies): void {
  const { browser, emailChange, oidc, readForm, sessions, signedIn, views } = dependencies;
  const link = dependencies.linkTokens.emailChange;

  function showEnd(ctx: Context, outcome: Confirmation['outcome']): void {
    const status = outcome === 'changed' ? 200 : statuses[outcome];
    const continueUrl = outcome === 'changed' ? '/profile' : '/profile/email';
    views.render(ctx, 'account/email-confirm', { outcome, continueUrl }, { status });
  }

  router.get(path, async (ctx) => {
    if (link.takeOffTheAddress(ctx)) return;
    if (ctx.query.done === 'changed') return showEnd(ctx, 'changed');
    const token = link.read(ctx);
    const found = await emailChange.find(token, Date.now());
    if (found.outcome !== 'good') return showEnd(ctx, found.outcome);
    views.render(ctx, 'account/email-confirm', {
      outcome: 'good',
      action: path,
      csrf: browser.csrfToken(ctx, link.csrfContext(token)),
      errors: [],
      oldEmail: maskedEmail(found.account.email),
      newEmail: found.email,
    });
  });

  router.post(path, async (ctx) => {
    const token = link.read(ctx);
    await readForm(ctx, link.csrfContext(token), []);
    const person = await signedIn.read(ctx);
    const confirmation = await emailChange.confirm(token, ctx.state.origin);
    if (confirmation.outcome !== 'changed') return showEnd(ctx, confirmation.outcome);
    link.drop(ctx);
    const { before, after } = confirmation;
    const own = person?.account.id === after.id ? person.session.id : undefined;
    if (own) await sessions.moveToEpoch(own, { from: before.sessionEpoch, to: after.sessionEpoch });
    const ending = { reason: 'credentials-changed' as const, ...(own ? { except: own } : {}) };
    await oidc.endAll(after.id, ending, { ...ctx.state.origin, actor: after.id });
    seeOther(ctx, own ? '/profile?done=email-changed' : `${path}?done=changed`);
  });
}
