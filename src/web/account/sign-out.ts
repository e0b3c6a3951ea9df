// "Log Out" in the user menu, and the page that says it is done.
import type Router from '@koa/router';
import { seeOther } from '../http/redirect.ts';
import type { AccountPagesDependencies } from './router.ts';

export function signOutRoutes(router: Router, dependencies: AccountPagesDependencies): void {
  const { oidc, readForm, signedIn, signOutReports, views } = dependencies;

  router.post('/profile/sign-out', async (ctx) => {
    const person = await signedIn.read(ctx);
    if (person) await readForm(ctx, person.csrfContext, []);
    const ended = person && (await oidc.endSession(person.session.id, 'signed-out', person.origin));
    signedIn.forget(ctx);
    seeOther(ctx, signOutReports.urlOf(await ended?.report));
  });

  // Where a refused sign-out leads back to: the page it was asked on may belong to an earlier session.
  router.get('/profile/sign-out', (ctx) => seeOther(ctx, '/profile'));

  // Never says so to somebody who is signed in: Back, a bookmark, a sign-in that was given up halfway.
  router.get('/signed-out', async (ctx) => {
    if (await signedIn.peek(ctx)) return seeOther(ctx, '/profile');
    const apps = await signOutReports.messages(ctx.query.apps);
    views.render(ctx, 'interaction/signed-out', { continueUrl: '/profile', apps });
  });
}
