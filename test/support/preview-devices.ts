// My Profile's devices, apps and activity, and the page behind "This was not me", in every state.

import type { SessionModel } from '../../src/web/http/account-models.ts';
import { activityKey } from '../../src/web/http/activity-key.ts';
import { at, client, email, form, long, longClient, longUser, type Screen, user } from './preview-samples.ts';

const hourMs = 3_600_000;
const firefox = { key: 'device.both', values: { browser: 'Firefox', system: 'Windows' } };
const current: SessionModel = {
  id: 'a',
  device: firefox,
  address: '192.0.2.7',
  signedInAt: at - 5 * hourMs,
  lastSeenAt: at,
};
const phone: SessionModel = {
  ...current,
  id: 'b',
  device: { key: 'device.both', values: { browser: 'Safari', system: 'iOS' } },
  address: '2001:db8:85a3:8d3:1319:8a2e:370:7348',
};
const remembered = { id: 'd', device: firefox, since: at, until: at + 30 * 24 * hourMs };
const unknown: SessionModel = { ...current, id: 'c', device: { key: 'device.unknown' }, address: '' };
const application = {
  clientId: 'acme-time',
  client,
  scopes: ['openid', 'profile', 'email', 'offline_access'].map((scope) => ({ key: `scope.${scope}` })),
  since: at,
  lastUsedAt: at + 26 * 3_600_000,
  sessionCount: 2,
  isOffline: true,
};
const longApplication = {
  ...application,
  client: longClient,
  scopes: [{ key: `scope.${long}` }],
  sessionCount: 0,
  isOffline: false,
};
const event = { at, hasFailed: false, address: '192.0.2.7', device: firefox, isByAdministrator: false };
const happening = { kind: 'newDevice', at, address: '192.0.2.7', device: firefox, email };
const notMe = { ...form(), action: '/not-me', happening };
const cancelUrl = '/profile/sessions';

export const devices: Screen[] = [
  {
    state: 'several',
    view: 'account/sessions',
    model: { user, current, others: [phone, unknown], remembered: [remembered], ...form() },
  },
  {
    state: 'alone',
    view: 'account/sessions',
    model: {
      user,
      current,
      others: [],
      remembered: [],
      ...form(),
      notice: { key: 'notice.otherSessionsEnded' },
    },
  },
  { state: 'one', view: 'account/session-end', model: { user, ...form(), session: phone, cancelUrl } },
  { state: 'others', view: 'account/session-end', model: { user, ...form(), cancelUrl } },
  { state: 'two', view: 'account/applications', model: { user, applications: [application, longApplication] } },
  {
    state: 'none',
    view: 'account/applications',
    model: { user, applications: [], notice: { key: 'notice.applicationRemoved' } },
  },
  { state: 'asks', view: 'account/application-remove', model: { user, ...form(), application, cancelUrl } },
  {
    state: 'long',
    view: 'account/application-remove',
    model: { user: longUser, ...form(), application: longApplication, cancelUrl },
  },
  {
    state: 'first page',
    view: 'account/activity',
    model: {
      user,
      isFirstPage: true,
      firstUrl: '/profile/activity',
      nextUrl: '/profile/activity?after=x',
      events: [
        { ...event, sentence: { key: 'activity.sign-in-succeeded' }, clientName: 'Acme Time' },
        { ...event, sentence: { key: 'activity.sign-in-failed' }, hasFailed: true, device: { key: 'device.unknown' } },
        { ...event, sentence: { key: activityKey('something.new') }, isByAdministrator: true, address: '' },
      ],
    },
  },
  {
    state: 'empty',
    view: 'account/activity',
    model: { user, isFirstPage: false, firstUrl: '/profile/activity', events: [] },
  },
  { state: 'asks', view: 'account/not-me', model: { ...notMe, state: 'open', givesBack: true } },
  { state: 'done', view: 'account/not-me', model: { ...notMe, state: 'done', doneAt: at + hourMs } },
  { state: 'void', view: 'account/not-me', model: { ...form(), state: 'void' } },
];
