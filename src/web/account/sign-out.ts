// "Log Out" in the user menu, and the page that says it is done.
import type Router from '@koa/router';
import { seeOther } from '../http/redirect.ts';
import type { AccountPagesDependencies } from './router.ts';

export function signOutRoutes(router: Router, { oidc, readForm, signedIn, views }: AccountPagesDependencies): void {
  router.post('/profile/sign-out', async (ctx) => {
    const person = await signedIn.read(ctx);
    if (person) {
      await readForm(ctx, person.csrfContext, []);
      await oidc.endSession(person.session.id, 'signed-out', person.origin);
    }
    signedIn.forget(ctx);
    seeOther(ctx, '/signed-out');
  });

  // Where a refused sign-out leads back to: the page it was asked on may belong to an earlier session.
  router.get('/profile/sign-out', (ctx) => seeOther(ctx, '/profile'));

  router.get('/signed-out', (ctx) => views.render(ctx, 'interaction/signed-out', { continueUrl: '/profile' }));
}
