// The console's pages of connections in every state, with models such as routes give.
import { connectionSchema, type Preset, presets } from '../../src/federation/connection.ts';
import { formModel, givenOf, proposalFor } from '../../src/web/admin/connection-form.ts';
import { connectionModel, connectionRow, presetLabel } from '../../src/web/admin/connection-models.ts';
import { problemReport, testReport } from '../../src/web/admin/connection-report.ts';
import { consoleModel, firms } from './preview-console.ts';
import { at, email, form, long, longEmail, type Screen, unbroken } from './preview-samples.ts';

const redirectUri = 'https://id.acme.example/federation/callback';
const names = new Map([['acme', 'Acme']]);
const proved = new Set(['acme.example']);

const connection = connectionSchema.parse({
  id: 'acme-sso',
  name: 'Acme SSO',
  organization: 'acme',
  preset: 'oidc',
  issuer: 'https://sso.acme.example',
  clientId: 'gatehouse',
  clientSecret: 'sealed',
  domains: ['acme.example'],
  trustsMfa: true,
  allowsSignUp: true,
  allowsPrivateNetwork: false,
  isEnabled: true,
  createdAt: at,
  updatedAt: at,
});
const { clientSecret: _, organization: _whose, ...bare } = connection;
const longConnection = connectionSchema.parse({
  ...bare,
  id: 'long',
  name: long.slice(0, 100),
  issuer: `https://${'very-long-name.'.repeat(8)}example/tenants/${unbroken}`,
  clientId: unbroken.repeat(3),
  domains: ['acme.example', `${'very-long-domain.'.repeat(6)}example`],
  trustsMfa: false,
  allowsSignUp: false,
  allowsPrivateNetwork: true,
  isEnabled: false,
  isDeclared: true,
});
const tenant = {
  ...connection,
  preset: 'microsoft' as const,
  issuer: 'https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0',
};
const anyTenant = { ...tenant, issuer: 'https://login.microsoftonline.com/organizations/v2.0' };

const offer = (act: string) => ({
  href: `/admin/connections/acme-sso/${act}`,
  label: { key: `admin.connection.${act}.offer` },
  about: { key: `admin.connection.${act}.about` },
});
const edit = {
  ...consoleModel,
  redirectUri,
  organizationLabel: { text: 'Acme' },
  id: 'oidc-abc234',
  was: '1',
  organization: 'acme',
  isDeclared: false,
  cancelUrl: '/admin/connections',
};
const add = (preset: Preset): Screen => ({
  state: `new, ${preset}`,
  view: 'admin/connection-edit',
  model: {
    ...edit,
    ...form(),
    title: { key: 'admin.connections.add' },
    preset: { key: `admin.connection.preset.${preset}` },
    steps: { key: `admin.connection.steps.${preset}` },
    form: formModel(proposalFor(preset), { preset, organization: 'acme', isOwner: true }),
  },
});
const errorKeys = ['name', 'secret', 'secretFormat', 'secretAgain', 'clientId', 'issuerAddress', 'issuerRequired'];
const test = { ...consoleModel, ...form(), name: 'Acme SSO', redirectUri, cancelUrl: '/admin/connections/acme-sso' };
const claims = {
  iss: 'https://sso.acme.example',
  sub: unbroken,
  email,
  email_verified: true,
  name: 'Maya Okafor',
  groups: ['staff', 'time'],
  amr: ['pwd', 'mfa'],
};
const reports: [state: string, claims: Record<string, unknown>, of: typeof connection][] = [
  ['good', {}, connection],
  ['of another domain, long', { email: longEmail.slice(-120), name: long }, { ...connection, trustsMfa: false }],
  ['not verified', { email_verified: false, amr: ['pwd'] }, connection],
  ['of any tenant', {}, anyTenant],
];

export const consoleConnections: Screen[] = [
  {
    state: 'several, long',
    view: 'admin/connections',
    model: {
      ...consoleModel,
      firms,
      empty: { key: 'admin.connections.none' },
      connections: [connection, longConnection, tenant].map((one) => connectionRow(one, names)),
      addUrl: '/admin/add-connection',
      firstUrl: '?',
      nextUrl: '?after=x',
    },
  },
  ...(['none', 'noneToSee'] as const).map(
    (empty): Screen => ({
      state: empty,
      view: 'admin/connections',
      model: {
        ...consoleModel,
        firms: [],
        empty: { key: `admin.connections.${empty}` },
        connections: [],
        ...(empty === 'none' ? { addUrl: '/admin/add-connection' } : {}),
      },
    }),
  ),
  {
    state: 'in use',
    view: 'admin/connection',
    model: {
      ...consoleModel,
      connection: connectionModel(connection, names, proved),
      redirectUri,
      offers: ['change', 'test', 'disable'].map(offer),
      dangerousOffers: [offer('delete')],
      notice: { key: 'admin.connection.enable.done' },
    },
  },
  {
    state: 'draft, long, declared, to read',
    view: 'admin/connection',
    model: {
      ...consoleModel,
      connection: connectionModel(longConnection, names, proved),
      redirectUri,
      offers: [offer('enable')],
      dangerousOffers: [],
    },
  },
  {
    state: 'which provider',
    view: 'admin/connection-presets',
    model: {
      ...consoleModel,
      firms,
      presets: presets.map((preset) => ({
        href: `/admin/add-connection/${preset}`,
        label: { key: `admin.connection.preset.${preset}` },
        about: { key: `admin.connection.presetAbout.${preset}` },
      })),
    },
  },
  ...presets.map(add),
  {
    state: 'changed meanwhile, refused, long',
    view: 'admin/connection-edit',
    model: {
      ...edit,
      ...form(
        { key: 'error.connection.changed' },
        ...errorKeys.map((key) => ({
          field: key.startsWith('issuer') ? 'issuer' : key,
          key: `error.connection.${key}`,
        })),
        { field: 'issuer', key: 'error.connection.issuerHttps' },
        { field: 'issuer', key: 'error.connection.microsoftIssuer' },
        { field: 'domains', key: 'error.connection.signUpDomains' },
        { field: 'tenant', key: 'error.connection.tenant' },
      ),
      title: { key: 'admin.connection.change.title', values: { name: longConnection.name } },
      preset: presetLabel(longConnection),
      steps: { key: 'admin.connection.steps.oidc' },
      form: formModel(givenOf(longConnection), {
        preset: 'oidc',
        organization: undefined,
        isOwner: true,
        old: connection,
      }),
      organizationLabel: { key: 'admin.instance' },
      isDeclared: true,
    },
  },
  ...(['enable', 'delete'] as const).map(
    (act): Screen => ({
      state: act,
      view: 'admin/connection-act',
      model: {
        ...consoleModel,
        ...form(),
        title: { key: `admin.connection.${act}.title`, values: { name: 'Acme SSO' } },
        about: { key: `admin.connection.${act}.lead`, values: { name: 'Acme SSO' } },
        submit: { key: `admin.connection.${act}.submit` },
        name: 'Acme SSO',
        was: '1',
        openedAt: at,
        isDangerous: act !== 'enable',
        cancelUrl: '/admin/connections/acme-sso',
      },
    }),
  ),
  { state: 'not begun', view: 'admin/connection-test', model: test },
  ...reports.map(
    ([state, odd, of]): Screen => ({
      state,
      view: 'admin/connection-test',
      model: { ...test, report: testReport({ result: 'claims', claims: { ...claims, ...odd } }, of, proved) },
    }),
  ),
  {
    state: 'unreachable',
    view: 'admin/connection-test',
    model: { ...test, report: problemReport({ problem: 'unreachable', detail: `${unbroken}.example: ENOTFOUND` }) },
  },
];
