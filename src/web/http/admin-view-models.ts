// What the views of the console are given; the rest stands in view-models.ts.
import type { AppViewModels } from './admin-app-models.ts';
import type {
  AdminModel,
  BatchLineModel,
  ChoiceModel,
  InvitationRow,
  LogEventModel,
  OfferModel,
  OptionModel,
  OrganizationRow,
  PersonModel,
  PersonRow,
  RoleFormModel,
} from './admin-models.ts';
import type { FieldError, FormModel, Message } from './view-models.ts';

export interface AdminViewModels extends AppViewModels {
  'admin/overview': AdminModel & { firms: readonly ChoiceModel[]; people: number; openInvitations: number };
  'admin/people': AdminModel & {
    firms: readonly ChoiceModel[];
    statuses: readonly ChoiceModel[];
    /** As typed: the beginning of an address. */
    search: string;
    /** What the search keeps of the address of the page. */
    kept: Readonly<Record<string, string>>;
    people: readonly PersonRow[];
    /** What to say where there is nobody. */
    empty: Message;
    inviteUrl?: string;
    firstUrl?: string;
    nextUrl?: string;
  };
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
  'admin/organization-new': AdminModel & FormModel & { name: string; id: string; openedAt: string; cancelUrl: string };
  'admin/organization': AdminModel &
    FormModel & {
      title: string;
      id: string;
      createdAt: number;
      people: number;
      peopleUrl: string;
      policyUrl: string;
      claimed: readonly { name: string; isProved: boolean }[];
      mayWrite: boolean;
      /** As typed; one domain a line. */
      name: string;
      domains: string;
      /** What the form was made of, so that nobody else's change is lost. */
      was: string;
      deleteUrl?: string;
    };
  /** While anybody or an app belongs to it, it says so instead of asking. */
  'admin/organization-delete': AdminModel &
    FormModel & { name: string; people: number; apps: boolean; openedAt: number; peopleUrl: string; cancelUrl: string };
  'admin/person': AdminModel & {
    person: PersonModel;
    offers: readonly OfferModel[];
    dangerousOffers: readonly OfferModel[];
  };
  /** Says what will happen, and asks. */
  'admin/person-act': AdminModel &
    FormModel & {
      title: Message;
      about: readonly Message[];
      submit: Message;
      email: string;
      cancelUrl: string;
      /** When the page was opened, milliseconds UTC: what was done since is not done twice. */
      openedAt: number;
      /** Where the answer leads, when it is not the person's own page. */
      from: string;
      /** In the administrator's words; left out where none is asked for. */
      reason?: string;
      isDangerous: boolean;
      /** Why it cannot be done at all; the form is left out then. */
      hindrance?: Message;
    };
  'admin/log': AdminModel & {
    firms: readonly ChoiceModel[];
    types: readonly string[];
    /** What is asked for, as typed; empty where nothing is. */
    organization: string;
    type: string;
    about: string;
    since: string;
    events: readonly LogEventModel[];
    isFiltered: boolean;
    csvUrl: string;
    jsonUrl: string;
    firstUrl?: string;
    nextUrl?: string;
  };
  'admin/simulator': AdminModel & {
    errors: readonly FieldError[];
    email: string;
    address: string;
    /** Where whoever asks is. */
    here: string;
    app: string;
    apps: readonly { id: string; name: string }[];
    person?: string;
    /** Empty where nothing was asked. `by`: who asked for it, as the log names it. */
    steps: readonly { step: Message; why: Message; by?: string }[];
  };
  'admin/policy': AdminModel &
    FormModel & {
      firms: readonly ChoiceModel[];
      id: string;
      organization: string;
      given: Readonly<Record<string, string>>;
      /** The state it was read in, so that nobody else's change is lost. */
      was: string;
      mayWrite: boolean;
      /** Where whoever looks is now. */
      address: string;
      /** A file declares the organization. */
      isDeclared: boolean;
      /** Rules that wait to be confirmed until then, milliseconds UTC. */
      probation?: { until: number; action: string; isSignedInSince: boolean };
      notice?: Message;
    };
  /** What would come of the rules, before they are saved. */
  'admin/policy-preview': AdminModel &
    FormModel & {
      id: string;
      organization: string;
      given: Readonly<Record<string, string>>;
      was: string;
      preview: { people: number; withoutMfa: number; shutOut: number; lookedAt: number };
      isProbationAdvised: boolean;
      probationMinutes: number;
      cancelUrl: string;
    };
  'admin/policy-none': AdminModel & { createUrl: string };
  'admin/person-roles': AdminModel &
    FormModel &
    RoleFormModel & {
      person: string;
      email: string;
      /** Left out for roles on the whole system. */
      organization?: string;
      /** The roles as the page was made with them, so that nobody else's change is lost. */
      was: string;
      cancelUrl: string;
    };
}
