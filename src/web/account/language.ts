// My Profile: the language of my screens and mails.
import type Router from '@koa/router';
import type { Context } from 'koa';
import { seeOther } from '../http/redirect.ts';
import type { SignedIn } from '../http/signed-in.ts';
import type { FieldError } from '../http/view-models.ts';
import type { AccountPagesDependencies } from './router.ts';

const path = '/profile/language';

export function languageRoutes(
  router: Router,
  { browser, locales, profiles, readForm, signedIn, views }: AccountPagesDependencies,
): void {
  function show(ctx: Context, person: SignedIn, language: string, errors: readonly FieldError[] = []): void {
    const form = { action: path, csrf: browser.csrfToken(ctx, person.csrfContext), errors };
    const model = { ...person.model, ...form, language, languages: locales.languages(), cancelUrl: '/profile' };
    views.render(ctx, 'account/language', model, { status: errors.length === 0 ? 200 : 422 });
  }

  router.get(path, async (ctx) => {
    const person = await signedIn.require(ctx);
    if (person) show(ctx, person, person.account.language ?? '');
  });

  router.post(path, async (ctx) => {
    const person = await signedIn.require(ctx);
    if (!person) return;
    const { language } = await readForm(ctx, person.csrfContext, ['language']);
    if (language !== '' && !locales.available.includes(language))
      return show(ctx, person, person.account.language ?? '', [{ field: 'language', key: 'error.language.unknown' }]);
    await profiles.change(person.account.id, { language }, person.origin);
    seeOther(ctx, '/profile?done=language-changed');
  });
}
