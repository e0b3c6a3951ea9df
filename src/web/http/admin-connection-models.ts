// What the console's pages of connections to upstream providers are given.
import type { AdminModel, ChoiceModel, Label, OfferModel } from './admin-models.ts';
import type { FormModel, Message } from './view-models.ts';

export interface ConnectionRow {
  href: string;
  name: string;
  preset: Message;
  organization: Label;
  isEnabled: boolean;
  domains: readonly string[];
}

export interface ConnectionModel {
  name: string;
  preset: Message;
  organization: Label;
  isEnabled: boolean;
  isDeclared: boolean;
  issuer: string;
  clientId: string;
  hasSecret: boolean;
  domains: readonly { name: string; isProved: boolean }[];
  rules: readonly Message[];
  createdAt: number;
}

/** Which of the fields there are depends on the preset. */
export interface ConnectionFormModel {
  name: string;
  /** Of any provider. */
  issuer?: string;
  /** Of Microsoft: whose accounts, and the id of the one tenant. */
  audience?: string;
  tenant?: string;
  clientId: string;
  isSecretKept: boolean;
  isSecretNeeded: boolean;
  domains: string;
  trustsMfa: boolean;
  /** Left out where there is no organization to take new people in. */
  allowsSignUp?: boolean;
  /** Left out for whoever may not allow it. */
  allowsPrivateNetwork?: boolean;
}

/** What the provider said, and what Gatehouse makes of it. */
export interface TestReportModel {
  isGood: boolean;
  verdict: Message;
  /** Of a problem: what exactly, in the provider's or the library's own words. */
  detail?: string;
  findings: readonly { text: Message; isGood: boolean }[];
  claims: readonly { name: string; value: string }[];
}

export interface ConnectionViewModels {
  'admin/connections': AdminModel & {
    firms: readonly ChoiceModel[];
    connections: readonly ConnectionRow[];
    empty: Message;
    addUrl?: string;
    firstUrl?: string;
    nextUrl?: string;
  };
  'admin/connection': AdminModel & {
    connection: ConnectionModel;
    redirectUri: string;
    offers: readonly OfferModel[];
    dangerousOffers: readonly OfferModel[];
  };
  'admin/connection-presets': AdminModel & {
    firms: readonly ChoiceModel[];
    presets: readonly { href: string; label: Message; about: Message }[];
  };
  /** A new one, or one that is changed. */
  'admin/connection-edit': AdminModel &
    FormModel & {
      title: Message;
      preset: Message;
      /** What to do at the provider before. */
      steps: Message;
      organizationLabel: Label;
      redirectUri: string;
      form: ConnectionFormModel;
      /** Of a new one, made with the page, so that a second click makes no second one. */
      id: string;
      /** The state it was read in, so that nobody else's change is lost. */
      was: string;
      organization: string;
      isDeclared: boolean;
      cancelUrl: string;
    };
  /** Says what will happen to a connection, and asks. */
  'admin/connection-act': AdminModel &
    FormModel & {
      title: Message;
      about: Message;
      submit: Message;
      name: string;
      was: string;
      openedAt: number;
      isDangerous: boolean;
      cancelUrl: string;
    };
  'admin/connection-test': AdminModel &
    FormModel & {
      name: string;
      redirectUri: string;
      report?: TestReportModel;
      cancelUrl: string;
    };
}
