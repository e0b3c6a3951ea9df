// Writes the chain of this process: entries that arrive together are linked and stored together, the next ones after them, so that it is
// known at each link whether what it hangs on was stored.
import { newId } from '../platform/ids.ts';
import type { Log } from '../platform/log.ts';
import type { Collection } from '../storage/port.ts';
import { chained, genesis, type Head, type Unchained } from './chain.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { AuditEvent } from './event.ts';

export interface ChainWriterDependencies {
  events: Pick<Collection<AuditEvent>, 'insert'>;
  checkpoints: Checkpoints;
  log: Log;
}

interface Waiting {
  entry: Unchained;
  resolve(event: AuditEvent): void;
  reject(error: unknown): void;
}

/** How long, and how many entries, what is written may go unsigned. */
const signEveryMs = 5000;
const signEvery = 1000;
/** A chain with more losses than this is left for a new one. */
const mostLost = 100;

export function createChainWriter({ events, checkpoints, log }: ChainWriterDependencies) {
  let waiting: Waiting[] = [];
  let running: Promise<void> | undefined;
  let chain: { head: Head; startedAt: number; follows: Head[]; lost: { seq: number; hash: string }[] } | undefined;
  let signedSeq = -1;
  let signedAt = 0;
  let timer: NodeJS.Timeout | undefined;

  /** Resolves once the entry is stored; rejects when it was not. */
  function append(entry: Unchained): Promise<AuditEvent> {
    const { promise, resolve, reject } = Promise.withResolvers<AuditEvent>();
    waiting.push({ entry, resolve, reject });
    running ??= run();
    return promise;
  }

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        chain ??= await begin();
        await writeBatch(batch, chain);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    // In the same step as the last look: what comes after it starts anew.
    running = undefined;
  }

  async function begin() {
    const id = newId();
    const now = Date.now();
    const fresh = {
      head: { chain: id, seq: -1, hash: genesis(id) },
      startedAt: now,
      follows: await checkpoints.takeEnds(),
      lost: [],
    };
    [signedSeq, signedAt] = [-1, now];
    await checkpoints.put(statementOf(fresh, false));
    return fresh;
  }

  async function writeBatch(batch: readonly Waiting[], current: NonNullable<typeof chain>): Promise<void> {
    const linked = batch.map(({ entry }) => {
      const event = chained(entry, current.head);
      current.head = { chain: event.chain, seq: event.seq, hash: event.hash };
      return event;
    });
    const outcomes = await Promise.allSettled(linked.map((event) => events.insert(event)));
    for (const [index, outcome] of outcomes.entries()) {
      const [event, one] = [linked[index], batch[index]];
      if (!event || !one) continue;
      if (outcome.status === 'fulfilled') one.resolve(event);
      else {
        // It may be there all the same: then it counts.
        current.lost.push({ seq: event.seq, hash: event.hash });
        one.reject(outcome.reason);
      }
    }
    const hasLost = outcomes.some(({ status }) => status === 'rejected');
    const isDue = current.head.seq - signedSeq >= signEvery || Date.now() - signedAt >= signEveryMs;
    if (isDue || hasLost) await signed(current, current.lost.length > mostLost);
    else timer ??= setTimeout(() => void keepAlive(), signEveryMs).unref();
  }

  /** The entries stand without it: a failure is told, and made up for by the next one. */
  async function signed(current: NonNullable<typeof chain>, isClosed: boolean): Promise<void> {
    const { seq } = current.head;
    try {
      await checkpoints.put(statementOf(current, isClosed));
      [signedSeq, signedAt] = [seq, Date.now()];
    } catch (error) {
      log.warn({ err: error }, 'the audit record could not be signed; tried again with the next entry');
    }
    if (isClosed) chain = undefined;
  }

  function statementOf({ head, startedAt, follows, lost }: NonNullable<typeof chain>, isClosed: boolean) {
    return { id: head.chain, seq: head.seq, hash: head.hash, startedAt, at: Date.now(), isClosed, lost, follows };
  }

  /** Signs what is new, and says that this process lives. Between batches, so that nothing is signed before it is stored. */
  async function keepAlive(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    await running;
    if (chain) await signed(chain, false);
  }

  /** Signs the end. A later entry begins another chain. */
  async function close(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    await running;
    if (chain) await signed(chain, true);
  }

  /** The name of this process's chain, once there is one. */
  function current(): string | undefined {
    return chain?.head.chain;
  }

  return { append, keepAlive, close, current };
}
export type ChainWriter = ReturnType<typeof createChainWriter>;
