// What the pages about the instance itself are given: signing keys, mail, what needs a look.
import type { AdminModel, ChoiceModel, Label } from './admin-models.ts';
import type { FormModel, Message } from './view-models.ts';

/** An instant with what it is, in milliseconds UTC. */
export interface InstantModel {
  label: Message;
  at: number;
}

export interface SigningKeyModel {
  kid: string;
  state: Message;
  since: InstantModel;
  until?: InstantModel;
  revokeUrl?: string;
}

export interface MailMessageModel {
  href: string;
  to: string;
  /** Its sentence in the catalogue, where there is one; else `purpose` says which mail it is. */
  subjectKey: string;
  purpose: string;
  state: Message;
  isTrouble: boolean;
  tries: number;
  /** Milliseconds UTC. */
  createdAt: number;
  /** What the mail server said last. */
  answer?: string;
}

export interface MailTestModel {
  state: Message;
  answer: string;
  isTrouble: boolean;
}

export interface FindingModel {
  about: Label;
  /** What is wrong, with what to do. */
  text: Message;
  /** Where it can be done; left out for settings. */
  href?: string;
}

export interface InstanceViewModels {
  'admin/health': AdminModel & {
    /** The worst first; none where nothing is wrong. */
    groups: readonly { id: string; title: Message; findings: readonly FindingModel[] }[];
  };
  'admin/keys': AdminModel & {
    isScheduled: boolean;
    rotateUrl: string;
    algorithms: readonly { algorithm: string; about: Message; keys: readonly SigningKeyModel[] }[];
  };
  /** Says what will happen to the keys, and asks. */
  'admin/key-act': AdminModel &
    FormModel & {
      title: Message;
      about: readonly Message[];
      submit: Message;
      /** The one that is to be revoked. */
      key?: { kid: string; algorithm: string };
      /** Before then it is refused, milliseconds UTC. */
      earliestAt?: number;
      /** Which keys signed when the page was made. */
      was: string;
      isDangerous: boolean;
      cancelUrl: string;
    };
  'admin/mail': AdminModel & {
    /** By which mail server, if any. */
    route: Message;
    testUrl: string;
    states: readonly ChoiceModel[];
    messages: readonly MailMessageModel[];
    empty: Message;
    firstUrl?: string;
    nextUrl?: string;
  };
  'admin/mail-message': AdminModel &
    FormModel & {
      message: MailMessageModel;
      isOff: boolean;
      mayRetry: boolean;
      /** Milliseconds UTC, as the others. */
      sendUntil: number;
      lastTryAt?: number;
      nextTryAt?: number;
      endedAt?: number;
      listUrl: string;
    };
  'admin/mail-test': AdminModel &
    FormModel & {
      /** The administrator's own. */
      email: string;
      route: Message;
      hasServer: boolean;
      /** Of the test that was just made. */
      result?: MailTestModel;
      listUrl: string;
    };
}
