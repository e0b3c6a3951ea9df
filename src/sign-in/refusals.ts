// A refused proof: the audit event, and what the screen is told.
import type { Audit, Origin } from '../audit/audit.ts';
import type { Attempt } from './attempt.ts';

export interface Throttled {
  throttledSeconds: number;
}

export function createRefusals({ audit }: { audit: Audit }) {
  async function refused(
    reason: string,
    subject: string | undefined,
    origin: Origin,
    { clientId }: Attempt,
  ): Promise<'rejected'> {
    await audit.record(
      { type: 'sign-in.failed', result: 'failure', clientId, detail: { reason }, ...(subject ? { subject } : {}) },
      origin,
    );
    return 'rejected';
  }

  async function refusedAsThrottled(
    reason: string,
    subject: string | undefined,
    { retryAfterSeconds }: { retryAfterSeconds: number },
    origin: Origin,
    { clientId }: Attempt,
  ): Promise<Throttled> {
    await audit.record(
      {
        type: 'sign-in.throttled',
        result: 'failure',
        clientId,
        detail: { reason, retryAfterSeconds },
        ...(subject ? { subject } : {}),
      },
      origin,
    );
    return { throttledSeconds: retryAfterSeconds };
  }

  return { refused, refusedAsThrottled };
}
