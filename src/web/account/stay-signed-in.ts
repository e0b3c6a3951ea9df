// What a page of My Profile asks about its session, and the two ways to go on before it ends: stay, or sign in again.
import type Router from '@koa/router';
import { seeOther } from '../http/redirect.ts';
import type { AccountPagesDependencies } from './router.ts';

export function stayRoutes(router: Router, { readForm, signedIn }: AccountPagesDependencies): void {
  // Counts as no activity: a page that asks by itself must not keep its session alive.
  router.get('/profile/session-state', async (ctx) => {
    const person = await signedIn.peek(ctx);
    ctx.set('Cache-Control', 'no-store');
    ctx.body = person ? { state: 'live', ...signedIn.pageSession(ctx, person) } : { state: 'over' };
  });

  // Reading who is signed in is the activity; where nobody is any more, the answer says so.
  router.post('/profile/stay-signed-in', async (ctx) => {
    const person = await signedIn.read(ctx);
    if (person) await readForm(ctx, person.csrfContext, []);
    seeOther(ctx, ctx.accepts('html', 'json') === 'json' ? '/profile/session-state' : '/profile');
  });
  router.get('/profile/stay-signed-in', (ctx) => seeOther(ctx, '/profile'));

  // The absolute limit cannot be put off, only started anew.
  router.get('/profile/sign-in-again', (ctx) => {
    const { to } = ctx.query;
    signedIn.signInAgain(ctx, typeof to === 'string' ? to : '/profile');
  });
}
