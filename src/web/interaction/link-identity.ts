// Signed in at last, with an account at another service that is nobody's yet: whether the two belong together, the person says.
import type { InteractionDependencies, Screen } from './router.ts';

export function linkIdentityScreen({ signIn, readForm, views, errors }: InteractionDependencies): Screen {
  const path = 'link-identity';

  return {
    path,
    step: 'link-identity',
    show(ctx, visit) {
      const { unlinked } = visit.attempt;
      views.render(ctx, 'interaction/link-identity', {
        ...visit.stepModel(path),
        email: visit.account?.email ?? '',
        name: unlinked?.name ?? '',
        theirs: unlinked?.email ?? '',
      });
    },
    async submit(ctx, visit) {
      const { decision } = await readForm(ctx, visit.csrfContext, ['decision']);
      if (!visit.account) return;
      const decided = await signIn.decideLink(visit.attempt, visit.account, decision === 'link', visit.origin);
      if (decided !== 'taken') return;
      const continueUrl = `/interaction/${visit.interaction.uid}`;
      errors.render(ctx, { status: 409, page: 'identityTaken', continueUrl }, { account: visit.account.id });
    },
  };
}
