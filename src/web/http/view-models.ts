// What each view is given, and nothing else: one model per file under views/. Sentences are keys of the catalogue, never text.

import type { AdminViewModels } from './admin-view-models.ts';
import type { DeveloperViewModels } from './developer-view-models.ts';
import type { DeviceViewModels } from './device-view-models.ts';
import type { InvitationViewModels } from './invitation-view-models.ts';
import type { DeactivationModel, EnrolmentModel, ShownCodesModel } from './mfa-models.ts';
import type { PageSessionModel } from './page-session.ts';
import type { PasskeyViewModels } from './passkey-view-models.ts';
import type { ProfileViewModels } from './profile-view-models.ts';

/** A key of views/locales/en.json with the values its sentence names. */
export interface Message {
  key: string;
  values?: Record<string, string | number>;
}

/** `field` is the form field the message stands beside; without it, it stands in the summary alone. */
export interface FieldError extends Message {
  field?: string;
}

/** Every form: where it posts, its anti-forgery token, and what was wrong the last time. */
export interface FormModel {
  action: string;
  csrf: string;
  errors: readonly FieldError[];
}

/** The relying party a person is on the way to. `host` is where they will be sent back to. */
export interface ClientModel {
  name: string;
  host?: string;
  /** On our own origin. */
  logoUrl?: string;
  logoUri?: string;
  clientUri?: string;
  policyUri?: string;
  tosUri?: string;
}

/** Whose page it is. `styleUrl` and `logoUrl` are on our own origin. */
export interface LookModel {
  name?: string;
  logoUrl?: string;
  styleUrl?: string;
}

/** A page of the sign-in family. */
export interface LookedModel {
  look?: LookModel | undefined;
}

/** Other ways to sign in: services to choose from, and whether an address may lead to one. */
export interface FederationOffer {
  connections: readonly { id: string; name: string }[];
  isSsoOffered: boolean;
}

/** A step of a sign-in. `cancelUrl` gives up and goes back to the client with access_denied. */
export interface StepModel extends FormModel, LookedModel {
  client?: ClientModel;
  cancelUrl?: string;
  /** "Step 1 of 3", where a first sign-in asks for several things. */
  progress?: { step: number; of: number };
}

/** Where a page's script gets what it asks the browser for, and where the answer is posted. */
export interface PasskeyPart {
  action: string;
  optionsUrl: string;
}

/** Pages of a signed-in person: the layout draws the user menu from this. */
export interface SignedInModel {
  user: { name: string; initials: string; email: string; signOutCsrf: string; isAdministrator?: boolean };
  /** A confirmation of what was just done. */
  notice?: Message;
  /** For the warning before the session's end, and for a page that was left open longer. Left out: the page says nothing. */
  pageSession?: PageSessionModel;
}

export interface ViewModels
  extends AdminViewModels,
    DeviceViewModels,
    DeveloperViewModels,
    InvitationViewModels,
    PasskeyViewModels,
    ProfileViewModels {
  /** `notice` says why the person is asked again: signed out after a long pause, password just reset. */
  'interaction/sign-in': StepModel & {
    offer?: FederationOffer;
    email: string;
    forgottenPasswordUrl?: string;
    /** After a temporary password that ran out. */
    newInvitationUrl?: string;
    passkey?: PasskeyPart;
    notice?: Message;
  };
  /** An upstream provider was no help. Without `connectionId` it cannot be tried again. */
  'interaction/federation-problem': StepModel & {
    name: string;
    kind: 'denied' | 'unavailable' | 'account' | 'answer';
    connectionId?: string;
    backUrl: string;
  };
  /** `theirs` is the address that the other service told. */
  'interaction/link-identity': StepModel & { email: string; name: string; theirs: string };
  /** `passkey` where the person has one. */
  'interaction/code': StepModel & {
    email: string;
    recoveryCodeUrl: string;
    passkey?: PasskeyPart;
    remember?: { days: number; isTicked: boolean };
  };
  'interaction/recovery-code': StepModel & { email: string; codeUrl: string };
  /** An own password is asked for, in the place of a temporary one, a leaked one, or one an administrator wants changed. */
  'interaction/new-password': StepModel & {
    email: string;
    minLength: number;
    why: 'temporary' | 'breached' | 'demanded';
  };
  /** The first sign-in: the person's name. */
  'interaction/profile': StepModel & { email: string; givenName: string; familyName: string };
  /** A second factor is demanded before the sign-in goes on; `notice` says why. */
  'interaction/enrol-mfa': StepModel & EnrolmentModel & { email: string; notice: Message };
  'interaction/recovery-codes': StepModel & ShownCodesModel & { email: string; notice: Message };
  'interaction/consent': StepModel & {
    client: ClientModel;
    email: string;
    scopes: readonly Message[];
    lastsDays: number;
  };
  /** `interaction` names the sign-in in which it was forgotten; empty where there was none. */
  'interaction/forgotten-password': LookedModel & FormModel & { email: string; interaction: string; backUrl: string };
  /** The same for every address, known or not. */
  'interaction/reset-requested': LookedModel & { againUrl: string; backUrl: string };
  'interaction/reset-password': LookedModel & FormModel & { email: string; minLength: number };
  /** A link that opens nothing any more, or never did; `at` in milliseconds UTC. */
  'interaction/reset-link-over': { state: 'used' | 'expired' | 'unknown'; at?: number; againUrl: string };
  'interaction/password-reset': { client?: ClientModel; continueUrl: string };
  /** RP-initiated logout: asks before it ends the session. */
  'interaction/sign-out': FormModel & { client?: ClientModel; email?: string };
  /** Where nobody is signed in: the language of this browser. `from` is the page to go back to. */
  'interaction/language': FormModel & { from: string; languages: readonly { tag: string; name: string }[] };
  /** `apps` says how the session's apps answered. */
  'interaction/signed-out': { client?: ClientModel; continueUrl: string; apps: readonly Message[] };
  error: {
    status: number;
    title: Message;
    text: Message;
    /** Finds the same entry in the log. */
    number: string;
    /** Milliseconds UTC. */
    occurredAt: number;
    /** "redirect_uri sent", "redirect_uri registered" …: what was sent and what was expected. `parts` marks a difference. */
    details: readonly { label: Message; value: string; parts?: readonly { text: string; differs: boolean }[] }[];
    continueUrl?: string;
    continueLabel?: Message;
  };
  'account/profile': SignedInModel & {
    givenName: string;
    familyName: string;
    email: string;
    emailVerified: boolean;
    /** In its own name; left out, the browser's. */
    language?: string;
    organizations: readonly string[];
    /** Milliseconds UTC: this session's sign-in, and how it was done (`pwd`, `otp`, …). */
    signedInAt: number;
    amr: readonly string[];
  };
  /** Where the link "This was not me" of a mail leads. `void`: the link is too old, or none of ours. */
  'account/not-me': FormModel & {
    state: 'open' | 'done' | 'void';
    happening?: { kind: string; at: number; address: string; device?: Message; email: string };
    /** `happening.email` becomes the account's address again. */
    givesBack?: boolean;
    doneAt?: number;
  };
  'account/password': SignedInModel &
    FormModel & {
      email: string;
      minLength: number;
      mfa: 'active' | 'not-active';
      /** Left out where the warning says it. */
      recoveryCodesLeft?: number;
      /** Few are left, or this session was signed in with one. */
      recoveryCodesWarning?: Message;
      /** How to move to a new phone, unless the warning tells that. */
      isNewPhoneTold: boolean;
    };
  'account/mfa-activate': SignedInModel & FormModel & EnrolmentModel & { email: string; cancelUrl: string };
  'account/mfa-deactivate': SignedInModel & FormModel & DeactivationModel & { email: string; cancelUrl: string };
  /** Shown once, straight after they were made, until the form says that they are saved. */
  'account/recovery-codes': SignedInModel & FormModel & ShownCodesModel;
  'account/recovery-codes-new': SignedInModel & FormModel & { email: string; cancelUrl: string };
}

export type ViewName = keyof ViewModels;
