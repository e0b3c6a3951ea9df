// The console's pages of client apps in every state, with models such as routes give.
import { type ClientType, clientMetadataSchema, clientTypes } from '../../src/clients/client.ts';
import { appFormModel, proposalFor } from '../../src/web/admin/app-form.ts';
import { snippetsFor } from '../../src/web/admin/snippets.ts';
import type { AppModel, AppRow } from '../../src/web/http/admin-app-models.ts';
import { consoleModel, firms } from './preview-console.ts';
import { at, form, long, longUser, type Screen } from './preview-samples.ts';

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
    { createdAt: at - 90 * dayMs, isNewest: false, retireUrl: '/retire' },
    { createdAt: at - dayMs, isNewest: true, retireUrl: '/retire' },
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
const snippetsOf = (metadata: Record<string, unknown>) =>
  snippetsFor(endpoints.issuer, {
    id: 'time',
    metadata: clientMetadataSchema.parse({
      client_id: 'time',
      redirect_uris: ['https://time.acme.example/callback'],
      ...metadata,
    }),
    secrets: [],
    createdAt: at,
    updatedAt: at,
  });
const snippets = snippetsOf({});
const code = { endpoints, snippets, secretVariable: 'CLIENT_SECRET' };
const filled = {
  name: long,
  redirectUris: `${longAddress}\ncom.example.app:/callback`,
  postLogoutRedirectUris: longAddress,
  backchannelLogoutUri: longAddress,
  authMethod: 'client_secret_post',
  idTokenAlg: 'PS256',
  scopes: ['profile', 'offline_access', 'organizations'],
};
const register = (type: ClientType) => ({
  ...consoleModel,
  ...form(),
  form: appFormModel(type, proposalFor(type), { apiScopes: ['users:read', 'audit:read'] }),
  type: { key: `admin.app.type.${type}` },
  organization: 'acme',
  organizationLabel: { text: 'Acme' },
  clientId: '4eu5l7sd2k9q',
  cancelUrl: '/admin/apps',
});
const offer = (act: string) => ({
  href: `/admin/apps/time/${act}`,
  label: { key: `admin.app.${act}.offer` },
  about: { key: `admin.app.${act}.about` },
});
const asks = (act: string, name = 'Acme Time') => ({
  ...consoleModel,
  ...form(),
  title: { key: `admin.app.${act}.title`, values: { app: name } },
  about: { key: `admin.app.${act}.lead`, values: { app: name } },
  submit: { key: `admin.app.${act}.submit` },
  name,
  was: '',
  openedAt: at,
  cancelUrl: '/admin/apps/time',
  isDangerous: act !== 'secrets',
});
const uriProblems = ['none', 'absolute', 'fragment', 'wildcard', 'userName', 'scheme', 'privateScheme', 'loopbackHost'];
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
    model: { ...consoleModel, ...code, app, offers: [offer('change')], dangerousOffers: [offer('delete')] },
  },
  {
    state: 'long, declared, unused',
    view: 'admin/app',
    model: {
      ...consoleModel,
      user: { ...longUser, isAdministrator: true },
      ...code,
      snippets: snippetsOf({ token_endpoint_auth_method: 'none' }),
      app: unused,
      offers: [],
      dangerousOffers: [],
    },
  },
  {
    state: 'which kind',
    view: 'admin/app-types',
    model: {
      ...consoleModel,
      firms,
      types: clientTypes.map((type) => ({
        href: `/admin/register-app/${type}`,
        label: { key: `admin.app.type.${type}` },
        about: { key: `admin.app.typeAbout.${type}` },
      })),
    },
  },
  ...clientTypes.map((type): Screen => ({ state: type, view: 'admin/app-register', model: register(type) })),
  {
    state: 'refused, long',
    view: 'admin/app-register',
    model: {
      ...register('web'),
      ...form(
        { field: 'name', key: 'error.app.name' },
        ...uriProblems.map((problem) => ({
          field: 'redirectUris',
          key: `error.uri.${problem}`,
          values: { value: longAddress },
        })),
        { field: 'postLogoutRedirectUris', key: 'error.app.tooLong' },
        { field: 'backchannelLogoutUri', key: 'error.uri.https', values: { value: longAddress } },
        { field: 'scopes', key: 'error.app.other', values: { problem: long } },
        { key: 'error.app.controlCharacters' },
        { field: 'redirectUris', key: 'error.uri.loopbackHttps', values: { value: longAddress } },
      ),
      form: appFormModel('web', filled, {
        apiScopes: [],
        old: clientMetadataSchema.parse({
          client_id: 'x',
          redirect_uris: [longAddress],
          id_token_signed_response_alg: 'PS256',
        }),
      }),
      organization: '',
      organizationLabel: { key: 'admin.instance' },
    },
  },
  ...(['first', 'another'] as const).map(
    (title): Screen => ({
      state: title,
      view: 'admin/app-secret',
      model: {
        ...consoleModel,
        ...code,
        app: { name: 'Acme Time', clientId: title === 'first' ? '4eu5l7sd2k9q' : longId },
        title: { key: `admin.app.shown.${title}`, values: { app: title === 'first' ? 'Acme Time' : long } },
        secret: 'Zk3vT9mQw-2yB7xLr8sNcE5hJ0uPaD4fGiK6oVt1RbM',
        appUrl: '/admin/apps/4eu5l7sd2k9q',
      },
    }),
  ),
  {
    state: 'shown already',
    view: 'admin/app-secret',
    model: {
      ...consoleModel,
      ...code,
      app: { name: 'Acme Time', clientId: '4eu5l7sd2k9q' },
      title: { key: 'admin.app.shown.gone', values: { app: 'Acme Time' } },
      appUrl: '/admin/apps/4eu5l7sd2k9q',
    },
  },
  {
    state: 'to an owner, declared',
    view: 'admin/app-change',
    model: {
      ...register('web'),
      name: 'Acme Time',
      owners: { firstParty: true, withoutPkce: false },
      isDeclared: true,
      was: '1',
    },
  },
  {
    state: 'changed meanwhile, long',
    view: 'admin/app-change',
    model: {
      ...register('native'),
      ...form({ key: 'error.app.changed' }),
      name: long,
      form: appFormModel('native', filled, { apiScopes: [] }),
      owners: { firstParty: false },
      isDeclared: false,
      was: '1',
    },
  },
  ...['secrets', 'retire', 'delete'].map(
    (act): Screen => ({
      state: act,
      view: 'admin/app-act',
      model: { ...asks(act), ...(act === 'retire' ? { secretAt: at } : {}) },
    }),
  ),
  ...['onlySecret', 'twoSecrets', 'noSecrets'].map(
    (hindrance): Screen => ({
      state: `${hindrance}, long`,
      view: 'admin/app-act',
      model: {
        ...asks(hindrance === 'onlySecret' ? 'retire' : 'secrets', long),
        hindrance: { key: `admin.app.hindrance.${hindrance}` },
      },
    }),
  ),
];
