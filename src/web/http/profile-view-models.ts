// What the views of My Profile are given that tell of a person and of their data; the rest stands in view-models.ts.
import type { LinkedAccountModel } from './account-models.ts';
import type { FormModel, SignedInModel } from './view-models.ts';

export interface ProfileViewModels {
  'account/name': SignedInModel & FormModel & { givenName: string; familyName: string; cancelUrl: string };
  /** An empty `language` is the browser's; each name is in its own language. */
  'account/language': SignedInModel &
    FormModel & { language: string; languages: readonly { tag: string; name: string }[]; cancelUrl: string };
  'account/email': SignedInModel &
    FormModel & {
      email: string;
      /** As typed. */
      newEmail: string;
      cancelUrl: string;
      /** A change that waits for its link, and where it is withdrawn. */
      pending?: { email: string; expiresAt: number };
      cancelAction: string;
    };
  /** Where the link of the mail leads, signed in or not. */
  'account/email-confirm':
    | (FormModel & { outcome: 'good'; oldEmail: string; newEmail: string })
    | { outcome: 'changed' | 'expired' | 'taken' | 'unknown'; continueUrl: string };
  'account/identities': SignedInModel &
    FormModel & { identities: readonly LinkedAccountModel[]; offers: readonly { id: string; name: string }[] };
  /** `theirs` is the address that the other service told. */
  'account/identity-link': SignedInModel &
    FormModel & { name: string; theirs: string; trip: string; cancelUrl: string };
  'account/identity-unlink': SignedInModel &
    FormModel & {
      identity: LinkedAccountModel;
      /** The last way in: it stays. */
      isNeeded: boolean;
      cancelUrl: string;
    };
  'account/data': SignedInModel & FormModel & { deleteUrl: string };
  /** The last owner is told what to do instead of being asked. */
  'account/delete': SignedInModel &
    FormModel & {
      email: string;
      cancelUrl: string;
      isLastOwner: boolean;
      /** Where there is a second factor; `otherUrl` leads to the other way. */
      asksFor?: 'otp' | 'recovery';
      otherUrl?: string;
      confirmed: boolean;
    };
  'account/deleted': object;
}
