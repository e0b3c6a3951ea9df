// The sign-in by way of another service in every state, with models such as routes give.
import { client, email, form, long, longEmail, type Screen } from './preview-samples.ts';

const cancelUrl = '/interaction/example/cancel';
const problem = { ...form(), name: 'Google', backUrl: '/interaction/example/sign-in', connectionId: 'google' };
const offer = {
  connections: ['Google', 'Microsoft', long.slice(0, 100)].map((name) => ({ id: name, name })),
  isSsoOffered: true,
};

export const federations: Screen[] = [
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
