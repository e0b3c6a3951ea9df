// Where the link "This was not me" of a security mail leads: shows what happened and what would be done, and does it when asked to. Nobody
// need be signed in; who holds the link reads the mail of the account.
import type Router from '@koa/router';
import { deviceOfNotice } from '../../accounts/security-notices.ts';
import { deviceWords } from '../../platform/device.ts';
import { seeOther } from '../http/redirect.ts';
import type { AccountPagesDependencies } from './router.ts';

const path = '/not-me';

export function notMeRoutes(router: Router, dependencies: AccountPagesDependencies): void {
  const { browser, notMe, readForm, views } = dependencies;
  const link = dependencies.linkTokens.notMe;

  // Shows alone: programs that look through mail follow every link in it.
  router.get(path, async (ctx) => {
    if (link.takeOffTheAddress(ctx)) return;
    const token = link.read(ctx);
    const report = await notMe.look(token);
    const form = { action: path, csrf: browser.csrfToken(ctx, link.csrfContext(token)), errors: [] };
    if (!report) return views.render(ctx, 'account/not-me', { ...form, state: 'void' }, { status: 410 });
    const { state, account, notice, givesBack } = report;
    const { kind, at, address = '', email, isByOthers } = notice;
    const device = isByOthers ? {} : { device: deviceWords(deviceOfNotice(notice)) };
    const happening = { kind, at, address, email, ...device };
    const doneAt = account.securedAt === undefined ? {} : { doneAt: account.securedAt };
    views.render(ctx, 'account/not-me', { ...form, state, happening, givesBack, ...doneAt });
  });

  router.post(path, async (ctx) => {
    const token = link.read(ctx);
    await readForm(ctx, link.csrfContext(token), []);
    await notMe.act(token, ctx.state.origin);
    seeOther(ctx, path);
  });
}
