// Passkeys in every state: while signing in, and on My Profile.
import { at, client, email, form, long, longEmail, longUser, type Screen, user } from './preview-samples.ts';

const cancelUrl = '/profile/passkeys';
const optionsUrl = '/options';
const passkey = { action: '/passkey', optionsUrl };
const laptop = {
  id: 'one',
  name: 'Work laptop',
  device: { key: 'device.both', values: { browser: 'Chrome', system: 'Windows' } },
  createdAt: at,
  lastUsedAt: at,
  isSynced: false,
  isSuspected: false,
};
const suspected = { ...laptop, id: 'two', name: long, isSynced: true, isSuspected: true };
const { lastUsedAt: _never, ...unused } = { ...laptop, id: 'three', name: '' };
const add = { user, ...form(), optionsUrl, cancelUrl };
const rename = { user, ...form(), passkey: 'one', name: 'Work laptop', cancelUrl };
const remove = { user, ...form(), passkey: laptop, isNeeded: false, cancelUrl };
const step = { ...form(), email, optionsUrl, client, cancelUrl: '/interaction/example/cancel' };

export const passkeyScreens: Screen[] = [
  {
    state: 'with passkeys',
    view: 'interaction/sign-in',
    model: { ...form(), email: '', client, forgottenPasswordUrl: '/forgotten-password', passkey, cancelUrl: '/cancel' },
  },
  {
    state: 'passkey refused',
    view: 'interaction/sign-in',
    model: { ...form({ key: 'error.passkey.rejected' }), email, client, passkey, cancelUrl: '/cancel' },
  },
  {
    state: 'with a passkey',
    view: 'interaction/code',
    model: { ...form(), email, recoveryCodeUrl: '/recovery-code', passkey, cancelUrl: '/cancel' },
  },
  {
    state: 'device may be remembered',
    view: 'interaction/code',
    model: { ...form(), email, recoveryCodeUrl: '/recovery-code', remember: { days: 30, isTicked: true } },
  },
  { state: 'asked', view: 'interaction/second-passkey', model: step },
  {
    state: 'refused, long',
    view: 'interaction/second-passkey',
    model: { ...step, ...form({ key: 'error.passkey.second' }), email: longEmail },
  },
  { state: 'offered', view: 'interaction/make-passkey', model: { ...step, isDemanded: false } },
  { state: 'demanded', view: 'interaction/make-passkey', model: { ...step, isDemanded: true } },
  {
    state: 'not saved, long',
    view: 'interaction/make-passkey',
    model: { ...step, ...form({ key: 'error.passkey.notAdded' }), email: longEmail, isDemanded: false },
  },
  { state: 'none', view: 'account/passkeys', model: { user, passkeys: [], isAvailable: true } },
  {
    state: 'several, long',
    view: 'account/passkeys',
    model: {
      user: longUser,
      passkeys: [laptop, suspected, unused],
      isAvailable: true,
      notice: { key: 'notice.passkeyAdded' },
    },
  },
  { state: 'not possible', view: 'account/passkeys', model: { user, passkeys: [], isAvailable: false } },
  { state: 'empty', view: 'account/passkey-add', model: add },
  {
    state: 'too many',
    view: 'account/passkey-add',
    model: { ...add, ...form({ key: 'error.passkey.tooMany', values: { count: 20 } }) },
  },
  { state: 'filled', view: 'account/passkey-rename', model: rename },
  {
    state: 'error',
    view: 'account/passkey-rename',
    model: { ...rename, ...form({ field: 'name', key: 'error.passkeyName.required' }), name: '' },
  },
  { state: 'asked', view: 'account/passkey-remove', model: remove },
  {
    state: 'needed, long',
    view: 'account/passkey-remove',
    model: { ...remove, user: longUser, passkey: suspected, isNeeded: true },
  },
];
