// Error pages, and the pages of development alone.
import { at, email, long, longEmail, type Screen, unbroken } from './preview-samples.ts';

const sent = 'https://time.acme.example/callback';
const page = (status: number, name: string) => ({
  status,
  title: { key: `errorPage.${name}.title` },
  text: { key: `errorPage.${name}.text` },
  number: '4QX7-29KM',
  occurredAt: at,
  details: [],
});

export const errors: Screen[] = [
  {
    state: 'redirect URI mismatch',
    view: 'error',
    model: {
      ...page(400, 'redirectUri'),
      details: [
        { label: { key: 'errorPage.label.client' }, value: 'Acme Time' },
        {
          label: { key: 'errorPage.label.redirectUriSent' },
          value: `${sent}/`,
          parts: [
            { text: sent, differs: false },
            { text: '/', differs: true },
          ],
        },
        { label: { key: 'errorPage.label.redirectUriRegistered' }, value: sent },
      ],
      continueUrl: 'https://time.acme.example/',
      continueLabel: { key: 'client.back', values: { client: 'Acme Time' } },
    },
  },
  {
    state: 'unknown client, long',
    view: 'error',
    model: {
      ...page(400, 'unknownClient'),
      details: [{ label: { key: 'errorPage.label.clientIdSent' }, value: longEmail.repeat(2) }],
    },
  },
  { state: 'bad request', view: 'error', model: page(400, 'badRequest') },
  { state: 'sign-in lost', view: 'error', model: { ...page(400, 'signInLost'), continueUrl: '/profile' } },
  { state: 'forbidden', view: 'error', model: page(403, 'forbidden') },
  { state: 'not found', view: 'error', model: page(404, 'notFound') },
  { state: 'too large', view: 'error', model: page(413, 'tooLarge') },
  { state: 'too many requests', view: 'error', model: page(429, 'tooMany') },
  { state: 'form expired', view: 'error', model: page(403, 'formExpired') },
  { state: 'unexpected', view: 'error', model: page(500, 'unexpected') },
  { state: 'unavailable', view: 'error', model: page(503, 'unavailable') },
];

const link = 'http://localhost:3000/interaction/example/sign-in';
const message = {
  id: '1',
  to: email,
  subject: 'You are invited to Acme',
  sentAt: at,
  text: `Hello,\n\nSign in here:\n\n${link}\n\nEmail address: ${email}\nTemporary password: sample-words-only\n`,
  links: [link],
};
export const developers: Screen[] = [
  { state: 'empty', view: 'dev/mailbox', model: { messages: [], sampleUrl: '/' } },
  {
    state: 'messages',
    view: 'dev/mailbox',
    model: {
      messages: [message, { ...message, id: '2', to: longEmail, subject: long, text: unbroken.repeat(4), links: [] }],
      sampleUrl: '/',
    },
  },
  { state: 'signed out', view: 'dev/sample', model: { csrf: 'anti-forgery-token', mailboxUrl: '/', profileUrl: '/' } },
  {
    state: 'signed out by the provider',
    view: 'dev/sample',
    model: { csrf: 'anti-forgery-token', mailboxUrl: '/', profileUrl: '/', isSignedOut: true },
  },
  { state: 'error', view: 'dev/sample', model: { csrf: '', error: 'access_denied', mailboxUrl: '/', profileUrl: '/' } },
  {
    state: 'signed in',
    view: 'dev/sample',
    model: {
      csrf: 'anti-forgery-token',
      mailboxUrl: '/',
      profileUrl: '/',
      signedIn: {
        name: 'Maya Okafor',
        claims: [
          { name: 'sub', value: unbroken },
          { name: 'email_verified', value: 'true' },
          { name: 'amr', value: '["pwd","otp","mfa"]' },
        ],
      },
    },
  },
];
