// What the console's pages of client apps are given.
import type { AdminModel, ChoiceModel, Label, OfferModel } from './admin-models.ts';
import type { FormModel, Message } from './view-models.ts';

export interface AppRow {
  href: string;
  name: string;
  clientId: string;
  type: Message;
  /** Whose administrators look after it. */
  organization: Label;
  createdAt: number;
  usedAt?: number;
}

export interface AppSecretModel {
  /** Milliseconds UTC. */
  createdAt: number;
  /** Of two, the one to change over to. */
  isNewest: boolean;
  /** Left out where it may not be retired, or is the only one. */
  retireUrl?: string;
}

export interface AppModel {
  name: string;
  clientId: string;
  type: Message;
  organization: Label;
  createdAt: number;
  usedAt?: number;
  isDeclared: boolean;
  /** What it does, how it shows who it is, and what else is demanded of it. */
  rules: readonly Message[];
  scopes: readonly Message[];
  redirectUris: readonly string[];
  postLogoutRedirectUris: readonly string[];
  backchannelLogoutUri?: string;
  /** Left out where it has none by its nature. */
  secrets?: readonly AppSecretModel[];
  addSecretUrl?: string;
}

export interface EndpointsModel {
  issuer: string;
  discovery: string;
}

/** Code to begin with. */
export interface SnippetModel {
  id: string;
  /** Language and library, by their own names. */
  title: string;
  /** How the library is had; empty where none is needed. */
  install: string;
  code: string;
}

export interface AppChoiceModel {
  value: string;
  label: Message;
}

/** Which of the fields there are depends on the type of the app. */
export interface AppFormModel {
  name: string;
  /** Texts of one address a line; left out for a program without people. */
  redirectUris?: string;
  postLogoutRedirectUris?: string;
  backchannelLogoutUri?: string;
  isNative: boolean;
  scopes: readonly { field: string; scope: string; label: Message; isTicked: boolean }[];
  /** As in RFC 7591, the first of them advised; none where there is nothing to choose. */
  authMethods: readonly AppChoiceModel[];
  authMethod: string;
  idTokenAlgs: readonly AppChoiceModel[];
  idTokenAlg: string;
}

/** What only owners may give; what means nothing for the app is left out. */
export interface OwnersRules {
  firstParty: boolean;
  withoutPkce?: boolean;
}

export interface AppViewModels {
  'admin/apps': AdminModel & {
    firms: readonly ChoiceModel[];
    apps: readonly AppRow[];
    empty: Message;
    registerUrl?: string;
    firstUrl?: string;
    nextUrl?: string;
  };
  'admin/app': AdminModel & {
    app: AppModel;
    endpoints: EndpointsModel;
    snippets: readonly SnippetModel[];
    /** The environment variable in which the snippets look for the secret. */
    secretVariable: string;
    offers: readonly OfferModel[];
    dangerousOffers: readonly OfferModel[];
  };
  /** The first step: of which type it is, and whose. */
  'admin/app-types': AdminModel & {
    firms: readonly ChoiceModel[];
    types: readonly { href: string; label: Message; about: Message }[];
  };
  'admin/app-register': AdminModel &
    FormModel & {
      form: AppFormModel;
      type: Message;
      /** Its id; empty for one of the whole system. */
      organization: string;
      organizationLabel: Label;
      /** Made with the page, so that a second click registers no second app. */
      clientId: string;
      cancelUrl: string;
    };
  /** Right after a secret was made, and never again. */
  'admin/app-secret': AdminModel & {
    app: { name: string; clientId: string };
    title: Message;
    /** Left out where it was shown already. */
    secret?: string;
    endpoints: EndpointsModel;
    snippets: readonly SnippetModel[];
    secretVariable: string;
    appUrl: string;
  };
  'admin/app-change': AdminModel &
    FormModel & {
      name: string;
      form: AppFormModel;
      owners?: OwnersRules;
      isDeclared: boolean;
      /** Of which moment the app was that the page shows, so that nobody else's change is lost. */
      was: string;
      cancelUrl: string;
    };
  'admin/app-policy': AdminModel &
    FormModel & {
      name: string;
      isDeclared: boolean;
      /** As typed. */
      given: Record<'mfa' | 'ipAllowList' | 'maxAgeMinutes' | 'idleTimeoutMinutes' | 'absoluteTimeoutHours', string>;
      /** Of which moment the app was that the page shows. */
      was: string;
      cancelUrl: string;
    };
  /** Says what will happen to an app or a secret of it, and asks. */
  'admin/app-act': AdminModel &
    FormModel & {
      title: Message;
      about: Message;
      submit: Message;
      name: string;
      /** When the secret in question was made. */
      secretAt?: number;
      /** The secrets there were, and when the page was opened: what was done since is not done twice. */
      was: string;
      openedAt: number;
      cancelUrl: string;
      isDangerous: boolean;
      /** Why it cannot be done at all; the form is left out then. */
      hindrance?: Message;
    };
}
