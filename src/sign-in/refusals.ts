// A refused proof, or a person kept out: the audit event, and what the screen is told.

import type { Account } from '../accounts/account.ts';
import type { Audit, Origin } from '../audit/audit.ts';
import { sourceText } from '../organizations/policy.ts';
import type { Attempt } from './attempt.ts';
import type { Attempts } from './attempts.ts';
import type { Step } from './steps.ts';

export interface Throttled {
  throttledSeconds: number;
}

export interface RefusalsDependencies {
  audit: Audit;
  attempts: Attempts;
}

export function createRefusals({ audit, attempts }: RefusalsDependencies) {
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

  /** The proofs were right, and the person is kept out all the same: once an attempt, and by which rule. */
  async function keptOut(
    { id, clientId }: Attempt,
    step: Step & { name: 'refused' },
    account: Account | undefined,
    origin: Origin,
  ): Promise<void> {
    const noted = await attempts.update(id, (old) => (old.refusedAt ? undefined : { ...old, refusedAt: Date.now() }));
    if (!noted) return;
    const detail = { rule: step.rule, ...('by' in step ? { by: sourceText(step.by) } : {}) };
    const subject = account ? { subject: account.id } : {};
    await audit.record(
      { type: 'sign-in.refused', result: 'failure', clientId, detail, ...subject },
      { ...origin, actor: account?.id },
    );
  }

  return { refused, refusedAsThrottled, keptOut };
}
