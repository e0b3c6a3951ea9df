// The rows and parts that pages of the console are made of.

import type { Count } from '../../accounts/accounts.ts';
import type { SessionModel } from './account-models.ts';
import type { AccountSection } from './account-nav.ts';
import type { Message, SignedInModel } from './view-models.ts';

/** A sentence of the catalogue, or a name as somebody gave it. */
export type Label = Message | { text: string };

/** A page of the console: the layout draws its navigation from this. */
export interface AdminModel extends SignedInModel {
  sections: readonly AccountSection[];
  navKey: string;
}

/** One link of a row of which one is chosen. */
export interface ChoiceModel {
  label: Label;
  href: string;
  isCurrent: boolean;
}

export interface MembershipModel {
  name: string;
  roles: readonly Label[];
  /** Where they are changed; left out where they may not be. */
  rolesUrl?: string;
}

/** One choice of a select. */
export interface OptionModel {
  value: string;
  label: Label;
}

/** A line of a list of people, with what will become of it, or what became of it. */
export interface BatchLineModel {
  line: number;
  email: string;
  /** Empty where the list has none. */
  name: string;
  roles: readonly string[];
  state: Message;
  isTrouble: boolean;
  /** The person's page, once there is one. */
  href?: string;
}

/** Bars of one day in a chart, in hundredths of its height. */
export interface DayModel {
  at: number;
  succeeded: number;
  refused: number;
  succeededHeight: number;
  refusedHeight: number;
}

/** Something to look at, with where to do so. */
export interface AttentionModel {
  text: Message;
  links: readonly { href: string; label: Label }[];
}

export interface OrganizationRow {
  href: string;
  id: string;
  name: string;
  domains: readonly string[];
  people: Count;
}

export interface InvitationRow {
  href: string;
  /** The address again where there is no name. */
  name: string;
  email: string;
  state: Message;
  /** Of the last thing that happened to it. */
  at: number;
  offers: readonly { href: string; label: Message }[];
}

/** Roles as a form asks for them. */
export interface RoleFormModel {
  /** `none`, or an administrative role. */
  role: string;
  /** Those that only relying apps know, with commas between. */
  otherRoles: string;
  /** Which of the first kind may be given, from none to the strongest. */
  offered: readonly string[];
}

export interface PersonRow {
  href: string;
  /** The address again where there is no name. */
  name: string;
  email: string;
  status: Message;
  memberships: readonly MembershipModel[];
  instanceRoles: readonly Label[];
  hasMfa: boolean;
}

/** What may be done to somebody, with the page that asks first. */
export interface OfferModel {
  href: string;
  label: Message;
  about: Message;
}

export interface EventModel {
  sentence: Message;
  at: number;
  hasFailed: boolean;
  address: string;
  /** Who did it, where it was not the person. */
  by?: Label;
}

/** An account with its name, or the id of whatever it is. */
export interface PartyModel {
  name: string;
  href?: string;
}

export interface LogEventModel {
  type: string;
  /** Not every type has one in the catalogue. */
  sentence: Message;
  at: number;
  hasFailed: boolean;
  address: string;
  actor?: PartyModel;
  subject?: PartyModel;
  clientId?: string;
  facts: readonly { name: string; value: string }[];
}

export interface PersonModel {
  name: string;
  email: string;
  emailVerified: boolean;
  status: Message;
  createdAt: number;
  firstSignedInAt?: number;
  memberships: readonly MembershipModel[];
  instanceRoles: readonly Label[];
  instanceRolesUrl?: string;
  /** Belongs to firms, too, that whoever looks does not see. */
  isShared: boolean;
  mfa: { active: boolean; activatedAt?: number; recoveryCodesLeft: number; passkeys: number };
  sessions: readonly SessionModel[];
  invitation?: { state: Message; expiresAt?: number; history: readonly { event: Message; at: number }[] };
  /** Left out for whoever may not read the log. */
  events?: readonly EventModel[];
}
