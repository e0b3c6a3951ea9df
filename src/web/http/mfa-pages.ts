// What the pages of a second factor share, whether it is set up on My Profile or in the middle of a sign-in.
import QRCode from 'qrcode';
import type { MfaActivation } from '../../credentials/mfa.ts';
import { isCodeShaped } from '../../credentials/totp.ts';
import type { TotpEnrollment } from '../../credentials/totp-enrollments.ts';
import type { EnrolmentModel, ShownCodesModel } from './mfa-models.ts';
import type { FieldError } from './view-models.ts';

/** @param options.path the page itself   @param options.isSecretShown whether the person asked to see the secret key */
export async function enrolmentModel(
  { secret, uri }: TotpEnrollment,
  { path, isSecretShown }: { path: string; isSecretShown: boolean },
): Promise<EnrolmentModel> {
  const svg = await QRCode.toString(uri, { type: 'svg', margin: 1, errorCorrectionLevel: 'M' });
  return {
    qrCode: `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`,
    ...(isSecretShown ? { secretKey: inGroups(secret) } : {}),
    showSecretUrl: `${path}?key=shown#secret-key`,
  };
}

export function shownCodesModel(codes: readonly string[], email: string, productName: string): ShownCodesModel {
  const text = [`${productName}: recovery codes for ${email}`, '', ...codes, ''].join('\r\n');
  return { codes, downloadUrl: `data:text/plain;charset=utf-8,${encodeURIComponent(text)}` };
}

/** What cannot be a code is no guess. */
export function shapeErrors(field: 'code' | 'code1' | 'code2', typed: string): FieldError[] {
  if (typed.trim() === '') return [{ field, key: `error.${field}.required` }];
  return isCodeShaped(typed) ? [] : [{ field, key: `error.${field}.format` }];
}

export function activationErrors(
  activation: Exclude<MfaActivation, { outcome: 'activated' | 'already-active' }>,
): FieldError[] {
  switch (activation.outcome) {
    case 'no-enrollment':
      return [{ key: 'error.enrollmentExpired' }];
    case 'first-code-wrong':
      return [{ field: 'code1', key: 'error.code1.rejected' }];
    case 'second-code-wrong':
      return [{ field: 'code2', key: 'error.code2.rejected' }];
    case 'codes-equal':
      return [{ field: 'code2', key: 'error.code2.same' }];
    case 'clock-off': {
      const key = activation.seconds < 0 ? 'error.clock.slow' : 'error.clock.fast';
      return [{ field: 'code1', key, values: { count: Math.abs(activation.seconds) } }];
    }
  }
}

/** A code that is right but for the clock. @param seconds ahead (+) or behind (-) */
export function clockError(seconds: number): FieldError {
  const key = seconds < 0 ? 'error.code.clockSlow' : 'error.code.clockFast';
  return { field: 'code', key, values: { count: Math.abs(seconds) } };
}

/** In groups of four: easier to type. */
function inGroups(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, '$1 ');
}
