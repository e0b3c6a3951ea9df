// Sends what waits in the outbox. Each process runs one, beside its requests; none of them is ever waited for.
import pLimit from 'p-limit';
import type { Log } from '../platform/log.ts';
import type { Claim, Deliveries } from './deliveries.ts';
import { type Delivery, hasEnded, type TryResult } from './delivery.ts';
import type { Outbox } from './outbox.ts';
import type { Transport } from './transport.ts';

const everyMs = 1000;
const atOnce = 5;
/** Small, so that under a slow mail server nothing else that is due waits for long. */
const batch = 2 * atOnce;
/** A stop waits so long for tries under way; then they are cut off, and tried again after the next start. */
const graceMs = 5000;

export interface SenderDependencies {
  deliveries: Deliveries;
  outbox: Pick<Outbox, 'isWanted' | 'tell'>;
  transport: Transport;
  log: Log;
}

export function createSender({ deliveries, outbox, transport, log }: SenderDependencies) {
  let isStopping = false;

  /** Acts once on everything that is due. Rejects only where the storage fails. */
  async function sendDue(signal?: AbortSignal): Promise<void> {
    const limit = pLimit(atOnce);
    for (;;) {
      const due = await deliveries.due(batch);
      const acts = due.map((delivery) =>
        hasEnded(delivery) ? endOf(delivery) : limit(async () => tryIt(delivery, signal)),
      );
      for (const act of await Promise.allSettled(acts)) if (act.status === 'rejected') throw act.reason;
      if (due.length < batch || isStopping) return;
    }
  }

  async function tryIt(delivery: Delivery, signal?: AbortSignal): Promise<void> {
    if (delivery.sendUntil <= Date.now()) return deliveries.expire(delivery.id);
    if (!(await outbox.isWanted(delivery.reference))) return deliveries.supersede(delivery.id);
    const claim = isStopping ? undefined : await deliveries.claim(delivery.id);
    if (!claim) return;
    const result = await attempt(claim, signal);
    await deliveries.finish(claim, result);
    report(claim, result);
  }

  async function attempt({ delivery }: Claim, signal?: AbortSignal): Promise<TryResult> {
    try {
      return await transport.send(deliveries.open(delivery), delivery, signal);
    } catch (error) {
      log.error({ err: error, mail: delivery.id }, 'a message cannot be opened');
      return { state: 'failed', answer: 'the message cannot be opened: is a key missing in SECRET_KEY?' };
    }
  }

  async function endOf(delivery: Delivery): Promise<void> {
    const { id: messageId, state, reference, endedAt: at = 0, answer } = delivery;
    if (delivery.untold === undefined || !reference) return deliveries.settle(delivery);
    try {
      const outcome = { messageId, state: state as 'sent' | 'refused' | 'expired', at, reference };
      await outbox.tell({ ...outcome, ...(answer === undefined ? {} : { answer }) });
    } catch (error) {
      log.warn({ err: error, mail: messageId }, 'nobody could be told what became of a message; told again later');
      return deliveries.tellLater(delivery);
    }
    await deliveries.settle(delivery);
  }

  function report({ delivery }: Claim, { state, answer }: TryResult): void {
    const what = { mail: delivery.id, purpose: delivery.purpose, tries: delivery.tries, answer };
    if (state === 'sent') log.info(what, 'mail sent');
    else if (state === 'refused') log.warn(what, 'mail refused');
    else log.warn(what, 'mail not sent; tried again later');
  }

  /** Sends from now on, every second. @returns how to stop it; resolves when no try is under way any more */
  function start(): () => Promise<void> {
    isStopping = false;
    const cutOff = new AbortController();
    let running: Promise<void> | undefined;
    const run = () => {
      running ??= sendDue(cutOff.signal)
        .catch((error: unknown) => log.warn({ err: error }, 'sending mail failed; tried again in a second'))
        .finally(() => {
          running = undefined;
        });
    };
    const timer = setInterval(run, everyMs);
    timer.unref();
    return async () => {
      isStopping = true;
      clearInterval(timer);
      const patience = setTimeout(() => cutOff.abort(), graceMs);
      await running;
      clearTimeout(patience);
    };
  }

  return { sendDue, start };
}
export type MailSender = ReturnType<typeof createSender>;
