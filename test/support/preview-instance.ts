// The console's pages about the instance itself in every state, with models such as routes give.
import { type DeliveryState, deliveryStates } from '../../src/mail/delivery.ts';
import type { Label } from '../../src/web/http/admin-models.ts';
import type { MailMessageModel } from '../../src/web/http/instance-view-models.ts';
import { consoleModel } from './preview-console.ts';
import { at, email, form, long, longEmail, type Screen } from './preview-samples.ts';

const dayMs = 24 * 3_600_000;
const instant = (key: string, days: number) => ({ label: { key: `admin.keys.${key}` }, at: at + days * dayMs });
const keyIn = (state: string, since: number, until?: number) => ({
  kid: `${state}-4T8No1ENU76ro0`.slice(0, 22),
  state: { key: `admin.keys.state.${state}` },
  since: instant(`since.${state}`, since),
  ...(until === undefined ? {} : { until: instant(`until.${state}`, until) }),
  ...(state === 'revoked' ? {} : { revokeUrl: `/admin/keys/${state}/revoke` }),
});
const group = (algorithm: string, keys: ReturnType<typeof keyIn>[]) => ({
  algorithm,
  about: { key: `admin.keys.about.${algorithm}` },
  keys,
});
const keys = { ...consoleModel, rotateUrl: '/admin/keys/rotate' };
const asks = (act: string, points: readonly string[]) => ({
  ...consoleModel,
  ...form(),
  title: { key: `admin.keys.${act}.title` },
  about: points.map((point) => ({ key: `admin.keys.${act}.${point}` })),
  submit: { key: `admin.keys.${act}.submit` },
  was: '',
  isDangerous: act === 'revoke',
  cancelUrl: '/admin/keys',
});
const key = { kid: '2T8No1ENU76ro0B54nuAnZ', algorithm: 'RS256' };

const mail = {
  ...consoleModel,
  route: { key: 'admin.mail.route.server', values: { server: 'mail.acme.example:587' } },
  testUrl: '/admin/mail-test',
  states: [undefined, ...deliveryStates].map((state) => ({
    label: { key: state ? `admin.mail.state.${state}` : 'admin.mail.anyState' },
    href: `?state=${state}`,
    isCurrent: state === undefined,
  })),
  empty: { key: 'admin.mail.none' },
};
const message = (state: DeliveryState, more: Partial<MailMessageModel> = {}): MailMessageModel => ({
  href: `/admin/mail/${state}`,
  to: email,
  subjectKey: 'mail.invitation.subject',
  purpose: 'invitation',
  state: { key: `admin.mail.state.${state}` },
  isTrouble: ['retrying', 'refused', 'expired'].includes(state),
  tries: state === 'queued' ? 0 : 1,
  createdAt: at - dayMs,
  ...more,
});
const longAnswer = `421 4.7.0 ${long} [${'2001:db8:85a3:8d3:1319:8a2e:370:7348'}] try again later`;
const one = { ...consoleModel, ...form(), isOff: false, sendUntil: at + dayMs, listUrl: '/admin/mail' };
const tested = { ...consoleModel, ...form(), email, route: mail.route, hasServer: true, listUrl: '/admin/mail' };

const finding = (code: string, about: Label, values = {}, href?: string) => ({
  about,
  text: { key: `finding.${code}`, values },
  ...(href ? { href } : {}),
});
const topic = (id: string) => ({ key: `admin.health.topic.${id}` });
const findings = {
  broken: [
    finding('mailRetrying', topic('mail'), { count: 12, answer: longAnswer }, '/admin/mail?state=retrying'),
    finding('auditFaulty', topic('audit'), { count: 1 }, '/admin/log'),
    finding('keyOverdue', topic('keys'), { algorithm: 'ES256' }, '/admin/keys'),
  ],
  unsafe: [
    finding('ownerNoMfa', { text: longEmail }, {}, '/admin/people/maya'),
    finding('noPkce', { text: long }, {}, '/admin/apps/wiki'),
    finding('anyProxy', { text: 'TRUSTED_PROXIES' }),
  ],
  advice: [
    finding('oneOwner', topic('owners'), {}, '/admin/people'),
    finding('administratorsNoMfa', topic('administrators'), { count: 3 }, '/admin/policy'),
    finding('invitationsExpired', topic('invitations'), { count: 2 }, '/admin/invitations'),
    finding('unused', { text: 'Acme Wiki' }, { days: 200 }, '/admin/apps/wiki'),
    finding('domainsUnproved', { text: 'Acme' }, { domains: 'acme.example, acme.test' }, '/admin/organizations/acme'),
    finding('incomplete', topic('look'), { count: 500 }),
  ],
};

export const consoleInstance: Screen[] = [
  {
    state: 'by schedule',
    view: 'admin/keys',
    model: {
      ...keys,
      isScheduled: true,
      algorithms: [
        group('ES256', [keyIn('signing', -10, 80), keyIn('next', -10, 80), keyIn('retiring', -10, 20)]),
        group('RS256', [keyIn('signing', -10, 80), keyIn('next', -10, 80), keyIn('revoked', -10)]),
      ],
    },
  },
  {
    state: 'by hand',
    view: 'admin/keys',
    model: { ...keys, isScheduled: false, algorithms: [group('ES256', [keyIn('signing', -900), keyIn('next', -900)])] },
  },
  { state: 'rotation', view: 'admin/key-act', model: asks('rotate', ['begins', 'stays', 'nobody']) },
  {
    state: 'rotation too early',
    view: 'admin/key-act',
    model: { ...asks('rotate', []), earliestAt: at + 1_800_000 },
  },
  {
    state: 'revocation',
    view: 'admin/key-act',
    model: { ...asks('revoke', ['gone', 'nextSigns', 'nextUnknown', 'refused', 'trusted']), key },
  },
  {
    state: 'revocation of the next one',
    view: 'admin/key-act',
    model: { ...asks('revoke', ['gone', 'unused']), key },
  },
  {
    state: 'several, long',
    view: 'admin/mail',
    model: {
      ...mail,
      messages: [
        message('queued'),
        message('sent', { answer: '250 2.0.0 OK queued as 4XyZ' }),
        message('retrying', { to: longEmail, answer: longAnswer, tries: 12 }),
        message('refused', { answer: '550 5.1.1 No such user here', subjectKey: 'no.such', purpose: 'other' }),
        message('superseded'),
      ],
      nextUrl: '?after=x',
      firstUrl: '?',
    },
  },
  {
    state: 'none, off',
    view: 'admin/mail',
    model: { ...mail, route: { key: 'admin.mail.route.off' }, messages: [] },
  },
  {
    state: 'none of the kind, in development',
    view: 'admin/mail',
    model: {
      ...mail,
      route: { key: 'admin.mail.route.mailbox' },
      empty: { key: 'admin.mail.noneFound' },
      messages: [],
    },
  },
  {
    state: 'to be tried again, long',
    view: 'admin/mail-message',
    model: {
      ...one,
      message: message('retrying', { to: longEmail, answer: longAnswer, tries: 3 }),
      mayRetry: true,
      lastTryAt: at,
      nextTryAt: at,
    },
  },
  {
    state: 'sent meanwhile',
    view: 'admin/mail-message',
    model: { ...one, ...form({ key: 'error.mail.over' }), message: message('sent'), mayRetry: false, endedAt: at },
  },
  {
    state: 'off',
    view: 'admin/mail-message',
    model: { ...one, isOff: true, message: message('refused', { answer: 'mail is off (SMTP_URL)' }), mayRetry: false },
  },
  { state: 'asked', view: 'admin/mail-test', model: tested },
  ...(['sent', 'refused', 'failed'] as const).map(
    (state): Screen => ({
      state,
      view: 'admin/mail-test',
      model: {
        ...tested,
        email: longEmail,
        result: {
          state: { key: `admin.mailTest.${state}` },
          answer: state === 'sent' ? '250 2.0.0 OK queued as 4XyZ' : longAnswer,
          isTrouble: state !== 'sent',
        },
      },
    }),
  ),
  {
    state: 'without a mail server',
    view: 'admin/mail-test',
    model: { ...tested, route: { key: 'admin.mail.route.mailbox' }, hasServer: false },
  },
  {
    state: 'much, long',
    view: 'admin/health',
    model: {
      ...consoleModel,
      groups: (['broken', 'unsafe', 'advice'] as const).map((id) => ({
        id,
        title: { key: `admin.health.${id}` },
        findings: findings[id],
      })),
    },
  },
  { state: 'nothing', view: 'admin/health', model: { ...consoleModel, groups: [] } },
];
