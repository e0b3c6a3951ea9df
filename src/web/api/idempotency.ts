// Idempotency-Key on every POST: whoever did not hear the answer asks again and gets the same one, for a day. Of parallel requests with one
// key, one acts and the others are told to come back. A request that failed may be tried again under its key.
import type { Context } from 'koa';
import type { AnsweredRequests } from '../../administration/answered-requests.ts';
import { DomainError } from '../../platform/errors.ts';
import { Problem } from './problems.ts';

export interface StoredAnswer {
  status: number;
  headers: Record<string, string>;
  text: string;
}

const keyShape = /^[\x21-\x7e]{1,255}$/;

/** @param asked.caller keys of one caller are unknown to another   @param act does it, and gives what is to be answered */
export async function onlyOnce(
  ctx: Context,
  requests: AnsweredRequests,
  asked: { caller: string; text: string; act: () => Promise<StoredAnswer> },
): Promise<StoredAnswer> {
  const key = ctx.get('Idempotency-Key');
  if (ctx.method !== 'POST' || key === '') return asked.act();
  if (!keyShape.test(key))
    throw new DomainError('bad_request', 'Idempotency-Key: must be 1 to 255 ASCII characters without spaces');
  const request = JSON.stringify([ctx.method, ctx.path, ctx.querystring, asked.text]);
  const beginning = await requests.begin({ caller: asked.caller, key, request });
  if (beginning.outcome === 'other') throw new Problem('idempotency-key-reused');
  if (beginning.outcome === 'under-way') throw new Problem('under-way');
  if (beginning.outcome === 'answered') {
    const answer = JSON.parse(beginning.answer) as StoredAnswer;
    return { ...answer, headers: { ...answer.headers, 'Idempotent-Replayed': 'true' } };
  }
  const answer = await asked.act().catch(async (error: unknown) => {
    await requests.abandon(beginning.turn);
    throw error;
  });
  await requests.finish(beginning.turn, JSON.stringify(answer));
  return answer;
}
