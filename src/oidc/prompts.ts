// When a person is asked: oidc-provider's own checks, plus what it leaves undone. The screens are chosen by sign-in/steps.ts.
import type { interactionPolicy, KoaContextWithOIDC } from 'oidc-provider';
import { errors, interactionPolicy as policyOf } from 'oidc-provider';

import type { Barrier } from '../accounts/barrier.ts';
import { isKnown, meetsAcr, wantedAcrs } from './acr.ts';
import type { LoginResult } from './interactions.ts';

const { Check, base } = policyOf;

/** Why a session that stands is asked for a second factor, and for nothing else. */
export const stepUpReasons: readonly string[] = ['second_factor_missing', 'acr_values', 'essential_acr'];

export function createPrompts(): interactionPolicy.DefaultPolicy {
  const policy = base();
  const login = policy.get('login');
  const consent = policy.get('consent');
  if (!login || !consent) throw new Error('oidc-provider has no login or consent prompt');
  // The library would ask without end for what nobody can give.
  login.checks.remove('essential_acrs');
  login.checks.remove('essential_acr');
  login.checks.add(essentialAcrCheck());
  login.checks.add(acrCheck());
  login.checks.add(barrierCheck('sign_in_incomplete', (barrier) => barrier !== 'second-factor-missing'));
  login.checks.add(barrierCheck('second_factor_missing', (barrier) => barrier === 'second-factor-missing'));
  consent.checks.remove('native_client_prompt');
  consent.checks.add(nativeClientCheck());
  return policy;
}

/** An essential `acr` claim: asked for once, and then refused, as is what we do not know (OpenID Connect Core 5.5.1.1). Two factors meet a
 *  demand for one. */
function essentialAcrCheck() {
  return new Check(
    'essential_acr',
    'the requested authentication context could not be reached',
    'unmet_authentication_requirements',
    ({ oidc }: KoaContextWithOIDC) => {
      const { values, isEssential } = wantedAcrs(oidc.params ?? {});
      if (!isEssential) return Check.NO_NEED_TO_PROMPT;
      const isUnknown = !values.some(isKnown);
      const isMet = !isUnknown && meetsAcr(oidc.session?.acr, values);
      if (isUnknown || (oidc.result?.login && !isMet))
        throw new errors.UnmetAuthenticationRequirements('the requested authentication context cannot be reached');
      return isMet ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT;
    },
  );
}

/** The library honours an essential `acr` claim alone: `acr_values` that the session does not meet ask once (Core 3.1.2.1). */
function acrCheck() {
  return new Check(
    'acr_values',
    'the requested authentication context is not met',
    'unmet_authentication_requirements',
    ({ oidc }) => {
      const wanted = oidc.params?.acr_values;
      if (typeof wanted !== 'string' || wanted === '' || oidc.result?.login) return Check.NO_NEED_TO_PROMPT;
      return meetsAcr(oidc.session?.acr, wanted.split(' ')) ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT;
    },
  );
}

/** A session opens no app while something stands before it: a second factor that was demanded since, an address that is not allowed, an
 *  app that wants a younger sign-in. What lacks a code alone is asked for that alone (sign-in/sign-in.ts). */
function barrierCheck(code: string, isAbout: (barrier: Barrier) => boolean) {
  return new Check(code, 'the sign-in must be completed', 'login_required', async ({ oidc }: KoaContextWithOIDC) => {
    const account = oidc.account as { barrier?: () => Promise<Barrier | undefined> } | undefined;
    // A second factor makes no sign-in younger.
    const login = oidc.result?.login as Partial<LoginResult> | undefined;
    const isAnswered = login !== undefined && (login.session !== undefined || isAbout('second-factor-missing'));
    const barrier = isAnswered ? undefined : await account?.barrier?.();
    return barrier !== undefined && isAbout(barrier) ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT;
  });
}

/** Anybody can claim to be a native app (RFC 8252 8.6): consent each time, unless an administrator vouches for it. */
function nativeClientCheck() {
  return new Check(
    'native_client_prompt',
    'native clients require End-User interaction',
    'interaction_required',
    ({ oidc }: KoaContextWithOIDC) => {
      const client = oidc.client as { applicationType?: string; first_party?: boolean } | undefined;
      const isUnknown = client?.applicationType === 'native' && client.first_party !== true;
      return isUnknown && oidc.params?.response_type !== 'none' && !oidc.result?.consent
        ? Check.REQUEST_PROMPT
        : Check.NO_NEED_TO_PROMPT;
    },
  );
}
