// Every page in one table: the layout it stands in, where its forms may end, and its title, which is its heading too.
import { adminPages } from './admin-pages.ts';
import type { Message, ViewModels, ViewName } from './view-models.ts';

export interface Page<V extends ViewName> {
  layout: 'card' | 'account' | 'admin' | 'developer' | 'sample';
  /** `any` where the answer to the form may be a redirect to the relying party; see `contentSecurityPolicy`. */
  formAction: 'self' | 'any';
  title(model: ViewModels[V]): Message;
}

/** A step of a sign-in: what is posted may be the last thing asked, and then leads on to the relying party. */
function step<V extends ViewName>(key: string): Page<V> {
  return { layout: 'card', formAction: 'any', title: () => ({ key }) };
}

/** A page of a signed-in person. */
function account<V extends ViewName>(key: string): Page<V> {
  return { layout: 'account', formAction: 'self', title: () => ({ key }) };
}

const notMeTitles = { open: 'notMe.title', done: 'notMe.doneTitle', void: 'notMe.voidTitle' } as const;

export const pages: { readonly [V in ViewName]: Page<V> } = {
  'interaction/sign-in': step('signIn.title'),
  'interaction/federation-problem': {
    ...step('federation.denied.title'),
    title: ({ kind, name }) => ({ key: `federation.${kind}.title`, values: { name } }),
  },
  'interaction/link-identity': {
    ...step('linkIdentity.title'),
    title: ({ name }) => ({ key: 'linkIdentity.title', values: { name } }),
  },
  'interaction/code': step('code.title'),
  'interaction/recovery-code': step('recoveryCode.title'),
  'interaction/new-password': step('newPassword.title'),
  'interaction/profile': step('firstProfile.title'),
  'interaction/enrol-mfa': step('enrolMfa.title'),
  'interaction/recovery-codes': step('recoveryCodes.title'),
  'interaction/second-passkey': step('secondPasskey.title'),
  'interaction/make-passkey': {
    ...step('passkeyOffer.title'),
    title: ({ isDemanded }) => ({ key: isDemanded ? 'enrolPasskey.title' : 'passkeyOffer.title' }),
  },
  'interaction/consent': {
    ...step('consent.title'),
    title: ({ client }) => ({ key: 'consent.title', values: { client: client.name } }),
  },
  'interaction/forgotten-password': { ...step('forgottenPassword.title'), formAction: 'self' },
  'interaction/reset-requested': { ...step('resetRequested.title'), formAction: 'self' },
  'interaction/reset-password': step('resetPassword.title'),
  'interaction/reset-link-over': {
    ...step('resetLink.unknown.title'),
    formAction: 'self',
    title: ({ state }) => ({ key: `resetLink.${state}.title` }),
  },
  'interaction/password-reset': { ...step('passwordReset.title'), formAction: 'self' },
  'interaction/invitation': { ...step('invitation.title'), title: (model) => model.title },
  'interaction/invitation-over': { layout: 'card', formAction: 'self', title: (model) => model.title },
  'interaction/invitation-sent': { ...step('invitation.sentTitle'), formAction: 'self' },
  'interaction/sign-out': step('signOut.title'),
  'interaction/signed-out': { ...step('signedOut.title'), formAction: 'self' },
  'interaction/language': { ...step('language.title'), formAction: 'self' },
  error: { layout: 'card', formAction: 'self', title: (model) => model.title },
  'account/profile': account('profile.title'),
  'account/name': account('name.title'),
  'account/language': account('language.title'),
  'account/sessions': account('sessions.title'),
  'account/session-end': {
    ...account('sessionEnd.title'),
    title: ({ session }) => ({ key: session ? 'sessionEnd.title' : 'sessionEnd.othersTitle' }),
  },
  'account/applications': account('applications.title'),
  'account/application-remove': {
    ...account('applicationRemove.title'),
    title: ({ application }) => ({
      key: 'applicationRemove.title',
      values: { client: application.client.name },
    }),
  },
  'account/activity': account('activity.title'),
  'account/not-me': {
    layout: 'card',
    formAction: 'self',
    title: ({ state }) => ({ key: notMeTitles[state] }),
  },
  'account/email': account('emailChange.title'),
  'account/email-confirm': {
    layout: 'card',
    formAction: 'self',
    title: ({ outcome }) => ({ key: `emailConfirm.${outcome}.title` }),
  },
  'account/identities': { ...account('identities.title'), formAction: 'any' },
  'account/identity-link': {
    ...account('linkIdentity.title'),
    title: ({ name }) => ({ key: 'linkIdentity.title', values: { name } }),
  },
  'account/identity-unlink': {
    ...account('identityUnlink.title'),
    title: ({ identity }) => ({ key: 'identityUnlink.title', values: { name: identity.name } }),
  },
  'account/data': account('data.title'),
  'account/delete': account('delete.title'),
  'account/deleted': { layout: 'card', formAction: 'self', title: () => ({ key: 'deleted.title' }) },
  'account/password': account('password.title'),
  'account/mfa-activate': account('mfaActivate.title'),
  'account/mfa-deactivate': account('mfaDeactivate.title'),
  'account/passkeys': account('passkeys.title'),
  'account/passkey-add': account('passkeyAdd.title'),
  'account/passkey-rename': account('passkeyRename.title'),
  'account/passkey-remove': account('passkeyRemove.title'),
  'account/recovery-codes': account('recoveryCodes.title'),
  'account/recovery-codes-new': account('recoveryCodesNew.title'),
  ...adminPages,
  'dev/mailbox': { layout: 'developer', formAction: 'self', title: () => ({ key: 'mailbox.title' }) },
  'dev/sample': {
    layout: 'sample',
    formAction: 'any',
    title: ({ signedIn }) =>
      signedIn ? { key: 'sample.hello', values: { name: signedIn.name } } : { key: 'sample.title' },
  },
};
