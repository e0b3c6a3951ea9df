// The link of the mail, and the new password it allows. Opening it changes nothing; what it allows is one post. It never signs in: the
// person does that next, with a code where there is a second factor.
import Router from '@koa/router';
import type { Context } from 'koa';
import type { Account } from '../../accounts/account.ts';
import type { Looks } from '../../accounts/looks.ts';
import { clientName, ownClientId } from '../../clients/client.ts';
import type { Clients } from '../../clients/clients.ts';
import type { PasswordReset } from '../../credentials/password-reset.ts';
import type { LinkOver, ResetOutcome } from '../../credentials/reset-link.ts';
import type { Oidc } from '../../oidc/oidc.ts';
import type { SignInPolicy } from '../../organizations/policy.ts';
import { sha256 } from '../../platform/secrets.ts';
import type { Attempts } from '../../sign-in/attempts.ts';
import { lookModel } from '../http/brand-files.ts';
import type { Browser } from '../http/browser.ts';
import type { ReadForm } from '../http/form.ts';
import type { LinkTokens } from '../http/link-token.ts';
import { newPasswordErrors } from '../http/password-errors.ts';
import { seeOther } from '../http/redirect.ts';
import type { ShortCookie } from '../http/short-cookie.ts';
import type { SignedInReader } from '../http/signed-in.ts';
import type { FieldError } from '../http/view-models.ts';
import type { Views } from '../http/views.ts';
import { initiateLoginUrl } from './start-again.ts';

export interface ResetPasswordDependencies {
  oidc: Pick<Oidc, 'endAll'>;
  passwordReset: PasswordReset;
  signIn: { attempts: Attempts };
  clients: Clients;
  browser: Browser;
  readForm: ReadForm;
  signedIn: SignedInReader;
  views: Views;
  linkTokens: LinkTokens;
  announcement: ShortCookie;
  /** The client to go on to, from the page that says that it is done. */
  resetDone: ShortCookie;
  issuer: string;
  policyOf(account: Account | undefined): Promise<SignInPolicy>;
  lookOf: Looks['lookOf'];
}

const path = '/reset-password';
const donePath = `${path}/done`;

export function createResetPasswordRouter(dependencies: ResetPasswordDependencies): Router {
  const { oidc, passwordReset, signIn, clients, browser, readForm, signedIn, views } = dependencies;
  const { announcement, resetDone, issuer, lookOf, policyOf } = dependencies;
  const link = dependencies.linkTokens.reset;
  const router = new Router();

  router.get(path, async (ctx) => {
    if (link.takeOffTheAddress(ctx)) return;
    const token = link.read(ctx);
    const found = await passwordReset.look(token, Date.now());
    if (found.state === 'good') await show(ctx, token, found.account);
    else showOver(ctx, found);
  });

  router.post(path, async (ctx) => {
    const token = link.read(ctx);
    const { newPassword } = await readForm(ctx, link.csrfContext(token), ['newPassword']);
    const browserId = browser.peek(ctx);
    const choice = { newPassword, browserHash: browserId && sha256(browserId) };
    const done = await passwordReset.reset(token, choice, ctx.state.origin);
    if (done.outcome === 'refused') return showOver(ctx, done.link);
    const { account } = done;
    if (done.outcome === 'unfit') {
      const { passwordMinLength: minLength } = await policyOf(account);
      return show(ctx, token, account, newPasswordErrors(done.fault, minLength));
    }
    link.drop(ctx);
    // They open nothing any more since that write; so their apps hear of it now.
    await oidc.endAll(account.id, { reason: 'credentials-changed' }, ctx.state.origin);
    await leadOn(ctx, done.began);
  });

  async function show(
    ctx: Context,
    token: string,
    account: Account,
    errors: readonly FieldError[] = [],
  ): Promise<void> {
    const form = { action: path, csrf: browser.csrfToken(ctx, link.csrfContext(token)), errors };
    const { passwordMinLength: minLength } = await policyOf(account);
    const status = errors.length > 0 ? 422 : 200;
    const look = lookModel(await lookOf({ account }));
    views.render(ctx, 'interaction/reset-password', { ...form, look, email: account.email, minLength }, { status });
  }

  function showOver(ctx: Context, over: LinkOver): void {
    const againUrl = '/forgotten-password';
    views.render(ctx, 'interaction/reset-link-over', { ...over, againUrl }, { status: 410 });
  }

  // A page of its own: loaded anew, it says the same, and sends no form.
  router.get(donePath, async (ctx) => {
    const given = resetDone.read(ctx);
    if (given === undefined) return seeOther(ctx, '/profile');
    const client = await clientToGoTo(decodeURIComponent(given.slice('to:'.length)));
    const model = { continueUrl: client?.url ?? '/profile', ...(client ? { client: { name: client.name } } : {}) };
    views.render(ctx, 'interaction/password-reset', model);
  });

  /** To the sign-in in which it was forgotten, if that was in this browser; else to a fresh start at the app, since its request belongs to
   *  the other browser; else to My Profile. */
  async function leadOn(ctx: Context, { uid, clientId }: ResetOutcome): Promise<void> {
    const browserId = browser.peek(ctx);
    const isHere = uid !== undefined && browserId !== undefined && (await signIn.attempts.find(uid, browserId));
    announcement.put(ctx, 'password-reset');
    if (isHere) return seeOther(ctx, `/interaction/${encodeURIComponent(uid)}/sign-in`);
    const client = await clientToGoTo(clientId);
    const isSomebodyElse = (await signedIn.read(ctx)) !== undefined;
    if (!client && !isSomebodyElse) return seeOther(ctx, '/profile');
    resetDone.put(ctx, `to:${encodeURIComponent(client?.id ?? '')}`);
    seeOther(ctx, donePath);
  }

  /** Only addresses that are registered for it. */
  async function clientToGoTo(
    clientId: string | undefined,
  ): Promise<{ id: string; name: string; url: string } | undefined> {
    const metadata = clientId && clientId !== ownClientId ? (await clients.get(clientId))?.metadata : undefined;
    const url = metadata && (initiateLoginUrl(metadata, issuer) ?? metadata.client_uri);
    return clientId && metadata && url ? { id: clientId, name: clientName(metadata), url } : undefined;
  }

  return router;
}
