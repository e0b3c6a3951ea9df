// The sign-in family in every state, with models such as routes give.
import { apiScopes } from '../../src/organizations/api-scopes.ts';
import { logoUrl, look } from './preview-brands.ts';
import {
  at,
  client,
  codes,
  downloadUrl,
  email,
  form,
  long,
  longClient,
  longEmail,
  qrCode,
  type Screen,
  secretKey,
} from './preview-samples.ts';

const cancelUrl = '/interaction/example/cancel';
/** A scope of somebody's own, for which the catalogue has no words. */
const foreignScope = 'scope.https://acme.example/hours';
const againUrl = '/forgotten-password';
const forgotten = { interaction: 'example', backUrl: '/interaction/example' };
const enrol = { qrCode, showSecretUrl: '?key=shown#secret-key' };
const progress = (step: number) => ({ step, of: 3 });

export const interactions: Screen[] = [
  {
    state: 'empty',
    view: 'interaction/sign-in',
    model: { ...form(), email: '', client, forgottenPasswordUrl: '/forgotten-password', cancelUrl },
  },
  {
    state: 'no client, notice',
    view: 'interaction/sign-in',
    model: { ...form(), email, notice: { key: 'notice.signedOutIdle' } },
  },
  {
    state: 'with a logo and a colour',
    view: 'interaction/sign-in',
    model: { ...form(), email: '', client, look: { ...look, logoUrl }, cancelUrl },
  },
  {
    state: 'with a name and a colour',
    view: 'interaction/code',
    model: { ...form(), email, client: { ...client, logoUrl }, look: { ...look, name: long }, recoveryCodeUrl: '#' },
  },
  {
    state: 'errors',
    view: 'interaction/sign-in',
    model: {
      ...form({ field: 'email', key: 'error.email.required' }, { field: 'password', key: 'error.password.required' }),
      email: '',
      client,
      forgottenPasswordUrl: '/forgotten-password',
      cancelUrl,
    },
  },
  {
    state: 'long',
    view: 'interaction/sign-in',
    model: { ...form({ field: 'email', key: 'error.credentials' }), email: longEmail, client: longClient, cancelUrl },
  },
  {
    state: 'throttled',
    view: 'interaction/sign-in',
    model: { ...form({ key: 'error.throttled', values: { count: 15 } }), email, client },
  },
  {
    state: 'empty',
    view: 'interaction/code',
    model: { ...form(), email, client, cancelUrl, recoveryCodeUrl: 'recovery-code' },
  },
  {
    state: 'error',
    view: 'interaction/code',
    model: {
      ...form({ field: 'code', key: 'error.code.rejected' }),
      email: longEmail,
      recoveryCodeUrl: 'recovery-code',
    },
  },
  {
    state: 'clock fast',
    view: 'interaction/code',
    model: {
      ...form({ field: 'code', key: 'error.code.clockFast', values: { count: 90 } }),
      email,
      recoveryCodeUrl: 'recovery-code',
    },
  },
  {
    state: 'locked',
    view: 'interaction/code',
    model: { ...form({ field: 'code', key: 'error.code.locked' }), email, recoveryCodeUrl: 'recovery-code' },
  },
  {
    state: 'empty',
    view: 'interaction/recovery-code',
    model: { ...form(), email, client, cancelUrl, codeUrl: 'code' },
  },
  {
    state: 'error',
    view: 'interaction/recovery-code',
    model: { ...form({ field: 'recoveryCode', key: 'error.recoveryCode.rejected' }), email, codeUrl: 'code' },
  },
  {
    state: 'empty',
    view: 'interaction/new-password',
    model: { ...form(), email, minLength: 12, why: 'temporary', client, progress: progress(1) },
  },
  {
    state: 'breached',
    view: 'interaction/new-password',
    model: { ...form(), email, minLength: 12, why: 'breached', client },
  },
  {
    state: 'error',
    view: 'interaction/new-password',
    model: {
      ...form({ field: 'newPassword', key: 'error.newPassword.edges' }),
      email,
      minLength: 12,
      why: 'demanded',
      progress: progress(1),
    },
  },
  {
    state: 'empty',
    view: 'interaction/profile',
    model: { ...form(), email, givenName: '', familyName: '', client, progress: progress(2) },
  },
  {
    state: 'errors',
    view: 'interaction/profile',
    model: {
      ...form(
        { field: 'givenName', key: 'error.givenName.required' },
        { field: 'familyName', key: 'error.name.tooLong', values: { count: 100 } },
      ),
      email,
      givenName: '',
      familyName: long,
      progress: progress(2),
    },
  },
  {
    state: 'by policy',
    view: 'interaction/enrol-mfa',
    model: {
      ...form(),
      ...enrol,
      client,
      cancelUrl,
      email,
      notice: { key: 'notice.policyRequiresMfa' },
      progress: progress(3),
    },
  },
  {
    state: 'secret shown, error',
    view: 'interaction/enrol-mfa',
    model: {
      ...form({ field: 'code1', key: 'error.clock.slow', values: { count: 90 } }),
      ...enrol,
      secretKey,
      email: longEmail,
      notice: { key: 'notice.accountMustEnrol' },
    },
  },
  {
    state: 'fresh',
    view: 'interaction/recovery-codes',
    model: { ...form(), codes, downloadUrl, email, client, notice: { key: 'notice.mfaActivated' } },
  },
  {
    state: 'third party',
    view: 'interaction/consent',
    model: {
      ...form(),
      email,
      client: { ...client, policyUri: 'https://time.acme.example/privacy', tosUri: 'https://time.acme.example/terms' },
      scopes: [
        { key: 'scope.openid' },
        { key: 'scope.profile' },
        { key: foreignScope },
        { key: 'scope.email' },
        { key: 'scope.offline_access' },
      ],
      lastsDays: 14,
    },
  },
  {
    state: 'long',
    view: 'interaction/consent',
    model: { ...form(), email: longEmail, client: longClient, scopes: [{ key: 'scope.organizations' }], lastsDays: 1 },
  },
  {
    state: 'administration',
    view: 'interaction/consent',
    model: { ...form(), email, client, scopes: apiScopes.map((scope) => ({ key: `scope.${scope}` })), lastsDays: 7 },
  },
  {
    state: 'several',
    view: 'interaction/language',
    model: {
      ...form(),
      from: '/interaction/example/sign-in',
      languages: [
        { tag: 'de', name: 'Deutsch' },
        { tag: 'en', name: 'English' },
        { tag: 'ja', name: '日本語' },
      ],
    },
  },
  { state: 'empty', view: 'interaction/forgotten-password', model: { ...forgotten, ...form(), email: '' } },
  {
    state: 'error, long',
    view: 'interaction/forgotten-password',
    model: { ...forgotten, ...form({ field: 'email', key: 'error.email.invalid' }), email: longEmail },
  },
  {
    state: 'plain',
    view: 'interaction/reset-requested',
    model: { againUrl: '/forgotten-password', backUrl: '/profile' },
  },
  { state: 'empty', view: 'interaction/reset-password', model: { ...form(), email, minLength: 12 } },
  {
    state: 'error, long',
    view: 'interaction/reset-password',
    model: { ...form({ field: 'newPassword', key: 'error.newPassword.context' }), email: longEmail, minLength: 12 },
  },
  { state: 'expired', view: 'interaction/reset-link-over', model: { state: 'expired', at, againUrl } },
  { state: 'used', view: 'interaction/reset-link-over', model: { state: 'used', at, againUrl } },
  { state: 'unknown', view: 'interaction/reset-link-over', model: { state: 'unknown', againUrl } },
  {
    state: 'with a client, long',
    view: 'interaction/password-reset',
    model: { client: longClient, continueUrl: 'https://time.acme.example/' },
  },
  { state: 'plain', view: 'interaction/password-reset', model: { continueUrl: '/profile' } },
  { state: 'asked by a client', view: 'interaction/sign-out', model: { ...form(), client, email } },
  { state: 'plain', view: 'interaction/sign-out', model: form({ key: 'error.formExpired' }) },
  {
    state: 'with a client',
    view: 'interaction/signed-out',
    model: { client, continueUrl: 'https://time.acme.example/', apps: [] },
  },
  { state: 'plain', view: 'interaction/signed-out', model: { continueUrl: '/', apps: [] } },
  {
    state: 'of most applications',
    view: 'interaction/signed-out',
    model: {
      continueUrl: '/',
      apps: [
        { key: 'signedOut.appsPartly', values: { told: 4, count: 6 } },
        { key: 'signedOut.waiting', values: { client: long } },
        { key: 'signedOut.waitingMore', values: { count: 1 } },
      ],
    },
  },
];
