// The language of a browser with which nobody is signed in: chosen from the foot of every page, kept in a cookie. A person's own choice,
// on My Profile, goes before it.
import Router from '@koa/router';
import type { Context } from 'koa';
import type { Locales } from '../../platform/locales.ts';
import type { Browser } from '../http/browser.ts';
import type { ReadForm } from '../http/form.ts';
import { languageCookie } from '../http/languages.ts';
import { seeOther } from '../http/redirect.ts';
import type { Views } from '../http/views.ts';

const path = '/language';
const csrfContext = 'language';
const yearMs = 365 * 24 * 3_600_000;

export interface LanguagePageDependencies {
  browser: Browser;
  issuer: string;
  locales: Locales;
  readForm: ReadForm;
  views: Views;
}

export function createLanguageRouter({ browser, issuer, locales, readForm, views }: LanguagePageDependencies): Router {
  const router = new Router();
  const cookie = {
    httpOnly: true,
    sameSite: 'lax',
    secure: issuer.startsWith('https:'),
    signed: false,
    path: '/',
  } as const;

  router.get(path, (ctx) => {
    const form = { action: path, csrf: browser.csrfToken(ctx, csrfContext), errors: [] };
    views.render(ctx, 'interaction/language', {
      ...form,
      from: ownPath(ctx.query.from),
      languages: locales.languages(),
    });
  });

  router.post(path, async (ctx: Context) => {
    const { language, from } = await readForm(ctx, csrfContext, ['language', 'from']);
    const isKnown = locales.available.includes(language);
    ctx.cookies.set(languageCookie, isKnown ? language : null, { ...cookie, maxAge: yearMs });
    seeOther(ctx, ownPath(from));
  });

  return router;
}

/** The page to go back to: a path of ours, whatever the address says. */
function ownPath(from: unknown): string {
  return typeof from === 'string' && /^\/(?![/\\])[\x21-\x7e]{0,2000}$/.test(from) ? from : '/';
}
