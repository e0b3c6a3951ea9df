// The console's pages of organizations, in every state.
import { consoleModel } from './preview-console.ts';
import { claimed, longClaimed, verified } from './preview-domains.ts';
import { at, form, long, type Screen, unbroken } from './preview-samples.ts';

const row = {
  href: '/admin/organizations/acme',
  id: 'acme',
  name: 'Acme',
  domains: ['acme.example'],
  people: { count: 500, isMore: true },
};
const longRow = {
  ...row,
  id: unbroken.slice(1),
  name: long,
  domains: [`${unbroken.slice(1)}.example`, 'a.example'],
  people: { count: 0, isMore: false },
};
const fresh = { ...consoleModel, name: '', id: '', openedAt: '1', cancelUrl: '/admin/organizations' };
const acme = {
  ...consoleModel,
  title: 'Acme',
  id: 'acme',
  createdAt: at,
  people: { count: 12, isMore: false },
  peopleUrl: '/admin/people',
  policyUrl: '/admin/policy',
  claimed: [verified, claimed],
  domainsUrl: '/admin/organizations/acme/domains',
  brandUrl: '/admin/organizations/acme/brand',
  mayWrite: true,
  name: 'Acme',
  was: '',
  deleteUrl: '/admin/organizations/acme/delete',
};
const end = {
  ...consoleModel,
  ...form(),
  name: 'Acme',
  people: { count: 0, isMore: false },
  apps: false,
  connections: false,
  openedAt: at,
  peopleUrl: '/admin/people',
  cancelUrl: '/admin/organizations/acme',
};

export const consoleOrganizations: Screen[] = [
  {
    state: 'several, long',
    view: 'admin/organizations',
    model: {
      ...consoleModel,
      notice: { key: 'admin.organization.deleted' },
      organizations: [row, longRow],
      newUrl: '/admin/new-organization',
      nextUrl: '?after=x',
      firstUrl: '?',
    },
  },
  {
    state: 'none',
    view: 'admin/organizations',
    model: { ...consoleModel, organizations: [], newUrl: '/admin/new-organization' },
  },
  { state: 'empty', view: 'admin/organization-new', model: { ...fresh, ...form() } },
  {
    state: 'errors',
    view: 'admin/organization-new',
    model: {
      ...fresh,
      ...form(
        { field: 'name', key: 'error.organizationName.required' },
        { field: 'id', key: 'error.organizationId.format' },
      ),
    },
  },
  {
    state: 'taken, long',
    view: 'admin/organization-new',
    model: {
      ...fresh,
      ...form(
        { field: 'name', key: 'error.organizationName.format', values: { count: 100 } },
        { field: 'id', key: 'error.organizationId.taken' },
      ),
      name: long,
      id: unbroken,
    },
  },
  {
    state: 'of an owner',
    view: 'admin/organization',
    model: { ...acme, ...form(), notice: { key: 'admin.organization.created' } },
  },
  {
    state: 'errors, long',
    view: 'admin/organization',
    model: {
      ...acme,
      ...form({ key: 'error.organization.changed' }, { field: 'name', key: 'error.organizationName.required' }),
      title: long,
      name: long,
      claimed: [longClaimed],
    },
  },
  {
    state: 'of an auditor',
    view: 'admin/organization',
    model: {
      ...consoleModel,
      ...form(),
      title: 'Acme',
      id: 'acme',
      createdAt: at,
      people: { count: 0, isMore: false },
      peopleUrl: '/admin/people',
      policyUrl: '/admin/policy',
      claimed: [],
      domainsUrl: '/admin/organizations/acme/domains',
      mayWrite: false,
      name: 'Acme',
      was: '',
      notice: { key: 'admin.organization.saved' },
    },
  },
  { state: 'asks', view: 'admin/organization-delete', model: end },
  { state: 'has people', view: 'admin/organization-delete', model: { ...end, people: { count: 12, isMore: false } } },
  { state: 'has apps', view: 'admin/organization-delete', model: { ...end, apps: true } },
  { state: 'has connections', view: 'admin/organization-delete', model: { ...end, connections: true } },
];
