// Everything about second factors, built by name.
import type { Accounts } from '../accounts/accounts.ts';
import type { Secrets } from '../platform/secrets.ts';
import type { Storage } from '../storage/port.ts';
import { createMfa } from './mfa.ts';
import { createRecoveryCodes } from './recovery-codes.ts';
import { createTotp } from './totp.ts';
import { createTotpEnrollments } from './totp-enrollments.ts';

export interface FactorServicesDependencies {
  accounts: Accounts;
  secrets: Secrets;
  storage: Storage;
  /** As authenticator apps show it. */
  issuerName: string;
}

export function createFactorServices(dependencies: FactorServicesDependencies) {
  const totp = createTotp(dependencies);
  const enrollments = createTotpEnrollments(dependencies);
  const recoveryCodes = createRecoveryCodes(dependencies);
  const mfa = createMfa({ ...dependencies, totp, enrollments, recoveryCodes });
  return { totp, enrollments, recoveryCodes, mfa };
}
