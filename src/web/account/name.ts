// My Profile: my name.
import type Router from '@koa/router';
import type { Context } from 'koa';
import { type Names, namesErrors } from '../http/name-errors.ts';
import { seeOther } from '../http/redirect.ts';
import type { SignedIn } from '../http/signed-in.ts';
import type { FieldError } from '../http/view-models.ts';
import type { AccountPagesDependencies } from './router.ts';

const path = '/profile/name';

export function nameRoutes(
  router: Router,
  { browser, profiles, readForm, signedIn, views }: AccountPagesDependencies,
): void {
  function show(ctx: Context, person: SignedIn, names: Names, errors: readonly FieldError[] = []): void {
    const form = { action: path, csrf: browser.csrfToken(ctx, person.csrfContext), errors };
    const status = errors.length === 0 ? 200 : 422;
    views.render(ctx, 'account/name', { ...person.model, ...form, ...names, cancelUrl: '/profile' }, { status });
  }

  router.get(path, async (ctx) => {
    const person = await signedIn.require(ctx);
    if (!person) return;
    const { givenName = '', familyName = '' } = person.account;
    show(ctx, person, { givenName, familyName });
  });

  router.post(path, async (ctx) => {
    const person = await signedIn.require(ctx);
    if (!person) return;
    const given = await readForm(ctx, person.csrfContext, ['givenName', 'familyName']);
    const names = { givenName: given.givenName.trim(), familyName: given.familyName.trim() };
    const errors = namesErrors(names);
    if (errors.length > 0) return show(ctx, person, names, errors);
    await profiles.change(person.account.id, names, person.origin);
    seeOther(ctx, '/profile?done=name-changed');
  });
}
