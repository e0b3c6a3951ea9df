// The console of administrators in every state, with models such as routes give.

import { consoleSections } from '../../src/web/admin/navigation.ts';
import { personActs } from '../../src/web/admin/person-acts.ts';
import { activityKey } from '../../src/web/http/activity-key.ts';
import type { OfferModel, PersonModel, PersonRow } from '../../src/web/http/admin-models.ts';
import { at, email, form, long, longEmail, longUser, type Screen, user } from './preview-samples.ts';

const hourMs = 3_600_000;
export const consoleModel = {
  user: { ...user, isAdministrator: true },
  sections: consoleSections,
  navKey: 'admin.nav.label',
};
const longModel = { ...consoleModel, user: { ...longUser, isAdministrator: true } };
export const firms = [
  { label: { key: 'admin.allFirms' }, href: '?', isCurrent: false },
  { label: { text: 'Acme' }, href: '?organization=acme', isCurrent: true },
  { label: { text: long }, href: '?organization=long', isCurrent: false },
  { label: { key: 'admin.moreFirms' }, href: '/admin/organizations', isCurrent: false },
];
const statuses = ['all', 'active', 'invited', 'suspended'].map((status) => ({
  label: { key: `admin.statuses.${status}` },
  href: `?status=${status}`,
  isCurrent: status === 'all',
}));
const acme = { name: 'Acme', roles: [{ key: 'admin.role.admin' }, { text: 'editor' }], rolesUrl: '/roles' };
const row: PersonRow = {
  href: '/admin/people/maya',
  name: 'Maya Okafor',
  email,
  status: { key: 'admin.status.active' },
  memberships: [acme, { name: 'Zeta', roles: [] }],
  instanceRoles: [{ key: 'admin.role.owner' }],
  hasMfa: true,
};
const longRow: PersonRow = {
  ...row,
  name: long,
  email: longEmail,
  status: { key: 'admin.status.cancelled' },
  memberships: [{ name: long, roles: [{ text: long.replaceAll(' ', '') }] }],
  hasMfa: false,
};
const list = { ...consoleModel, firms, statuses, search: '', kept: {}, empty: { key: 'admin.people.none' } };

const offer = ({ name }: { name: string }): OfferModel => ({
  href: `/admin/people/maya/${name}`,
  label: { key: `admin.act.${name}.offer` },
  about: { key: `admin.act.${name}.about` },
});
const session = {
  id: 'a',
  device: { key: 'device.both', values: { browser: 'Firefox', system: 'Windows' } },
  address: '192.0.2.7',
  signedInAt: at - hourMs,
  lastSeenAt: at,
};
const person: PersonModel = {
  name: 'Maya Okafor',
  email,
  emailVerified: true,
  status: { key: 'admin.status.active' },
  createdAt: at - 400 * hourMs,
  firstSignedInAt: at - 300 * hourMs,
  memberships: [acme],
  instanceRoles: [],
  isShared: false,
  mfa: { active: true, activatedAt: at, recoveryCodesLeft: 8, passkeys: 2 },
  sessions: [session, { ...session, id: 'b', address: '', device: { key: 'device.unknown' } }],
  invitation: {
    state: { key: 'admin.invitation.accepted' },
    history: ['created', 'mailed', 'started', 'password-set', 'profile-done', 'mfa-done', 'accepted'].map(
      (event, n) => ({
        event: { key: `admin.invitation.${event}` },
        at: at + n * 60_000,
      }),
    ),
  },
  events: [
    { sentence: { key: 'activity.sign-in-succeeded' }, at, hasFailed: false, address: '192.0.2.7' },
    {
      sentence: { key: 'activity.sign-in-failed' },
      at,
      hasFailed: true,
      address: '2001:db8:85a3:8d3:1319:8a2e:370:7348',
    },
    { sentence: { key: 'activity.mfa-reset' }, at, hasFailed: false, address: '', by: { text: long } },
    {
      sentence: { key: activityKey('of.tomorrow') },
      at,
      hasFailed: false,
      address: '',
      by: { key: 'admin.person.byOther' },
    },
  ],
};
const fresh: PersonModel = {
  ...person,
  name: longEmail,
  email: longEmail,
  emailVerified: false,
  status: { key: 'admin.status.invited' },
  memberships: [{ name: long, roles: [] }],
  instanceRolesUrl: '/roles',
  isShared: true,
  mfa: { active: false, recoveryCodesLeft: 0, passkeys: 0 },
  sessions: [],
  invitation: {
    state: { key: 'admin.invitation.bounced' },
    expiresAt: at,
    history: ['created', 'bounced', 'resent', 'expired'].map((event) => ({
      event: { key: `admin.invitation.${event}` },
      at,
    })),
  },
  events: [],
};
const { firstSignedInAt: _never, ...invited } = fresh;
const { invitation: _none, events: _hidden, ...plain } = person;
const values = { person: 'Maya Okafor', email };
const asks = (name: string) => ({
  ...consoleModel,
  ...form(),
  title: { key: `admin.act.${name}.title`, values },
  about: [{ key: `admin.act.${name}.lead`, values }],
  submit: { key: `admin.act.${name}.submit` },
  email,
  cancelUrl: '/admin/people/maya',
  openedAt: at,
  from: '',
});

const numbers = {
  people: { count: 2000, isMore: true },
  peopleUrl: '/admin/people',
  openInvitations: { count: 6, isMore: false },
  invitationsUrl: '/admin/invitations',
  passwordOnly: { count: 120, isMore: false },
  signedIn: 0,
  refused: 0,
  attention: [],
};
const days = [40, 100, 80, 63, 2, 0, 71].map((height, n) => ({
  at: at + n * 24 * hourMs,
  succeeded: height * 10,
  refused: n,
  succeededHeight: height,
  refusedHeight: n * 2,
}));
const attention = [
  { text: { key: 'admin.attention.oneOwner' }, links: [{ href: '?', label: { key: 'admin.nav.people' } }] },
  {
    text: { key: 'admin.attention.noMfa', values: { count: 2 } },
    links: [
      { href: '?', label: { text: 'Maya Okafor' } },
      { href: '?', label: { text: longEmail } },
    ],
  },
  {
    text: { key: 'admin.attention.bounced', values: { count: 1 } },
    links: [{ href: '?', label: { key: 'admin.attention.look' } }],
  },
];

export const consolePeople: Screen[] = [
  { state: 'to a help desk', view: 'admin/overview', model: { ...consoleModel, ...numbers, firms: [] } },
  {
    state: 'busy, long',
    view: 'admin/overview',
    model: { ...consoleModel, ...numbers, firms, days, signedIn: 3560, refused: 21, attention },
  },
  { state: 'quiet', view: 'admin/overview', model: { ...consoleModel, ...numbers, firms: [], days } },
  {
    state: 'several, long',
    view: 'admin/people',
    model: { ...list, people: [row, longRow], inviteUrl: '/admin/invite', nextUrl: '?after=x', firstUrl: '?' },
  },
  { state: 'nobody', view: 'admin/people', model: { ...list, firms: [], people: [], inviteUrl: '/admin/invite' } },
  {
    state: 'none found',
    view: 'admin/people',
    model: {
      ...list,
      people: [],
      search: longEmail,
      kept: { status: 'invited' },
      empty: { key: 'admin.people.noneFound' },
    },
  },
  {
    state: 'at work',
    view: 'admin/person',
    model: {
      ...consoleModel,
      notice: { key: 'admin.act.suspend.done' },
      person,
      offers: personActs.filter(({ isDangerous }) => !isDangerous).map(offer),
      dangerousOffers: personActs.filter(({ isDangerous }) => isDangerous).map(offer),
    },
  },
  {
    state: 'invited, long',
    view: 'admin/person',
    model: { ...longModel, person: invited, offers: [], dangerousOffers: [] },
  },
  {
    state: 'to an auditor of another firm',
    view: 'admin/person',
    model: { ...consoleModel, person: plain, offers: [], dangerousOffers: [] },
  },
  ...personActs.map(
    ({ name, isDangerous, asksReason }): Screen => ({
      state: name,
      view: 'admin/person-act',
      model: { ...asks(name), isDangerous, ...(asksReason ? { reason: '' } : {}) },
    }),
  ),
  {
    state: 'without a reason',
    view: 'admin/person-act',
    model: {
      ...asks('reset-mfa'),
      ...form({ field: 'reason', key: 'error.reason.required' }),
      isDangerous: true,
      reason: '',
    },
  },
  {
    state: 'in a firm',
    view: 'admin/person-roles',
    model: {
      ...consoleModel,
      ...form(),
      person: 'Maya Okafor',
      email,
      organization: 'Acme',
      role: 'helpdesk',
      otherRoles: 'editor, approver',
      offered: ['none', 'auditor', 'helpdesk', 'admin'],
      was: '',
      cancelUrl: '/admin/people/maya',
    },
  },
  {
    state: 'on the instance, errors, long',
    view: 'admin/person-roles',
    model: {
      ...longModel,
      ...form({ field: 'role', key: 'error.role.unknown' }, { field: 'otherRoles', key: 'error.roles.format' }),
      person: long,
      email: longEmail,
      role: '',
      otherRoles: long,
      offered: ['none', 'auditor', 'helpdesk', 'admin', 'owner'],
      was: '',
      cancelUrl: '/admin/people/maya',
    },
  },
  {
    state: 'last owner',
    view: 'admin/person-act',
    model: { ...asks('suspend'), isDangerous: true, hindrance: { key: 'admin.act.lastOwner' } },
  },
];
