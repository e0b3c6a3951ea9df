// The second factor on My Profile in every state: set up, removed, its recovery codes saved and made anew.
import {
  codes,
  downloadUrl,
  email,
  form,
  longEmail,
  longUser,
  qrCode,
  type Screen,
  secretKey,
  user,
} from './preview-samples.ts';

const cancelUrl = '/profile/password';
const activate = { user, email, qrCode, showSecretUrl: '?secret=shown', cancelUrl };
const byCode = {
  user,
  email,
  confirmed: false,
  isEnforced: false,
  withRecoveryCode: false,
  otherUrl: '?with=recovery-code',
  cancelUrl,
};
const byRecoveryCode = { ...byCode, withRecoveryCode: true, otherUrl: '?' };
const saved = { user, codes, downloadUrl, ...form() };
const renew = { user, email, cancelUrl };
const wait = { key: 'error.throttled', values: { count: 15 } };

export const secondFactors: Screen[] = [
  { state: 'empty', view: 'account/mfa-activate', model: { ...activate, ...form() } },
  { state: 'secret shown', view: 'account/mfa-activate', model: { ...activate, ...form(), secretKey } },
  {
    state: 'secret shown, error, long',
    view: 'account/mfa-activate',
    model: {
      ...activate,
      ...form({ field: 'code2', key: 'error.code2.rejected' }),
      secretKey,
      user: longUser,
      email: longEmail,
    },
  },
  {
    state: 'clock slow',
    view: 'account/mfa-activate',
    model: { ...activate, ...form({ field: 'code1', key: 'error.clock.slow', values: { count: 90 } }) },
  },
  {
    state: 'expired',
    view: 'account/mfa-activate',
    model: { ...activate, ...form({ key: 'error.enrollmentExpired' }) },
  },
  { state: 'empty', view: 'account/mfa-deactivate', model: { ...byCode, ...form() } },
  {
    state: 'enforced, errors',
    view: 'account/mfa-deactivate',
    model: {
      ...byCode,
      ...form({ field: 'code', key: 'error.code.format' }, { field: 'confirm', key: 'error.confirm.required' }),
      isEnforced: true,
    },
  },
  {
    state: 'locked',
    view: 'account/mfa-deactivate',
    model: { ...byCode, ...form({ field: 'code', key: 'error.code.locked' }), confirmed: true },
  },
  { state: 'by recovery code', view: 'account/mfa-deactivate', model: { ...byRecoveryCode, ...form() } },
  {
    state: 'by recovery code, error',
    view: 'account/mfa-deactivate',
    model: {
      ...byRecoveryCode,
      ...form({ field: 'recoveryCode', key: 'error.recoveryCode.rejected' }),
      confirmed: true,
    },
  },
  {
    state: 'by recovery code, too many tries',
    view: 'account/mfa-deactivate',
    model: { ...byRecoveryCode, ...form({ field: 'recoveryCode', ...wait }), confirmed: true },
  },
  { state: 'fresh', view: 'account/recovery-codes', model: { ...saved, notice: { key: 'notice.mfaActivated' } } },
  {
    state: 'renewed',
    view: 'account/recovery-codes',
    model: { ...saved, notice: { key: 'notice.recoveryCodesRenewed' } },
  },
  { state: 'empty', view: 'account/recovery-codes-new', model: { ...renew, ...form() } },
  {
    state: 'clock slow',
    view: 'account/recovery-codes-new',
    model: { ...renew, ...form({ field: 'code', key: 'error.code.clockSlow', values: { count: 90 } }) },
  },
];
