// `/invitation`, where the link of an invitation leads: who invited whom to what, and on to the sign-in. A link that is over says what
// happened to it and gets its holder another mail. A GET changes nothing: mail scanners follow links before people do.
import Router from '@koa/router';
import type { Context } from 'koa';
import { isEmail } from '../../accounts/account.ts';
import type { Looks } from '../../accounts/looks.ts';
import type { Clients } from '../../clients/clients.ts';
import type { GoodLink, InvitationLinks } from '../../credentials/invitation-links.ts';
import type { InvitationRequests } from '../../credentials/invitation-requests.ts';
import { lookModel } from '../http/brand-files.ts';
import type { Browser } from '../http/browser.ts';
import type { ReadForm } from '../http/form.ts';
import type { LinkTokens } from '../http/link-token.ts';
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
  linkTokens: LinkTokens;
  lookOf: Looks['lookOf'];
  signedIn: SignedInReader;
  browser: Browser;
  readForm: ReadForm;
  views: Views;
  productName: string;
  issuer: string;
}

const path = '/invitation';
/** Another mail, for who types an address. */
const newPath = `${path}/new`;
/** Another mail, for who holds a link. */
const renewalPath = `${path}/renewal`;
const sentPath = `${path}/sent`;
/** Where the first sign-in leads back to, to be sent on. */
const welcomePath = `${path}/welcome`;

export function createInvitationRouter(dependencies: InvitationPagesDependencies): Router {
  const {
    lookOf,
    invitationLinks,
    invitationRequests,
    clients,
    signedIn,
    browser,
    readForm,
    views,
    productName,
    issuer,
  } = dependencies;
  const router = new Router();
  const link = dependencies.linkTokens.invitation;
  /** Of the link that this browser holds. */
  const linkForm = (ctx: Context, action: string, token: string) => ({
    action,
    csrf: browser.csrfToken(ctx, link.csrfContext(token)),
    errors: [],
  });
  const addressForm = (ctx: Context, errors: readonly FieldError[] = []) => ({
    action: newPath,
    csrf: browser.csrfToken(ctx, newPath),
    errors,
  });

  router.get(path, async (ctx) => {
    if (link.takeOffTheAddress(ctx)) return;
    const token = link.read(ctx);
    const reading = await invitationLinks.read(token);
    if (reading.state !== 'unknown') ctx.state.accountLanguage = reading.account.language;
    if (!isGood(reading)) {
      const about = over(reading);
      const form = about.ask === 'click' ? linkForm(ctx, renewalPath, token) : addressForm(ctx);
      return views.render(ctx, 'interaction/invitation-over', { ...form, ...about }, { status: 410 });
    }
    const clientId = reading.account.invitation?.clientId;
    const client = clientId === undefined ? undefined : await clients.get(clientId);
    // Who holds the link has the mail, which has the same look.
    const look = lookModel(await lookOf({ client, account: reading.account }));
    const form = { ...linkForm(ctx, path, token), look };
    views.render(ctx, 'interaction/invitation', { ...form, ...onwards(reading, productName) });
  });

  router.post(path, async (ctx) => {
    const token = link.read(ctx);
    await readForm(ctx, link.csrfContext(token), []);
    const reading = await invitationLinks.open(token, ctx.state.origin);
    if (!isGood(reading)) return seeOther(ctx, path);
    await toSignIn(ctx, reading);
  });

  router.get(newPath, (ctx) => {
    if (!link.takeOffTheAddress(ctx, renewalPath)) askForAddress(ctx, '');
  });

  router.post(newPath, async (ctx) => {
    const { email } = await readForm(ctx, newPath, ['email']);
    const typed = email.trim();
    if (!isEmail(typed)) {
      const key = typed === '' ? 'error.email.required' : 'error.email.invalid';
      return askForAddress(ctx, typed.slice(0, 254), [{ field: 'email', key }]);
    }
    await invitationRequests.askByAddress(typed, ctx.state.origin);
    seeOther(ctx, sentPath);
  });

  // A link that is none of these says at its own page what has become of it.
  router.get(renewalPath, async (ctx) => {
    const token = link.read(ctx);
    const account = await invitationRequests.readRenewal(token);
    if (!account) return seeOther(ctx, path);
    ctx.state.accountLanguage = account.language;
    views.render(ctx, 'interaction/invitation-over', { ...linkForm(ctx, renewalPath, token), ...renewal(account) });
  });

  router.post(renewalPath, async (ctx) => {
    const token = link.read(ctx);
    await readForm(ctx, link.csrfContext(token), []);
    await invitationRequests.askByLink(token, ctx.state.origin);
    seeOther(ctx, sentPath);
  });

  router.get(sentPath, (ctx) => views.render(ctx, 'interaction/invitation-sent', { signInUrl: welcomePath }));

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
    const model = { ...addressForm(ctx, errors), ...about, email };
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
