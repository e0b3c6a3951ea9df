// My Profile, first page: who I am, and this session.
import type Router from '@koa/router';
import { seeOther } from '../http/redirect.ts';
import type { Message } from '../http/view-models.ts';
import type { AccountPagesDependencies } from './router.ts';

/** What a redirect back to this page may announce. */
const notices = new Map<unknown, Message>([
  ['name-changed', { key: 'notice.nameChanged' }],
  ['language-changed', { key: 'notice.languageChanged' }],
]);

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
    const notice = notices.get(ctx.query.done);
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
