// What the pages of passkeys are given.
import type { PasskeyModel } from './account-models.ts';
import type { FormModel, SignedInModel, StepModel } from './view-models.ts';

export interface PasskeyViewModels {
  /** The second factor of somebody who has no other. */
  'interaction/second-passkey': StepModel & { email: string; optionsUrl: string };
  /** Offered, or demanded by the policy. */
  'interaction/make-passkey': StepModel & { email: string; optionsUrl: string; isDemanded: boolean };
  /** `isAvailable`: the server has a name that passkeys can be made for. */
  'account/passkeys': SignedInModel & { passkeys: readonly PasskeyModel[]; isAvailable: boolean };
  'account/passkey-add': SignedInModel & FormModel & { optionsUrl: string; cancelUrl: string };
  /** `passkey` is its id. */
  'account/passkey-rename': SignedInModel & FormModel & { passkey: string; name: string; cancelUrl: string };
  /** `isNeeded`: it must stay. */
  'account/passkey-remove': SignedInModel & FormModel & { passkey: PasskeyModel; isNeeded: boolean; cancelUrl: string };
}
