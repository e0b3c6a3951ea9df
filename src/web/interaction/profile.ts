// The first sign-in: the person's name.
import type { FieldError } from '../http/view-models.ts';
import type { InteractionDependencies, Screen } from './router.ts';

const longestName = 100;

export function profileScreen({ signIn, readForm, views }: InteractionDependencies): Screen {
  const path = 'profile';

  return {
    path,
    step: 'profile',
    show(ctx, visit) {
      const { email = '', givenName = '', familyName = '' } = visit.account ?? {};
      views.render(
        ctx,
        'interaction/profile',
        { ...visit.stepModel(path), email, givenName, familyName },
        { locales: visit.locales },
      );
    },
    async submit(ctx, visit) {
      const given = await readForm(ctx, visit.csrfContext, ['givenName', 'familyName']);
      const [givenName, familyName] = [given.givenName.trim(), given.familyName.trim()];
      if (!visit.account) return;
      const errors = [...nameErrors('givenName', givenName), ...nameErrors('familyName', familyName)];
      if (errors.length === 0) return signIn.completeProfile(visit.account, { givenName, familyName }, visit.origin);
      const model = { ...visit.stepModel(path, errors), email: visit.account.email, givenName, familyName };
      views.render(ctx, 'interaction/profile', model, { status: 422, locales: visit.locales });
    },
  };
}

/** Any characters people have in their names, 1 to 100 of them; no control characters and none that turn the text round. */
function nameErrors(field: 'givenName' | 'familyName', name: string): FieldError[] {
  if (name === '') return [{ field, key: `error.${field}.required` }];
  if ([...name].length > longestName) return [{ field, key: 'error.name.tooLong', values: { count: longestName } }];
  if (/[\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069]/u.test(name)) return [{ field, key: 'error.name.controlCharacters' }];
  return [];
}
