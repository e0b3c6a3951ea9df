// The sign-in policy in the console, in every state.
import { activityKey } from '../../src/web/http/activity-key.ts';
import { consoleModel, firms } from './preview-console.ts';
import { at, form, long, type Screen } from './preview-samples.ts';

const given = {
  mfa: 'required',
  passkeys: 'required-for-administrators',
  ipAllowList: '203.0.113.0/24\n2001:db8::/32',
  passwordMinLength: '14',
  idleTimeoutMinutes: '',
  absoluteTimeoutHours: '24',
  rememberDeviceDays: '30',
};
const open = {
  mfa: 'optional',
  passkeys: 'optional',
  ipAllowList: '',
  passwordMinLength: '',
  idleTimeoutMinutes: '',
  absoluteTimeoutHours: '',
  rememberDeviceDays: '',
};
const page = {
  ...consoleModel,
  ...form(),
  firms: [],
  id: 'acme',
  organization: 'Acme',
  given,
  was: '1',
  mayWrite: true,
  address: '203.0.113.7',
  isDeclared: false,
};
const many = { count: 2000, isMore: true };
const preview = {
  people: { count: 60, isMore: false },
  withoutMfa: { count: 41, isMore: false },
  shutOut: 3,
  lookedAt: 60,
  isPart: false,
};
const look = {
  ...consoleModel,
  ...form(),
  id: 'acme',
  organization: 'Acme',
  given,
  was: '1',
  preview,
  isProbationAdvised: true,
  probationMinutes: 5,
  cancelUrl: '/admin/policy',
};

export const consolePolicy: Screen[] = [
  { state: 'nothing stated', view: 'admin/policy', model: { ...page, given: open } },
  {
    state: 'errors, several firms, long',
    view: 'admin/policy',
    model: {
      ...page,
      ...form(
        {
          field: 'ipAllowList',
          key: 'error.ipAllowList.you',
          values: { address: '2001:db8:85a3:8d3:1319:8a2e:370:7348' },
        },
        { field: 'passwordMinLength', key: 'error.policy.number', values: { least: 8, most: 64 } },
      ),
      firms,
      organization: long,
      isDeclared: true,
    },
  },
  {
    state: 'on probation',
    view: 'admin/policy',
    model: {
      ...page,
      probation: { until: at, action: '?', isSignedInSince: false },
      notice: { key: 'admin.policy.saved' },
    },
  },
  {
    state: 'to be confirmed',
    view: 'admin/policy',
    model: { ...page, probation: { until: at, action: '?', isSignedInSince: true } },
  },
  { state: 'read only', view: 'admin/policy', model: { ...page, mayWrite: false } },
  { state: 'people shut out', view: 'admin/policy-preview', model: look },
  {
    state: 'nobody shut out, large firm',
    view: 'admin/policy-preview',
    model: {
      ...look,
      preview: { people: many, withoutMfa: many, shutOut: 0, lookedAt: 2000, isPart: true },
      isProbationAdvised: false,
    },
  },
  { state: 'no firm', view: 'admin/policy-none', model: { ...consoleModel, createUrl: '/admin/organizations' } },
];

const event = {
  type: 'sign-in.refused',
  sentence: { key: 'activity.sign-in-refused' },
  at,
  hasFailed: true,
  address: '2001:db8:85a3:8d3:1319:8a2e:370:7348',
  actor: { name: 'Maya Okafor', href: '/admin/people/maya' },
  clientId: 'acme-wiki',
  facts: [
    { name: 'rule', value: 'address-not-allowed' },
    { name: 'by', value: 'organization acme' },
  ],
};
const log = {
  ...consoleModel,
  firms: [],
  types: ['sign-in.refused', 'sign-in.succeeded'],
  organization: '',
  type: '',
  about: '',
  since: '',
  events: [],
  isFiltered: false,
  mostExported: 10_000,
  csvUrl: '/admin/log/events.csv',
  jsonUrl: '/admin/log/events.jsonl',
};

export const consoleLog: Screen[] = [
  { state: 'nothing yet', view: 'admin/log', model: log },
  {
    state: 'nothing found',
    view: 'admin/log',
    model: { ...log, isFiltered: true, about: 'ana@example.com', since: '2026-11-24' },
  },
  {
    state: 'several, long',
    view: 'admin/log',
    model: {
      ...log,
      firms,
      organization: 'acme',
      type: 'sign-in.refused',
      isFiltered: true,
      events: [
        event,
        {
          ...event,
          subject: { name: long },
          actor: { name: 'cli' },
          facts: [{ name: 'ipAllowList.new', value: long }],
        },
        {
          type: 'client.secret-retired',
          sentence: { key: activityKey('of.tomorrow') },
          at,
          hasFailed: false,
          address: '',
          facts: [],
        },
      ],
      nextUrl: '?after=b',
      firstUrl: '?',
    },
  },
];

const asked = {
  ...consoleModel,
  errors: [],
  email: '',
  address: '',
  here: '203.0.113.7',
  app: '',
  apps: [
    { id: 'wiki', name: 'Acme Wiki' },
    { id: 'long', name: long },
  ],
  steps: [],
};
const step = (name: string, why: string, by?: string) => ({
  step: { key: `admin.simulator.step.${name}` },
  why: { key: `admin.simulator.why.${why}` },
  ...(by ? { by } : {}),
});

export const consoleSimulator: Screen[] = [
  { state: 'nothing asked', view: 'admin/simulator', model: asked },
  {
    state: 'errors',
    view: 'admin/simulator',
    model: {
      ...asked,
      ...form(
        { field: 'email', key: 'error.simulator.email' },
        { field: 'address', key: 'error.simulator.address', values: { example: '203.0.113.7' } },
      ),
      email: 'nobody',
      address: '10.0.0.0/8',
    },
  },
  {
    state: 'steps',
    view: 'admin/simulator',
    model: {
      ...asked,
      email: 'ana@example.com',
      app: 'wiki',
      person: long,
      steps: [
        step('password', 'not-signed-in'),
        step('enrol-mfa', 'policy-requires-mfa', 'organization acme'),
        step('recovery-codes', 'recovery-codes-shown'),
        step('consent', 'third-party-client'),
        step('refused', 'address-not-allowed', 'organization acme'),
      ],
    },
  },
];
