// My Profile, first page: who I am, and this session.
import type Router from '@koa/router';
import type { Account } from '../../accounts/account.ts';
import { seeOther } from '../http/redirect.ts';
import type { Message } from '../http/view-models.ts';
import type { AccountPagesDependencies } from './router.ts';

/** What a redirect back to this page may announce. */
function noticeOf(done: unknown, { email }: Account): Message | undefined {
  if (done === 'name-changed') return { key: 'notice.nameChanged' };
  if (done === 'language-changed') return { key: 'notice.languageChanged' };
  if (done === 'email-changed') return { key: 'notice.emailChanged', values: { email } };
  return undefined;
}

export function profileRoutes(
  router: Router,
  { firmNamesOf, locales, signedIn, views }: AccountPagesDependencies,
): void {
  router.get('/', (ctx) => seeOther(ctx, '/profile'));

  // The redirect URI of our own client, too: a finished sign-in comes back here and goes on to the page that asked for it.
  router.get('/profile', async (ctx) => {
    const { state, error } = ctx.query;
    if (typeof error === 'string') return seeOther(ctx, '/signed-out');
    if (typeof state === 'string') return seeOther(ctx, signedIn.returnPath(ctx, state) ?? '/profile');
    const person = await signedIn.require(ctx);
    if (!person) return;
    const { account, session, model } = person;
    const notice = noticeOf(ctx.query.done, account);
    const language = locales.languages().find(({ tag }) => tag === account.language)?.name;
    views.render(ctx, 'account/profile', {
      ...model,
      givenName: account.givenName ?? '',
      familyName: account.familyName ?? '',
      email: account.email,
      emailVerified: account.emailVerified,
      organizations: await firmNamesOf(account),
      signedInAt: session.signedInAt,
      ...(language ? { language } : {}),
      ...(notice ? { notice } : {}),
      amr: session.amr.filter((method) => method !== 'mfa'),
    });
  });
}
