// How "too many tries" reads, wherever something is guessed: in words beside the field, with 429 and Retry-After (RFC 6585, 4).
import type { FieldError } from './view-models.ts';

/** Why a form was refused. */
export interface Refusal {
  errors: FieldError[];
  status: number;
  /** Sent as Retry-After. */
  retryAfterSeconds?: number;
}

export function throttled(field: string, retryAfterSeconds: number): Refusal {
  return { errors: [throttledError(field, retryAfterSeconds)], status: 429, retryAfterSeconds };
}

export function throttledError(field: string, seconds: number): FieldError {
  if (seconds < 60) return { field, key: 'error.throttledSeconds', values: { count: seconds } };
  return { field, key: 'error.throttled', values: { count: Math.ceil(seconds / 60) } };
}
