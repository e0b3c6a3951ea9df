// What the pages of a second factor are given, on My Profile and in the middle of a sign-in alike.

/** A second factor being set up. */
export interface EnrolmentModel {
  /** data: URI of an SVG. */
  qrCode: string;
  /** Set once the person asked to see it; in groups of four. */
  secretKey?: string;
  showSecretUrl: string;
}

/** Fresh recovery codes, to be saved. */
export interface ShownCodesModel {
  codes: readonly string[];
  /** data: URI of a text. */
  downloadUrl: string;
}

/** A second factor being removed. */
export interface DeactivationModel {
  confirmed: boolean;
  /** The policy demands a second factor: it will have to be set up again at once. */
  isEnforced: boolean;
  /** Asks for a recovery code instead of a code; `otherUrl` leads to the other way. */
  withRecoveryCode: boolean;
  otherUrl: string;
}
