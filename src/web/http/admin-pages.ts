// The pages of the console in one table; see pages.ts.
import { appPages } from './admin-app-pages.ts';
import { connectionPages } from './admin-connection-pages.ts';
import type { AdminViewModels } from './admin-view-models.ts';
import type { Message } from './view-models.ts';

type AdminPages = {
  readonly [V in keyof AdminViewModels]: {
    layout: 'admin';
    formAction: 'self' | 'any';
    title(model: AdminViewModels[V]): Message;
  };
};

const page = { layout: 'admin', formAction: 'self' } as const;

export const adminPages: AdminPages = {
  'admin/overview': { ...page, title: () => ({ key: 'admin.overview.title' }) },
  'admin/people': { ...page, title: () => ({ key: 'admin.people.title' }) },
  'admin/invite': { ...page, title: () => ({ key: 'admin.invite.title' }) },
  'admin/invite-many': { ...page, title: () => ({ key: 'admin.inviteMany.title' }) },
  'admin/invite-list': { ...page, title: ({ state }) => ({ key: `admin.list.${state}` }) },
  'admin/invitations': { ...page, title: () => ({ key: 'admin.invitations.title' }) },
  'admin/organizations': { ...page, title: () => ({ key: 'admin.organizations.title' }) },
  'admin/organization-new': { ...page, title: () => ({ key: 'admin.organizationNew.title' }) },
  'admin/organization': {
    ...page,
    title: ({ title }) => ({ key: 'admin.organization.title', values: { name: title } }),
  },
  'admin/organization-delete': {
    ...page,
    title: ({ name }) => ({ key: 'admin.organizationDelete.title', values: { name } }),
  },
  'admin/brand': { ...page, title: ({ name }) => ({ key: 'admin.brand.title', values: { name } }) },
  'admin/app-brand': { ...page, title: ({ name }) => ({ key: 'admin.brand.title', values: { name } }) },
  'admin/domains': { ...page, title: ({ title }) => ({ key: 'admin.domains.title', values: { name: title } }) },
  'admin/domain': { ...page, title: ({ row }) => ({ key: 'admin.domain.title', values: { domain: row.name } }) },
  'admin/domain-remove': {
    ...page,
    title: ({ row }) => ({ key: 'admin.domain.removeTitle', values: { domain: row.name } }),
  },
  'admin/person': { ...page, title: ({ person }) => ({ key: 'admin.person.title', values: { person: person.name } }) },
  'admin/person-roles': {
    ...page,
    title: ({ person }) => ({ key: 'admin.roles.title', values: { person } }),
  },
  ...appPages,
  ...connectionPages,
  'admin/log': { ...page, title: () => ({ key: 'admin.log.title' }) },
  'admin/simulator': { ...page, title: () => ({ key: 'admin.simulator.title' }) },
  'admin/policy': { ...page, title: () => ({ key: 'admin.policy.title' }) },
  'admin/policy-preview': { ...page, title: () => ({ key: 'admin.policy.previewTitle' }) },
  'admin/policy-none': { ...page, title: () => ({ key: 'admin.policy.title' }) },
  'admin/health': { ...page, title: () => ({ key: 'admin.health.title' }) },
  'admin/keys': { ...page, title: () => ({ key: 'admin.keys.title' }) },
  'admin/key-act': { ...page, title: ({ title }) => title },
  'admin/mail': { ...page, title: () => ({ key: 'admin.mail.title' }) },
  'admin/mail-message': { ...page, title: () => ({ key: 'admin.mail.message' }) },
  'admin/mail-test': { ...page, title: () => ({ key: 'admin.mailTest.title' }) },
  'admin/person-act': { ...page, title: ({ title }) => title },
};
