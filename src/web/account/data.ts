// My Profile: everything that is held about me, as a file.
import type Router from '@koa/router';
import { seeOther } from '../http/redirect.ts';
import type { AccountPagesDependencies } from './router.ts';

const path = '/profile/data';
const downloadPath = `${path}/download`;

export function dataRoutes(
  router: Router,
  { browser, personalData, readForm, signedIn, views }: AccountPagesDependencies,
): void {
  router.get(path, async (ctx) => {
    const person = await signedIn.require(ctx);
    if (!person) return;
    const form = { action: downloadPath, csrf: browser.csrfToken(ctx, person.csrfContext), errors: [] };
    views.render(ctx, 'account/data', { ...person.model, ...form, deleteUrl: '/profile/delete' });
  });

  // A post, since it is written down, and so that no link leads to it.
  router.post(downloadPath, async (ctx) => {
    const person = await signedIn.require(ctx, { isFresh: true });
    if (!person) return;
    await readForm(ctx, person.csrfContext, []);
    const data = await personalData.collect(person.account, person.origin);
    ctx.set('Cache-Control', 'no-store');
    ctx.set('Content-Disposition', 'attachment; filename="my-data.json"');
    ctx.type = 'application/json; charset=utf-8';
    ctx.body = `${JSON.stringify(data, null, 2)}\n`;
  });

  // Where a sign-in that had to be fresh, or a refused post, leads back to.
  router.get(downloadPath, (ctx) => seeOther(ctx, path));
}
