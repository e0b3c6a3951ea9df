// `/invitation?token=…`, where the link of an invitation leads: who invited whom to what, and on to the sign-in. A link that is over says
// what happened to it and gets its holder another mail. A GET changes nothing: mail scanners follow links before people do.
import Router from '@koa/router';
import type { Context } from 'koa';
import { isEmail } from '../../accounts/account.ts';
import type { Clients } from '../../clients/clients.ts';
import type { GoodLink, InvitationLinks } from '../../credentials/invitation-links.ts';
import type { InvitationRequests } from '../../credentials/invitation-requests.ts';
import type { Browser } from '../http/browser.ts';
import type { ReadForm } from '../http/form.ts';
import { seeOther } from '../http/redirect.ts';
import type { SignedInReader } from '../http/signed-in.ts';
import type { FieldError } from '../http/view-models.ts';
import type { Views } from '../http/views.ts';
import { isGood, onwards, over, renewal } from './invitation-models.ts';
import { initiateLoginUrl } from './start-again.ts';

export interface InvitationPagesDependencies {
  invitationLinks: InvitationLinks;
  invitationRequests: InvitationRequests;
  clients: Clients;
  signedIn: SignedInReader;
  browser: Browser;
  readForm: ReadForm;
  views: Views;
  productName: string;
  issuer: string;
}

const path = '/invitation';
const csrfContext = 'invitation';
/** Where the first sign-in leads back to, to be sent on. */
const welcomePath = `${path}/welcome`;

export function createInvitationRouter(dependencies: InvitationPagesDependencies): Router {
  const { invitationLinks, invitationRequests, clients, signedIn, browser, readForm, views, productName, issuer } =
    dependencies;
  const router = new Router();
  const form = (ctx: Context, action: string, errors: readonly FieldError[] = []) => ({
    action,
    csrf: browser.csrfToken(ctx, csrfContext),
    errors,
  });

  router.get(path, async (ctx) => {
    const token = typeof ctx.query.token === 'string' ? ctx.query.token : '';
    const reading = await invitationLinks.read(token);
    if (reading.state !== 'unknown') ctx.state.accountLanguage = reading.account.language;
    if (!isGood(reading)) {
      const model = { ...form(ctx, `${path}/new`), ...over(reading), token };
      return views.render(ctx, 'interaction/invitation-over', model, { status: 410 });
    }
    const model = { ...form(ctx, path), ...onwards(reading, productName), token };
    views.render(ctx, 'interaction/invitation', model);
  });

  router.post(path, async (ctx) => {
    const { token } = await readForm(ctx, csrfContext, ['token']);
    const reading = await invitationLinks.open(token, ctx.state.origin);
    if (!isGood(reading)) return seeOther(ctx, `${path}?${new URLSearchParams({ token })}`);
    await toSignIn(ctx, reading);
  });

  router.get(`${path}/new`, async (ctx) => {
    if (ctx.query.token === undefined) return askForAddress(ctx, '');
    const token = String(ctx.query.token);
    const account = await invitationRequests.readRenewal(token);
    if (account) ctx.state.accountLanguage = account.language;
    const about = account ? renewal(account) : over({ state: 'unknown' });
    const model = { ...form(ctx, `${path}/new`), ...about, token: account ? token : '' };
    views.render(ctx, 'interaction/invitation-over', model, { status: account ? 200 : 410 });
  });

  router.post(`${path}/new`, async (ctx) => {
    const { token, email } = await readForm(ctx, csrfContext, ['token', 'email']);
    const typed = email.trim();
    if (token === '' && !isEmail(typed)) {
      const key = typed === '' ? 'error.email.required' : 'error.email.invalid';
      return askForAddress(ctx, typed.slice(0, 254), [{ field: 'email', key }]);
    }
    if (token !== '') await invitationRequests.askByLink(token, ctx.state.origin);
    else await invitationRequests.askByAddress(typed, ctx.state.origin);
    seeOther(ctx, `${path}/sent`);
  });

  router.get(`${path}/sent`, (ctx) => views.render(ctx, 'interaction/invitation-sent', { signInUrl: welcomePath }));

  // Only an address that an operator registered is led to.
  router.get(welcomePath, async (ctx) => {
    const person = await signedIn.require(ctx);
    if (!person) return;
    const clientId = person.account.invitation?.clientId;
    const metadata = clientId === undefined ? undefined : (await clients.get(clientId))?.metadata;
    const start = metadata && (initiateLoginUrl(metadata, issuer) ?? metadata.client_uri);
    seeOther(ctx, start ?? '/profile');
  });

  function askForAddress(ctx: Context, email: string, errors: readonly FieldError[] = []): void {
    const about = {
      title: { key: 'invitation.newTitle' },
      text: { key: 'invitation.newLead' },
      ask: 'address' as const,
    };
    const model = { ...form(ctx, `${path}/new`, errors), ...about, token: '', email };
    views.render(ctx, 'interaction/invitation-over', model, { status: errors.length > 0 ? 422 : 200 });
  }

  /** With the address filled in; and asked for where somebody else is signed in with this browser. */
  async function toSignIn(ctx: Context, { account, state }: GoodLink): Promise<void> {
    const standing = await signedIn.read(ctx);
    if (standing?.account.id === account.id) return seeOther(ctx, welcomePath);
    const more = {
      ...(state === 'accepted' ? {} : { login_hint: account.email }),
      ...(standing ? { prompt: 'login' } : {}),
    };
    seeOther(ctx, signedIn.signInUrl(ctx, welcomePath, more));
  }

  return router;
}
