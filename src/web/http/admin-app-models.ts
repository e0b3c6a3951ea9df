// What the console's pages of client apps are given.
import type { AdminModel, ChoiceModel, Label, OfferModel } from './admin-models.ts';
import type { Message } from './view-models.ts';

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
    offers: readonly OfferModel[];
    dangerousOffers: readonly OfferModel[];
  };
}
