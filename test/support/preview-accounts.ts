// My Profile in every state, with models such as routes give.
import { at, email, form, long, longEmail, longUser, type Screen, user } from './preview-samples.ts';

const qrCode = `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 25 25"><path d="M2 2h7v7H2zm14 0h7v7h-7zM2 16h7v7H2zm12-4h3v5h-3zm5 3h4v3h-4zm-7 5h6v3h-6z"/></svg>')}`;
const activate = { user, email, qrCode, showSecretUrl: '?secret=shown', cancelUrl: '/profile/password' };
const secretKey = 'JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP';
const codes = ['7KQ4-MXWD-29PA', 'H3TR-8VNB-QY5C', 'ZE62-PJ9K-4DMW', 'N5XA-CT7G-VR38', 'B4WD-QH6M-2KYP'];
const recoveryCodes = {
  codes: [...codes, ...codes],
  downloadUrl: `data:text/plain;charset=utf-8,${encodeURIComponent(codes.join('\n'))}`,
  action: '/profile/password/mfa/recovery-codes',
  csrf: 'token',
  errors: [],
};

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
const emailLink = { ...form(), outcome: 'good' as const, token: 'token', newEmail: email };
const languages = [
  { tag: 'de', name: 'Deutsch' },
  { tag: 'en', name: 'English' },
  { tag: 'ar', name: 'العربية' },
];
const password = { user, email, minLength: 12, recoveryCodesLeft: 0 };
export const accounts: Screen[] = [
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
    model: { ...emailPage, user, email, newEmail: '', notice: { key: 'notice.emailChanged' } },
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
      model: { outcome, continueUrl: '/profile/email' },
    }),
  ),
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
  { state: 'empty', view: 'account/mfa-activate', model: { ...activate, ...form() } },
  {
    state: 'secret shown, error',
    view: 'account/mfa-activate',
    model: { ...activate, ...form({ field: 'code2', key: 'error.code2.rejected' }), secretKey },
  },
  {
    state: 'empty',
    view: 'account/mfa-deactivate',
    model: { user, ...form(), email, confirmed: false, cancelUrl: '/profile/password' },
  },
  {
    state: 'errors',
    view: 'account/mfa-deactivate',
    model: {
      user,
      ...form({ field: 'code', key: 'error.code.format' }, { field: 'confirm', key: 'error.confirm.required' }),
      email,
      confirmed: false,
      cancelUrl: '/profile/password',
    },
  },
  {
    state: 'fresh',
    view: 'account/recovery-codes',
    model: { user, ...recoveryCodes, notice: { key: 'notice.mfaActivated' } },
  },
];
