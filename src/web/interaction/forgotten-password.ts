// Forgotten password: asks for the address, and answers the same whether or not anybody has it.
import Router from '@koa/router';
import type { Context } from 'koa';
import type { Looks } from '../../accounts/looks.ts';
import type { Clients } from '../../clients/clients.ts';
import type { PasswordReset } from '../../credentials/password-reset.ts';
import type { Attempt } from '../../sign-in/attempt.ts';
import type { Attempts } from '../../sign-in/attempts.ts';
import { lookModel } from '../http/brand-files.ts';
import type { Browser } from '../http/browser.ts';
import { emailErrors } from '../http/email-errors.ts';
import type { ReadForm } from '../http/form.ts';
import { seeOther } from '../http/redirect.ts';
import type { FieldError, LookModel } from '../http/view-models.ts';
import type { Views } from '../http/views.ts';

export interface ForgottenPasswordDependencies {
  clients: Pick<Clients, 'get'>;
  lookOf: Looks['lookOf'];
  passwordReset: PasswordReset;
  signIn: { attempts: Attempts };
  browser: Browser;
  readForm: ReadForm;
  views: Views;
}

const path = '/forgotten-password';
const sentPath = `${path}/sent`;

/** The link on the page of a sign-in names it, so that the person is led back there. */
export function forgottenPasswordUrl(uid: string): string {
  return `${path}?${new URLSearchParams({ interaction: uid })}`;
}

/** The sign-in in which it was forgotten. */
interface Began {
  uid: string;
  attempt: Attempt;
}

export function createForgottenPasswordRouter({
  clients,
  lookOf,
  passwordReset,
  signIn,
  browser,
  readForm,
  views,
}: ForgottenPasswordDependencies): Router {
  const router = new Router();

  router.get(path, async (ctx) => {
    const began = await beganAt(ctx, ctx.query.interaction);
    await show(ctx, began, began?.attempt.email ?? '');
  });

  router.post(path, async (ctx) => {
    const given = await readForm(ctx, path, ['email', 'interaction']);
    const began = await beganAt(ctx, given.interaction);
    const email = given.email.trim();
    const errors = emailErrors(email);
    if (errors.length > 0) return show(ctx, began, given.email.slice(0, 254), errors);
    const where = began && { uid: began.uid, clientId: began.attempt.clientId };
    await passwordReset.ask({ email, began: where }, ctx.state.origin);
    // Nobody types it twice: not to ask again, nor to sign in with the new password.
    if (began) await signIn.attempts.update(began.attempt.id, (old) => (old.accountId ? undefined : { ...old, email }));
    seeOther(ctx, began ? `${sentPath}?${new URLSearchParams({ interaction: began.uid })}` : sentPath);
  });

  router.get(sentPath, async (ctx) => {
    const began = await beganAt(ctx, ctx.query.interaction);
    const againUrl = began ? forgottenPasswordUrl(began.uid) : path;
    views.render(ctx, 'interaction/reset-requested', { againUrl, backUrl: backUrl(began), look: await lookAt(began) });
  });

  async function show(
    ctx: Context,
    began: Began | undefined,
    email: string,
    errors: readonly FieldError[] = [],
  ): Promise<void> {
    const form = { action: began ? forgottenPasswordUrl(began.uid) : path, csrf: browser.csrfToken(ctx, path), errors };
    const model = { ...form, email, interaction: began?.uid ?? '', backUrl: backUrl(began), look: await lookAt(began) };
    views.render(ctx, 'interaction/forgotten-password', model, { status: errors.length > 0 ? 422 : 200 });
  }

  /** Of the app alone: an address that is typed has no look. */
  async function lookAt(began: Began | undefined): Promise<LookModel | undefined> {
    return lookModel(began && (await lookOf({ client: await clients.get(began.attempt.clientId) })));
  }

  /** What the address names is believed only of the browser that began it. */
  async function beganAt(ctx: Context, uid: unknown): Promise<Began | undefined> {
    const browserId = browser.peek(ctx);
    if (typeof uid !== 'string' || uid === '' || browserId === undefined) return undefined;
    const attempt = await signIn.attempts.find(uid, browserId);
    return attempt && { uid, attempt };
  }

  return router;
}

function backUrl(began: Began | undefined): string {
  return began ? `/interaction/${encodeURIComponent(began.uid)}` : '/profile';
}
