// What the pages behind an invitation's link are given.
import type { FormModel, LookedModel, Message } from './view-models.ts';

export interface InvitationViewModels {
  /** The link of an invitation that leads on to the sign-in: `about` says who invited whom to what, or how far the person has come. */
  'interaction/invitation': LookedModel &
    FormModel & {
      title: Message;
      about: readonly Message[];
      /** Empty where it is not told. */
      email: string;
    };
  /** A link that leads no further; how another mail is asked for, if it can be. */
  'interaction/invitation-over': FormModel & {
    title: Message;
    text: Message;
    /** When it ended, milliseconds UTC: told as `time` of the text. */
    endedAt?: number;
    ask: 'click' | 'address' | 'nobody';
    email: string;
  };
  /** The same whatever came of it. */
  'interaction/invitation-sent': { signInUrl: string };
}
