// The first step: e-mail address and password.
import type { Context } from 'koa';
import { type Account, enrolmentRule } from '../../accounts/account.ts';
import { lacksPasskey } from '../../accounts/factors.ts';
import type { EndReason } from '../../sessions/session.ts';
import { wrongCodesAllowed } from '../../sign-in/attempt.ts';
import { emailErrors } from '../http/email-errors.ts';
import type { FieldError, Message } from '../http/view-models.ts';
import { createFederationVisits } from './federation.ts';
import { forgottenPasswordUrl } from './forgotten-password.ts';
import { outcomeErrors, throttledStatus } from './outcome.ts';
import { passkeyPart } from './passkey-part.ts';
import type { InteractionDependencies, Screen } from './router.ts';
import type { Visit } from './visit.ts';

const path = 'sign-in';

export function signInScreen(dependencies: InteractionDependencies): Screen {
  const { announcement, ownClientId, policyOf, routing, signedIn, signIn, readForm, views } = dependencies;
  const federation = createFederationVisits(dependencies);

  /** Why somebody is asked who is signed in. An app gives its own reasons. */
  async function againNotice({ interaction }: Visit, standing: Account | undefined): Promise<Message | undefined> {
    if (!standing) return undefined;
    const policy = await policyOf(standing, interaction.clientId);
    if (enrolmentRule(standing, policy)) return { key: 'notice.signInToEnrol' };
    if (lacksPasskey(standing, policy)) return { key: 'notice.signInToMakePasskey' };
    return interaction.clientId === ownClientId ? { key: 'notice.signInAgain' } : undefined;
  }

  /** To the service that was chosen, or that the address leads to. An address alone is enough there, and with one of ours a password is asked.
   *  @returns true when the answer is given; what is wrong; false where this page's own password counts */
  async function elsewhere(
    ctx: Context,
    visit: Visit,
    { email, password, connection: connectionId, sso }: Record<'email' | 'password' | 'connection' | 'sso', string>,
  ): Promise<boolean | FieldError[]> {
    const gone = [{ key: 'error.connection.gone' }];
    if (connectionId !== '') return (await federation.leaveFor(ctx, visit, { connectionId, email })) || gone;
    if (sso === '' && password !== '') return false;
    const malformed = emailErrors(email);
    if (malformed.length > 0) return sso === '' ? false : malformed;
    const connection = await routing.forAddress(email);
    if (!connection) return sso !== '' && [{ field: 'email', key: 'error.sso.none' }];
    await federation.leave(ctx, visit, { connection, email });
    return true;
  }

  return {
    path,
    step: 'password',
    async show(ctx, visit) {
      const why =
        announced.get(announcement.read(ctx)) ??
        notice(visit) ??
        overNotice(await signedIn.endReason(ctx)) ??
        (await againNotice(visit, (await signedIn.peek(ctx))?.account));
      const form = { ...signInModel(dependencies, visit), offer: await federation.offer(visit) };
      views.render(ctx, 'interaction/sign-in', why ? { ...form, notice: why } : form);
    },
    async submit(ctx, visit) {
      const given = await readForm(ctx, visit.csrfContext, [
        'email',
        'password',
        'connection',
        'sso',
        'canMakePasskey',
      ]);
      if (announcement.read(ctx)) announcement.drop(ctx);
      const email = given.email.trim();
      const led = await elsewhere(ctx, visit, { ...given, email });
      if (led === true) return;
      const missing = led === false ? faults(email, given.password) : led;
      const outcome =
        missing.length > 0
          ? undefined
          : await signIn.givePassword(
              visit.attempt,
              { email, password: given.password, canMakePasskey: given.canMakePasskey !== '' },
              visit.origin,
            );
      if (outcome === 'accepted' || outcome === 'ended') return;
      const errors =
        outcome === undefined
          ? missing
          : outcomeErrors(outcome, {
              rejected: 'error.credentials',
              expired: 'error.temporaryPassword.expired',
              field: 'email',
            });
      const { status, retryAfter } = throttledStatus(outcome);
      if (retryAfter) ctx.set('Retry-After', retryAfter);
      const model = {
        ...signInModel(dependencies, visit, errors),
        email: given.email.slice(0, 254),
        offer: await federation.offer(visit),
        ...(outcome === 'expired' ? { newInvitationUrl } : {}),
      };
      views.render(ctx, 'interaction/sign-in', model, { status });
    },
  };
}

/** The page, with the address that is known already. */
export function signInModel(
  { passkeys }: Pick<InteractionDependencies, 'passkeys'>,
  visit: Visit,
  errors: readonly FieldError[] = [],
) {
  return {
    ...visit.stepModel(path, errors),
    email: visit.attempt.email ?? '',
    forgottenPasswordUrl: forgottenPasswordUrl(visit.interaction.uid),
    ...(passkeys.isAvailable ? passkeyPart(visit, 'passkey') : {}),
  };
}

/** What was done elsewhere, and led here. */
const announced = new Map<unknown, Message>([['password-reset', { key: 'notice.passwordReset' }]]);

/** Where somebody asks for another mail; invitation.ts. */
const newInvitationUrl = '/invitation/new';

/** Why the person is back here in the middle of a sign-in. */
function notice({ attempt, step }: Visit): Message | undefined {
  if (attempt.wrongCodes >= wrongCodesAllowed) return { key: 'notice.wrongCodes' };
  if (attempt.unlinked) return { key: 'notice.identityUnknown', values: { name: attempt.unlinked.name } };
  if (step.rule === 'credentials-changed') return { key: 'notice.credentialsChanged' };
  if (step.rule === 'other-account') return { key: 'notice.otherAccount' };
  if (step.rule === 'passkey-not-verified') return { key: 'notice.passkeyNotVerified' };
  return undefined;
}

/** Why the session that this browser still has the cookie of is over. */
function overNotice(reason: EndReason | undefined): Message | undefined {
  if (reason === 'idle') return { key: 'notice.signedOutIdle' };
  if (reason === 'absolute') return { key: 'notice.signedOutAbsolute' };
  if (reason === 'credentials-changed') return { key: 'notice.signedOutCredentials' };
  if (reason === 'signed-out-elsewhere') return { key: 'notice.signedOutElsewhere' };
  return undefined;
}

function faults(email: string, password: string): FieldError[] {
  return [...emailErrors(email), ...(password === '' ? [{ field: 'password', key: 'error.password.required' }] : [])];
}
