// Fresh recovery codes on their way to the person's eyes.
import { z } from 'zod';

/** Sealed, for one session or one sign-in (`holder`), until they say that they saved them. */
export const shownRecoveryCodesSchema = z.object({
  sealed: z.string(),
  holder: z.string(),
  expiresAt: z.number(),
  /** The session epoch that the activation they came with has made: tells a sign-in that it was its own. */
  activatedEpoch: z.number().int().optional(),
});
