// What the pages about the instance itself are given: signing keys.
import type { AdminModel } from './admin-models.ts';
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

export interface InstanceViewModels {
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
}
