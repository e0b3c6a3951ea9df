// The one error class of the domain: a code from a closed union, and a detail for the log alone.
// Which status and which sentence a code becomes is decided in web/http/errors.ts.

export type ErrorCode =
  | 'bad_request'
  | 'body_too_large'
  | 'conflict'
  | 'duplicate'
  | 'expired'
  | 'forbidden'
  | 'invalid_input'
  | 'not_found'
  | 'not_permitted'
  | 'sealed_value_unreadable'
  | 'storage_unavailable'
  | 'too_many_requests'
  | 'unsupported_media_type';

export class DomainError extends Error {
  readonly code: ErrorCode;
  /** For the operator's log: never shown to a browser, never a secret. */
  readonly detail: string;

  constructor(code: ErrorCode, detail: string, options?: { cause?: unknown }) {
    super(`${code}: ${detail}`, options);
    this.name = 'DomainError';
    this.code = code;
    this.detail = detail;
  }
}

export function isDomainError(error: unknown, code?: ErrorCode): error is DomainError {
  return error instanceof DomainError && (code === undefined || error.code === code);
}

/** @returns false when another had inserted it first   @throws whatever else goes wrong */
export async function unlessThere(insert: Promise<void>): Promise<boolean> {
  try {
    await insert;
    return true;
  } catch (error) {
    if (isDomainError(error, 'duplicate')) return false;
    throw error;
  }
}
