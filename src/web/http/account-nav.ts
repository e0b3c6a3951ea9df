// The navigation of My Profile: a section is one line, in the order shown.
import type { ViewName } from './view-models.ts';

export interface AccountSection {
  href: string;
  /** Of its name in the catalogue. */
  key: string;
  /** Its own page first, then the pages below it. */
  views: readonly ViewName[];
}

export const accountSections: readonly AccountSection[] = [
  {
    href: '/profile',
    key: 'nav.profile',
    views: ['account/profile', 'account/name', 'account/email', 'account/language'],
  },
  {
    href: '/profile/password',
    key: 'nav.password',
    views: [
      'account/password',
      'account/mfa-activate',
      'account/mfa-deactivate',
      'account/recovery-codes',
      'account/recovery-codes-new',
    ],
  },
  {
    href: '/profile/passkeys',
    key: 'nav.passkeys',
    views: ['account/passkeys', 'account/passkey-add', 'account/passkey-rename', 'account/passkey-remove'],
  },
  {
    href: '/profile/sign-in-services',
    key: 'nav.identities',
    views: ['account/identities', 'account/identity-link', 'account/identity-unlink'],
  },
  { href: '/profile/sessions', key: 'nav.sessions', views: ['account/sessions', 'account/session-end'] },
  {
    href: '/profile/applications',
    key: 'nav.applications',
    views: ['account/applications', 'account/application-remove'],
  },
  { href: '/profile/activity', key: 'nav.activity', views: ['account/activity'] },
  { href: '/profile/data', key: 'nav.data', views: ['account/data', 'account/delete'] },
];
