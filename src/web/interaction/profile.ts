// The first sign-in: the person's name.
import { namesErrors } from '../http/name-errors.ts';
import type { InteractionDependencies, Screen } from './router.ts';
import { progressOf } from './visit.ts';

export function profileScreen({ signIn, readForm, views }: InteractionDependencies): Screen {
  const path = 'profile';

  return {
    path,
    step: 'profile',
    show(ctx, visit) {
      const { email = '', givenName = '', familyName = '' } = visit.account ?? {};
      views.render(ctx, 'interaction/profile', {
        ...visit.stepModel(path),
        ...progressOf(visit, 2),
        email,
        givenName,
        familyName,
      });
    },
    async submit(ctx, visit) {
      const given = await readForm(ctx, visit.csrfContext, ['givenName', 'familyName']);
      const names = { givenName: given.givenName.trim(), familyName: given.familyName.trim() };
      if (!visit.account) return;
      const errors = namesErrors(names);
      if (errors.length === 0) return signIn.completeProfile(visit.account, names, visit.origin);
      const model = { ...visit.stepModel(path, errors), ...progressOf(visit, 2), email: visit.account.email, ...names };
      views.render(ctx, 'interaction/profile', model, { status: 422 });
    },
  };
}
