// The console's pages of client apps in every state, with models such as routes give.
import type { AppModel, AppRow } from '../../src/web/http/admin-app-models.ts';
import { consoleModel, firms } from './preview-console.ts';
import { at, long, longUser, type Screen } from './preview-samples.ts';

const dayMs = 24 * 3_600_000;
const longId = 'x'.repeat(200);
const longAddress = `https://${'very-long-name.'.repeat(8)}example/callback`;
const endpoints = {
  issuer: 'https://id.acme.example',
  discovery: 'https://id.acme.example/.well-known/openid-configuration',
};

const row: AppRow = {
  href: '/admin/apps/time',
  name: 'Acme Time',
  clientId: '4eu5l7sd2k9q',
  type: { key: 'admin.app.type.web' },
  organization: { text: 'Acme' },
  createdAt: at - 90 * dayMs,
  usedAt: at - dayMs,
};
const longRow: AppRow = {
  href: '/admin/apps/long',
  name: long,
  clientId: longId,
  type: { key: 'admin.app.type.machine' },
  organization: { key: 'admin.instance' },
  createdAt: at - dayMs,
};
const { href: _, ...plain } = row;
const app: AppModel = {
  ...plain,
  isDeclared: false,
  rules: [
    { key: 'admin.app.grant.authorization_code' },
    { key: 'admin.app.grant.refresh_token' },
    { key: 'admin.app.auth.client_secret_basic' },
    { key: 'admin.app.pkce' },
    { key: 'admin.app.consent' },
    { key: 'admin.app.idTokenAlg', values: { alg: 'ES256' } },
  ],
  scopes: ['openid', 'profile', 'email'].map((scope) => ({ key: `scope.${scope}` })),
  redirectUris: ['https://time.acme.example/callback'],
  postLogoutRedirectUris: ['https://time.acme.example/'],
  backchannelLogoutUri: 'https://time.acme.example/logout',
  secrets: [
    { createdAt: at - 90 * dayMs, isNewest: false },
    { createdAt: at - dayMs, isNewest: true },
  ],
};
const longApp: AppModel = {
  ...app,
  name: long,
  clientId: longId,
  organization: { text: long },
  isDeclared: true,
  rules: [
    ...['client_credentials'].map((grant) => ({ key: `admin.app.grant.${grant}` })),
    ...['private_key_jwt', 'client_secret_post', 'none'].map((method) => ({ key: `admin.app.auth.${method}` })),
    ...['noPkce', 'noConsent', 'pairwise'].map((rule) => ({ key: `admin.app.${rule}` })),
  ],
  redirectUris: [longAddress, 'com.acme.time:/callback'],
  postLogoutRedirectUris: [longAddress],
  backchannelLogoutUri: longAddress,
};
const { usedAt: _used, secrets: _secrets, ...unused } = longApp;
const list = { ...consoleModel, firms, empty: { key: 'admin.apps.none' } };

export const consoleApps: Screen[] = [
  {
    state: 'several, long',
    view: 'admin/apps',
    model: { ...list, apps: [row, longRow], registerUrl: '/admin/register-app', nextUrl: '?after=x', firstUrl: '?' },
  },
  { state: 'none', view: 'admin/apps', model: { ...list, apps: [], registerUrl: '/admin/register-app' } },
  {
    state: 'none, to an auditor',
    view: 'admin/apps',
    model: { ...list, firms: [], apps: [], empty: { key: 'admin.apps.noneToSee' } },
  },
  {
    state: 'with two secrets',
    view: 'admin/app',
    model: { ...consoleModel, app, endpoints, offers: [], dangerousOffers: [] },
  },
  {
    state: 'long, declared, unused',
    view: 'admin/app',
    model: {
      ...consoleModel,
      user: { ...longUser, isAdministrator: true },
      app: unused,
      endpoints,
      offers: [],
      dangerousOffers: [],
    },
  },
];
