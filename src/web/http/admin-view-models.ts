// What the views of the console are given; the rest stands in view-models.ts.
import type { Count } from '../../accounts/accounts.ts';
import type { AppViewModels } from './admin-app-models.ts';
import type { ConnectionViewModels } from './admin-connection-models.ts';
import type {
  AdminModel,
  AttentionModel,
  ChoiceModel,
  DayModel,
  LogEventModel,
  OfferModel,
  PersonModel,
  PersonRow,
  RoleFormModel,
} from './admin-models.ts';
import type { DomainViewModels } from './domain-view-models.ts';
import type { FirmViewModels } from './firm-view-models.ts';
import type { InstanceViewModels } from './instance-view-models.ts';
import type { FieldError, FormModel, Message } from './view-models.ts';

export interface AdminViewModels
  extends AppViewModels,
    ConnectionViewModels,
    DomainViewModels,
    FirmViewModels,
    InstanceViewModels {
  'admin/overview': AdminModel & {
    firms: readonly ChoiceModel[];
    people: Count;
    peopleUrl: string;
    openInvitations: Count;
    invitationsUrl: string;
    passwordOnly: Count;
    /** The last seven, oldest first; left out for whoever may not read the log. */
    days?: readonly DayModel[];
    signedIn: number;
    refused: number;
    attention: readonly AttentionModel[];
  };
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
    /** So many events a file holds at most. */
    mostExported: number;
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
    steps: readonly { step: Message; why: Message; by?: string; sparedDays?: number }[];
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
      preview: { people: Count; withoutMfa: Count; shutOut: number; lookedAt: number; isPart: boolean };
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
