// My Profile in every state, with models such as routes give.
import { at, email, form, long, longEmail, longUser, type Screen, user } from './preview-samples.ts';

const profile = {
  givenName: 'Maya',
  familyName: 'Okafor',
  email,
  emailVerified: true,
  organizations: ['Acme'],
  signedInAt: at,
};
const pageSession = {
  session: 'one',
  account: 'maya',
  csrf: 'token',
  secondsLeft: 28_800,
  warnSeconds: 300,
  isFinal: false,
  endsAt: at + 28_800_000,
  path: '/profile',
};
const name = { ...form(), cancelUrl: '/profile' };
const emailPage = { ...form(), cancelUrl: '/profile', cancelAction: '/profile/email/cancel' };
const emailLink = { ...form(), outcome: 'good' as const, newEmail: email };
const deletion = {
  ...form(),
  email,
  cancelUrl: '/profile/data',
  isLastOwner: false,
  confirmed: false,
};
const languages = [
  { tag: 'de', name: 'Deutsch' },
  { tag: 'en', name: 'English' },
  { tag: 'ar', name: 'العربية' },
];
const password = { user, email, minLength: 12, isNewPhoneTold: true };
export const accounts: Screen[] = [
  {
    state: 'address changed',
    view: 'account/profile',
    model: { user, ...profile, amr: ['pwd'], notice: { key: 'notice.emailChanged', values: { email } } },
  },
  {
    state: 'filled',
    view: 'account/profile',
    model: { user, ...profile, language: 'English', amr: ['pwd', 'otp', 'mfa'], pageSession },
  },
  {
    state: 'long',
    view: 'account/profile',
    model: {
      ...profile,
      user: longUser,
      givenName: long,
      familyName: 'محمد 🦊',
      email: longEmail,
      emailVerified: false,
      organizations: [long, 'Acme'],
      amr: ['pwd'],
    },
  },
  { state: 'filled', view: 'account/name', model: { user, ...name, givenName: 'Maya', familyName: 'Okafor' } },
  {
    state: 'errors, long',
    view: 'account/name',
    model: {
      ...name,
      user: longUser,
      givenName: '',
      familyName: long,
      ...form(
        { field: 'givenName', key: 'error.givenName.required' },
        { field: 'familyName', key: 'error.name.tooLong', values: { count: 100 } },
      ),
    },
  },
  {
    state: 'nothing pending',
    view: 'account/email',
    model: { ...emailPage, user, email, newEmail: '', notice: { key: 'notice.emailChangeCancelled' } },
  },
  {
    state: 'pending, long, errors',
    view: 'account/email',
    model: {
      ...emailPage,
      ...form(
        { field: 'newEmail', key: 'error.email.invalid' },
        { field: 'currentPassword', key: 'error.currentPassword.rejected' },
      ),
      user: longUser,
      email: longEmail,
      newEmail: longEmail,
      pending: { email: longEmail, expiresAt: at },
    },
  },
  { state: 'good', view: 'account/email-confirm', model: { ...emailLink, oldEmail: 'm•••@acme.example' } },
  { state: 'long', view: 'account/email-confirm', model: { ...emailLink, newEmail: longEmail, oldEmail: longEmail } },
  ...(['changed', 'expired', 'taken', 'unknown'] as const).map(
    (outcome): Screen => ({
      state: outcome,
      view: 'account/email-confirm',
      model: { outcome, continueUrl: outcome === 'changed' ? '/profile' : '/profile/email' },
    }),
  ),
  { state: 'plain', view: 'account/data', model: { user, ...form(), deleteUrl: '/profile/delete' } },
  { state: 'asked', view: 'account/delete', model: { ...deletion, user } },
  {
    state: 'code, errors, long',
    view: 'account/delete',
    model: {
      ...deletion,
      ...form(
        { field: 'currentPassword', key: 'error.currentPassword.rejected' },
        { field: 'code', key: 'error.code.format' },
        { field: 'confirm', key: 'error.confirmDeletion.required' },
      ),
      user: longUser,
      email: longEmail,
      asksFor: 'otp',
      otherUrl: '/profile/delete?with=recovery-code',
    },
  },
  {
    state: 'by code',
    view: 'account/delete',
    model: { ...deletion, user, asksFor: 'otp', otherUrl: '/profile/delete?with=recovery-code' },
  },
  {
    state: 'by recovery code, error',
    view: 'account/delete',
    model: {
      ...deletion,
      ...form({ field: 'recoveryCode', key: 'error.recoveryCode.rejected' }),
      user,
      asksFor: 'recovery',
      otherUrl: '/profile/delete',
      confirmed: true,
    },
  },
  { state: 'last owner', view: 'account/delete', model: { ...deletion, user, isLastOwner: true } },
  { state: 'done', view: 'account/deleted', model: {} },
  { state: 'browser', view: 'account/language', model: { user, ...name, language: '', languages } },
  {
    state: 'error',
    view: 'account/language',
    model: { user, ...name, ...form({ field: 'language', key: 'error.language.unknown' }), language: 'ar', languages },
  },
  {
    state: 'not active',
    view: 'account/password',
    model: { ...password, ...form(), mfa: 'not-active', notice: { key: 'notice.passwordChanged' } },
  },
  { state: 'active', view: 'account/password', model: { ...password, ...form(), mfa: 'active', recoveryCodesLeft: 9 } },
  {
    state: 'few recovery codes',
    view: 'account/password',
    model: {
      ...password,
      ...form(),
      mfa: 'active',
      recoveryCodesWarning: { key: 'mfa.fewRecoveryCodes', values: { count: 2 } },
    },
  },
  {
    state: 'no recovery codes',
    view: 'account/password',
    model: { ...password, ...form(), mfa: 'active', recoveryCodesWarning: { key: 'mfa.noRecoveryCodes' } },
  },
  {
    state: 'signed in with a recovery code',
    view: 'account/password',
    model: {
      ...password,
      ...form(),
      mfa: 'active',
      recoveryCodesLeft: 8,
      recoveryCodesWarning: { key: 'mfa.recoveryCodeUsed' },
      isNewPhoneTold: false,
    },
  },
  {
    state: 'errors',
    view: 'account/password',
    model: {
      ...password,
      ...form(
        { field: 'currentPassword', key: 'error.currentPassword.rejected' },
        { field: 'newPassword', key: 'error.newPassword.tooShort', values: { count: 12 } },
      ),
      mfa: 'not-active',
    },
  },
];
