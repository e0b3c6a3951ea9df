// The console's pages that invite and follow invitations, in every state.
import { trackedStates } from '../../src/administration/tracker.ts';
import { consoleModel, firms } from './preview-console.ts';
import { at, email, form, long, longEmail, type Screen, unbroken } from './preview-samples.ts';

const options = [
  { value: 'acme', label: { text: 'Acme' } },
  { value: 'long', label: { text: long } },
];
const place = {
  organization: 'acme',
  firms: options,
  clientId: '',
  apps: [{ value: 'time', label: { text: 'Acme Time' } }],
};
const one = {
  ...consoleModel,
  ...place,
  email: '',
  givenName: '',
  familyName: '',
  role: 'none',
  otherRoles: '',
  offered: ['none', 'auditor', 'helpdesk', 'admin'],
  openedAt: '1',
  manyUrl: '/admin/invite/many',
  cancelUrl: '/admin/people',
};
const many = { ...consoleModel, ...place, example: `email\n${email}`, people: '', cancelUrl: '/admin/people' };
const line = (line: number, plan: string, isTrouble: boolean) => ({
  line,
  email: isTrouble ? longEmail : email,
  name: isTrouble ? long : 'Maya Okafor',
  roles: isTrouble ? [unbroken] : ['editor', 'approver'],
  state: { key: `admin.list.plan.${plan}` },
  isTrouble,
});
const list = {
  ...consoleModel,
  ...form(),
  willInvite: 2,
  invited: 1,
  againUrl: '/admin/invite/many',
  reloadUrl: '?',
  trackerUrl: '/admin/invitations',
};
const troubles = ['known', 'cells', 'email', 'name', 'role', 'twice'];
const states = trackedStates.map((state) => ({
  label: { key: `admin.tracked.${state}` },
  href: `?state=${state}`,
  isCurrent: state === 'waiting',
}));
const offers = ['resend', 'cancel-invitation'].map((name) => ({
  href: '?',
  label: { key: `admin.act.${name}.offer` },
}));
const row = {
  href: '/admin/people/maya',
  name: 'Maya Okafor',
  email,
  state: { key: 'admin.invitation.mailed' },
  at,
  offers,
};

export const consoleInvitations: Screen[] = [
  { state: 'empty', view: 'admin/invite', model: { ...one, ...form() } },
  {
    state: 'errors, long, one firm',
    view: 'admin/invite',
    model: {
      ...one,
      ...form(
        { field: 'email', key: 'error.email.known' },
        { field: 'givenName', key: 'error.name.tooLong', values: { count: 100 } },
        { field: 'organization', key: 'error.organization.unknown' },
        { field: 'clientId', key: 'error.client.unknown' },
      ),
      email: longEmail,
      givenName: long,
      firms: [{ value: 'long', label: { text: long } }],
    },
  },
  { state: 'empty', view: 'admin/invite-many', model: { ...many, ...form() } },
  ...[
    { field: 'people', key: 'error.people.required' },
    { field: 'people', key: 'error.people.header' },
    { field: 'people', key: 'error.people.tooMany', values: { count: 500 } },
  ].map(
    (error): Screen => ({
      state: error.key,
      view: 'admin/invite-many',
      model: { ...many, ...form(error), apps: [], people: `${longEmail}\n`.repeat(20) },
    }),
  ),
  {
    state: 'planned',
    view: 'admin/invite-list',
    model: {
      ...list,
      organization: 'Acme',
      state: 'planned',
      lines: [...troubles.map((plan, n) => line(n + 1, plan, true)), line(8, 'invite', false), line(9, 'join', false)],
    },
  },
  {
    state: 'nobody left',
    view: 'admin/invite-list',
    model: { ...list, state: 'planned', willInvite: 0, lines: [line(1, 'twice', true)] },
  },
  {
    state: 'under way',
    view: 'admin/invite-list',
    model: { ...list, state: 'under-way', lines: [line(1, 'invite', false)] },
  },
  {
    state: 'done',
    view: 'admin/invite-list',
    model: {
      ...list,
      state: 'done',
      lines: ['invited', 'joined', 'known', 'refused'].map((outcome, n) => ({
        ...line(n + 1, 'invite', outcome === 'refused'),
        state: { key: `admin.list.outcome.${outcome}` },
        href: '/admin/people/maya',
      })),
    },
  },
  {
    state: 'several, long',
    view: 'admin/invitations',
    model: {
      ...consoleModel,
      firms,
      states,
      empty: { key: 'admin.trackedNone.waiting' },
      invitations: [
        row,
        { ...row, name: long, email: longEmail, offers: [] },
        { ...row, name: longEmail, email: longEmail },
      ],
      inviteUrl: '/admin/invite',
      nextUrl: '?after=x',
    },
  },
  ...trackedStates.map(
    (state): Screen => ({
      state: `none ${state}`,
      view: 'admin/invitations',
      model: { ...consoleModel, firms: [], states, invitations: [], empty: { key: `admin.trackedNone.${state}` } },
    }),
  ),
];
