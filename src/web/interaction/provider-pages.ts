// The pages oidc-provider asks us to draw: its errors that may not go to the app, the question before a sign-out, and its end.
import type { ErrorOut, KoaContextWithOIDC } from 'oidc-provider';
import type { ProviderPages } from '../../oidc/configuration.ts';
import { difference } from '../http/difference.ts';
import type { Errors } from '../http/errors.ts';
import type { SignOutReports } from '../http/sign-out-reports.ts';
import type { ViewModels } from '../http/view-models.ts';
import type { Views } from '../http/views.ts';

type Details = ViewModels['error']['details'];

export interface ProviderPagesDependencies {
  views: Views;
  errors: Errors;
  signOutReports: SignOutReports;
  /** Registered addresses are shown where that is no leak: to a developer. */
  isProduction: boolean;
  /** A late or second click on a finished sign-in leads on: the address of a fresh request, where we know it. */
  startAgain(ctx: KoaContextWithOIDC, uid: string): Promise<string | undefined>;
}

export function createProviderPages({
  views,
  errors,
  signOutReports,
  isProduction,
  startAgain,
}: ProviderPagesDependencies): ProviderPages {
  async function error(ctx: KoaContextWithOIDC, out: ErrorOut, cause: Error): Promise<void> {
    const uid = /^\/auth\/([^/]+)$/.exec(ctx.path)?.[1];
    const location = uid && cause.name === 'SessionNotFound' ? await startAgain(ctx, uid) : undefined;
    if (location) {
      ctx.redirect(location);
      ctx.status = 303;
      return;
    }
    const { page, details } = explain(ctx, out, cause);
    const status = ctx.status >= 400 ? ctx.status : 400;
    errors.render(
      ctx,
      { status, page, details },
      { err: cause, detail: (cause as { error_detail?: string }).error_detail, clientId: ctx.oidc.client?.clientId },
    );
  }

  function explain(ctx: KoaContextWithOIDC, out: ErrorOut, cause: Error): { page: string; details: Details } {
    const params = ctx.oidc.params ?? {};
    const { client } = ctx.oidc;
    if (ctx.status >= 500) return { page: ctx.status === 503 ? 'unavailable' : 'unexpected', details: [] };
    if (cause.name === 'SessionNotFound') return { page: 'signInLost', details: [] };
    if (cause.name === 'InvalidRedirectUri')
      return {
        page: 'redirectUri',
        details: redirectUriDetails(String(params.redirect_uri), client?.redirectUris ?? []),
      };
    if (cause.name === 'InvalidClient' && params.client_id !== undefined) {
      return {
        page: 'unknownClient',
        details: [{ label: { key: 'errorPage.label.clientIdSent' }, value: String(params.client_id).slice(0, 200) }],
      };
    }
    const description = out.error_description
      ? [{ label: { key: 'errorPage.label.description' }, value: out.error_description }]
      : [];
    return {
      page: 'badRequest',
      details: [{ label: { key: 'errorPage.label.error' }, value: out.error }, ...description],
    };
  }

  /** What was sent, and (for developers) the registered address that is nearest to it, with the difference marked. */
  function redirectUriDetails(sent: string, registered: readonly string[]): Details {
    const shown = sent.slice(0, 500);
    const nearest = isProduction
      ? undefined
      : registered.toSorted((a, b) => difference(shown, a).distance - difference(shown, b).distance)[0];
    const sentLabel = { key: 'errorPage.label.redirectUriSent' };
    if (!nearest) return [{ label: sentLabel, value: shown }];
    const { left, right } = difference(shown, nearest);
    return [
      { label: sentLabel, value: shown, parts: left },
      { label: { key: 'errorPage.label.redirectUriRegistered' }, value: nearest, parts: right },
    ];
  }

  function confirmSignOut(ctx: KoaContextWithOIDC, form: { action: string; xsrf: string }): void {
    const name = ctx.oidc.client?.clientName ?? ctx.oidc.client?.clientId;
    const action = new URL(form.action).pathname;
    views.render(ctx, 'interaction/sign-out', {
      action,
      csrf: form.xsrf,
      errors: [],
      ...(name ? { client: { name } } : {}),
    });
  }

  function signedOut(ctx: KoaContextWithOIDC): void {
    const { client } = ctx.oidc;
    const name = client?.clientName ?? client?.clientId;
    ctx.set('Clear-Site-Data', '"cache", "storage"');
    views.render(ctx, 'interaction/signed-out', {
      continueUrl: client?.clientUri ?? '/profile',
      apps: [],
      ...(name && client?.clientUri ? { client: { name } } : {}),
    });
  }

  return { error, confirmSignOut, signedOut, signedOutUrl: signOutReports.urlOf };
}
