// The navigation of the console: a section is one line, in the order shown. Who may not open it does not see it.
import { type Administrator, mayAnywhere } from '../../administration/administrator.ts';
import type { Permission } from '../../organizations/roles.ts';
import type { AccountSection } from '../http/account-nav.ts';

interface ConsoleSection extends AccountSection {
  permission: Permission;
  /** Whether it is about one firm, so that the choice of it goes along. */
  isOfFirm: boolean;
}

export const consoleSections: readonly ConsoleSection[] = [
  { href: '/admin', key: 'admin.nav.overview', views: ['admin/overview'], permission: 'users:read', isOfFirm: true },
  {
    href: '/admin/people',
    key: 'admin.nav.people',
    views: ['admin/people', 'admin/person', 'admin/person-act', 'admin/person-roles'],
    permission: 'users:read',
    isOfFirm: true,
  },
  {
    href: '/admin/invitations',
    key: 'admin.nav.invitations',
    views: ['admin/invitations', 'admin/invite', 'admin/invite-many', 'admin/invite-list'],
    permission: 'users:read',
    isOfFirm: true,
  },
  {
    href: '/admin/organizations',
    key: 'admin.nav.organizations',
    views: [
      'admin/organizations',
      'admin/organization',
      'admin/organization-new',
      'admin/organization-delete',
      'admin/domains',
      'admin/domain',
      'admin/domain-remove',
      'admin/brand',
    ],
    permission: 'organizations:read',
    isOfFirm: false,
  },
  {
    href: '/admin/apps',
    key: 'admin.nav.apps',
    views: [
      'admin/apps',
      'admin/app',
      'admin/app-brand',
      'admin/app-policy',
      'admin/app-types',
      'admin/app-register',
      'admin/app-secret',
      'admin/app-change',
      'admin/app-act',
    ],
    permission: 'clients:read',
    isOfFirm: true,
  },
  {
    href: '/admin/connections',
    key: 'admin.nav.connections',
    views: [
      'admin/connections',
      'admin/connection',
      'admin/connection-presets',
      'admin/connection-edit',
      'admin/connection-act',
      'admin/connection-test',
    ],
    permission: 'organizations:read',
    isOfFirm: true,
  },
  {
    href: '/admin/policy',
    key: 'admin.nav.policy',
    views: ['admin/policy', 'admin/policy-preview', 'admin/policy-none'],
    permission: 'organizations:read',
    isOfFirm: true,
  },
  {
    href: '/admin/simulator',
    key: 'admin.nav.simulator',
    views: ['admin/simulator'],
    permission: 'users:read',
    isOfFirm: false,
  },
  { href: '/admin/log', key: 'admin.nav.log', views: ['admin/log'], permission: 'audit:read', isOfFirm: true },
  {
    href: '/admin/health',
    key: 'admin.nav.health',
    views: ['admin/health'],
    permission: 'instance:read',
    isOfFirm: false,
  },
  {
    href: '/admin/mail',
    key: 'admin.nav.mail',
    views: ['admin/mail', 'admin/mail-message', 'admin/mail-test'],
    permission: 'instance:read',
    isOfFirm: false,
  },
  {
    href: '/admin/keys',
    key: 'admin.nav.keys',
    views: ['admin/keys', 'admin/key-act'],
    permission: 'instance:read',
    isOfFirm: false,
  },
];

/** @param organization the firm that is looked at */
export function sectionsFor(who: Administrator, organization?: string): AccountSection[] {
  const query = organization === undefined ? '' : `?${new URLSearchParams({ organization })}`;
  return consoleSections
    .filter(({ permission }) => mayAnywhere(who, permission))
    .map(({ href, key, views, isOfFirm }) => ({ href: isOfFirm ? href + query : href, key, views }));
}
