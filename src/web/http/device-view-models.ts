// What My Profile's pages of devices, applications and activity are given.
import type { ActivityModel, ApplicationModel, RememberedModel, SessionModel } from './account-models.ts';
import type { FormModel, SignedInModel } from './view-models.ts';

export interface DeviceViewModels {
  /** `remembered`: devices on which no code is asked. */
  'account/sessions': SignedInModel &
    FormModel & {
      current: SessionModel;
      others: readonly SessionModel[];
      remembered: readonly RememberedModel[];
    };
  /** Without `session` all others are meant. */
  'account/session-end': SignedInModel & FormModel & { session?: SessionModel; cancelUrl: string };
  'account/applications': SignedInModel & { applications: readonly ApplicationModel[] };
  'account/application-remove': SignedInModel & FormModel & { application: ApplicationModel; cancelUrl: string };
  'account/activity': SignedInModel & {
    events: readonly ActivityModel[];
    isFirstPage: boolean;
    firstUrl: string;
    nextUrl?: string;
  };
}
