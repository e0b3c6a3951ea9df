// A passkey while signing in: in the place of the password, beside it as the second factor, and one to be made before the sign-in ends.
import type { Context } from 'koa';
import { mostPasskeys } from '../../credentials/passkey.ts';
import { seeOther } from '../http/redirect.ts';
import type { FieldError } from '../http/view-models.ts';
import { codeModel } from './code.ts';
import { outcomeErrors, throttledStatus } from './outcome.ts';
import { optionsUrl } from './passkey-part.ts';
import type { InteractionDependencies, Screen } from './router.ts';
import { signInModel } from './sign-in.ts';
import type { Visit } from './visit.ts';

/** @returns what the step asks a browser for; undefined where it asks for no passkey */
export function createPasskeyOptions({ signIn }: InteractionDependencies) {
  return async function optionsFor({ attempt, account, step }: Visit): Promise<object | undefined> {
    switch (step.name) {
      case 'password':
        return { get: await signIn.passkeyRequest(attempt) };
      case 'code':
      case 'passkey':
        return { get: await signIn.passkeyRequest(attempt, account) };
      case 'passkey-offer':
      case 'enrol-passkey':
        return account && { create: await signIn.passkeyCreation(attempt, account) };
      default:
        return undefined;
    }
  };
}

const rejected = 'error.passkey.rejected';

/** The button and the autofill of the first page. */
export function passkeyScreen(dependencies: InteractionDependencies): Screen {
  const { signIn, readForm, views } = dependencies;
  return {
    path: 'passkey',
    step: 'password',
    show: (ctx, { interaction }) => seeOther(ctx, `/interaction/${interaction.uid}/sign-in`),
    async submit(ctx, visit) {
      const { credential } = await readForm(ctx, visit.csrfContext, ['credential']);
      const outcome = await signIn.givePasskey(visit.attempt, credential, visit.origin);
      if (outcome === 'accepted' || outcome === 'ended') return;
      const errors = withoutField(outcomeErrors(outcome, { rejected, field: '' }));
      const { status, retryAfter } = throttledStatus(outcome);
      if (retryAfter) ctx.set('Retry-After', retryAfter);
      views.render(ctx, 'interaction/sign-in', signInModel(dependencies, visit, errors), { status });
    },
  };
}

/** A passkey in the place of a code. */
export function codePasskeyScreen(dependencies: InteractionDependencies): Screen {
  const { views } = dependencies;
  return {
    ...secondPasskey(dependencies, (ctx, visit, errors, status = 200) =>
      views.render(ctx, 'interaction/code', codeModel(dependencies, visit, errors), { status }),
    ),
    path: 'code-passkey',
    step: 'code',
    show: (ctx, { interaction }) => seeOther(ctx, `/interaction/${interaction.uid}/code`),
  };
}

/** A passkey as the second factor of somebody who has no other. */
export function secondPasskeyScreen(dependencies: InteractionDependencies): Screen {
  const path = 'second-passkey';
  const render: Render = (ctx, visit, errors = [], status = 200) => {
    const model = {
      ...visit.stepModel(path, errors),
      email: visit.account?.email ?? '',
      optionsUrl: optionsUrl(visit),
    };
    dependencies.views.render(ctx, 'interaction/second-passkey', model, { status });
  };
  return { ...secondPasskey(dependencies, render), path, step: 'passkey', show: (ctx, visit) => render(ctx, visit) };
}

type Render = (ctx: Context, visit: Visit, errors?: readonly FieldError[], status?: number) => void;

function secondPasskey({ signIn, readForm }: InteractionDependencies, render: Render): Pick<Screen, 'submit'> {
  return {
    async submit(ctx, visit) {
      const { credential } = await readForm(ctx, visit.csrfContext, ['credential']);
      if (!visit.account) return;
      const outcome = await signIn.giveSecondPasskey(visit.attempt, visit.account, credential, visit.origin);
      if (outcome === 'accepted' || outcome === 'ended') return;
      const errors = withoutField(outcomeErrors(outcome, { rejected: 'error.passkey.second', field: '' }));
      const { status, retryAfter } = throttledStatus(outcome);
      if (retryAfter) ctx.set('Retry-After', retryAfter);
      render(ctx, visit, errors, status);
    },
  };
}

/** Offered once, and put off by a button. */
export function passkeyOfferScreen(dependencies: InteractionDependencies): Screen {
  return makePasskey(dependencies, { path: 'passkey-offer', step: 'passkey-offer', isDemanded: false });
}

/** Demanded by the policy: nothing goes on without. */
export function enrolPasskeyScreen(dependencies: InteractionDependencies): Screen {
  return makePasskey(dependencies, { path: 'enrol-passkey', step: 'enrol-passkey', isDemanded: true });
}

function makePasskey(
  { signIn, readForm, views }: InteractionDependencies,
  { path, step, isDemanded }: Pick<Screen, 'path' | 'step'> & { isDemanded: boolean },
): Screen {
  const render: Render = (ctx, visit, errors = [], status = 200) => {
    const model = {
      ...visit.stepModel(path, errors),
      email: visit.account?.email ?? '',
      optionsUrl: optionsUrl(visit),
      isDemanded,
    };
    views.render(ctx, 'interaction/make-passkey', model, { status });
  };
  return {
    path,
    step,
    show: (ctx, visit) => render(ctx, visit),
    async submit(ctx, visit) {
      const { credential } = await readForm(ctx, visit.csrfContext, ['credential']);
      if (!visit.account) return;
      if (credential === '' && !isDemanded) return signIn.declinePasskey(visit.account.id);
      const outcome = await signIn.addPasskey(visit.attempt, visit.account, credential, visit.origin);
      if (outcome === 'added') return;
      const error =
        outcome === 'too-many'
          ? { key: 'error.passkey.tooMany', values: { count: mostPasskeys } }
          : { key: 'error.passkey.notAdded' };
      render(ctx, visit, [error], 422);
    },
  };
}

/** There is no field to stand beside. */
function withoutField(errors: readonly FieldError[]): FieldError[] {
  return errors.map(({ field: _none, ...error }) => error);
}
