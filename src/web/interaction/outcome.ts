// How the outcome of a proof reads on its page.
import type { ProofOutcome } from '../../sign-in/code-step.ts';
import { clockError } from '../http/mfa-pages.ts';
import { throttledError } from '../http/throttled.ts';
import type { FieldError } from '../http/view-models.ts';

/** @param keys the catalogue's sentences for this screen, and the field they stand beside */
export function outcomeErrors(
  outcome: Exclude<ProofOutcome, 'accepted' | 'ended'>,
  keys: { rejected: string; expired?: string; field: string },
): FieldError[] {
  const { field } = keys;
  if (outcome === 'rejected') return [{ field, key: keys.rejected }];
  if (outcome === 'expired') return [{ field, key: keys.expired ?? keys.rejected }];
  if (outcome === 'locked') return [{ field, key: 'error.code.locked' }];
  if ('clockSeconds' in outcome) return [clockError(outcome.clockSeconds)];
  return [throttledError(field, outcome.throttledSeconds)];
}

/** 422 for what can be mended, 429 for what must wait (RFC 6585, 4). */
export function throttledStatus(outcome: ProofOutcome | undefined): { status: number; retryAfter?: string } {
  const mustWait = typeof outcome === 'object' && 'throttledSeconds' in outcome;
  return mustWait ? { status: 429, retryAfter: String(outcome.throttledSeconds) } : { status: 422 };
}
