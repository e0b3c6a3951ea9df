// The sign-in by way of another service in every state, with models such as routes give.
import { at, client, email, form, long, longEmail, type Screen, user } from './preview-samples.ts';

const cancelUrl = '/interaction/example/cancel';
const problem = { ...form(), name: 'Google', backUrl: '/interaction/example/sign-in', connectionId: 'google' };
const offer = {
  connections: ['Google', 'Microsoft', long.slice(0, 100)].map((name) => ({ id: name, name })),
  isSsoOffered: true,
};

const identity = { id: 'one', name: 'Google', email: 'maya@gmail.com', linkedAt: at };
const longIdentity = { id: 'two', name: long.slice(0, 100), email: longEmail, linkedAt: at };

export const federations: Screen[] = [
  {
    state: 'two, and more to link',
    view: 'account/identities',
    model: { user, ...form(), identities: [identity, longIdentity], offers: offer.connections },
  },
  {
    state: 'none, refused',
    view: 'account/identities',
    model: {
      user,
      ...form(
        { key: 'error.identity.taken' },
        { key: 'error.identity.notLinked' },
        { key: 'error.identity.unavailable', values: { name: 'Google' } },
      ),
      identities: [],
      offers: [],
    },
  },
  {
    state: 'asked, long',
    view: 'account/identity-link',
    model: { user, ...form(), name: long.slice(0, 100), theirs: longEmail, trip: 'trip', cancelUrl: '#' },
  },
  ...[false, true].map(
    (isNeeded): Screen => ({
      state: isNeeded ? 'the last way in' : 'asked',
      view: 'account/identity-unlink',
      model: {
        user,
        ...form(),
        identity: { ...identity, email: isNeeded ? '' : identity.email },
        isNeeded,
        cancelUrl: '#',
      },
    }),
  ),
  {
    state: 'with other services, after one that is nobody’s',
    view: 'interaction/sign-in',
    model: {
      ...form(),
      email,
      client,
      offer,
      forgottenPasswordUrl: '/forgotten-password',
      cancelUrl,
      notice: { key: 'notice.identityUnknown', values: { name: 'Google' } },
    },
  },
  {
    state: 'no service by this address',
    view: 'interaction/sign-in',
    model: {
      ...form({ field: 'email', key: 'error.sso.none' }, { key: 'error.connection.gone' }),
      email,
      offer: { connections: [], isSsoOffered: true },
    },
  },
  ...(['denied', 'unavailable', 'account', 'answer'] as const).map(
    (kind): Screen => ({ state: kind, view: 'interaction/federation-problem', model: { ...problem, kind } }),
  ),
  {
    state: 'gone, long',
    view: 'interaction/federation-problem',
    model: { ...form(), client, cancelUrl, name: long, kind: 'unavailable', backUrl: '#' },
  },
  {
    state: 'asked',
    view: 'interaction/link-identity',
    model: { ...form(), client, cancelUrl, email, name: 'Google', theirs: 'maya@gmail.com' },
  },
  {
    state: 'long',
    view: 'interaction/link-identity',
    model: { ...form(), email: longEmail, name: long, theirs: longEmail },
  },
];
