// What the console's views of invitations and organizations are given.
import type { Count } from '../../accounts/accounts.ts';
import type {
  AdminModel,
  BatchLineModel,
  ChoiceModel,
  InvitationRow,
  OptionModel,
  OrganizationRow,
  RoleFormModel,
} from './admin-models.ts';
import type { DomainRow } from './domain-view-models.ts';
import type { FormModel, Message } from './view-models.ts';

/** `styleUrl` colours the boxes of the sample alone; `logoUrl` may be a `data:` address. */
export interface BrandSampleModel {
  name: string;
  logoUrl?: string;
  styleUrl?: string;
}

/** Of an organization or an app. */
export type BrandModel = AdminModel &
  FormModel & {
    name: string;
    isDeclared: boolean;
    /** As typed. */
    accent: string;
    noLogo: boolean;
    hasLogo: boolean;
    /** The sample shows a file that a form cannot keep. */
    isChosenAgain: boolean;
    maxKilobytes: number;
    maxPixels: number;
    sample: BrandSampleModel;
    backUrl: string;
  };

export interface FirmViewModels {
  'admin/invite': AdminModel &
    FormModel &
    RoleFormModel & {
      email: string;
      givenName: string;
      familyName: string;
      organization: string;
      firms: readonly OptionModel[];
      clientId: string;
      apps: readonly OptionModel[];
      openedAt: string;
      manyUrl: string;
      cancelUrl: string;
    };
  'admin/invite-many': AdminModel &
    FormModel & {
      /** What a list looks like. */
      example: string;
      /** As pasted. */
      people: string;
      organization: string;
      firms: readonly OptionModel[];
      clientId: string;
      apps: readonly OptionModel[];
      cancelUrl: string;
    };
  /** A list before it is sent, while it is, and afterwards. */
  'admin/invite-list': AdminModel &
    FormModel & {
      organization?: string;
      state: 'planned' | 'under-way' | 'done';
      willInvite: number;
      invited: number;
      lines: readonly BatchLineModel[];
      againUrl: string;
      reloadUrl: string;
      trackerUrl: string;
    };
  'admin/invitations': AdminModel & {
    firms: readonly ChoiceModel[];
    states: readonly ChoiceModel[];
    invitations: readonly InvitationRow[];
    empty: Message;
    inviteUrl?: string;
    firstUrl?: string;
    nextUrl?: string;
  };
  'admin/organizations': AdminModel & {
    organizations: readonly OrganizationRow[];
    newUrl?: string;
    firstUrl?: string;
    nextUrl?: string;
  };
  'admin/brand': BrandModel;
  'admin/app-brand': BrandModel;
  'admin/organization-new': AdminModel & FormModel & { name: string; id: string; openedAt: string; cancelUrl: string };
  'admin/organization': AdminModel &
    FormModel & {
      title: string;
      id: string;
      createdAt: number;
      people: Count;
      peopleUrl: string;
      policyUrl: string;
      claimed: readonly DomainRow[];
      domainsUrl: string;
      brandUrl?: string;
      mayWrite: boolean;
      /** As typed. */
      name: string;
      /** What the form was made of, so that nobody else's change is lost. */
      was: string;
      deleteUrl?: string;
    };
  /** While anybody or an app belongs to it, it says so instead of asking. */
  'admin/organization-delete': AdminModel &
    FormModel & {
      name: string;
      people: Count;
      apps: boolean;
      connections: boolean;
      openedAt: number;
      peopleUrl: string;
      cancelUrl: string;
    };
}
