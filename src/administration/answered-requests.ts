// Answers to requests that must not be done twice, for callers that did not hear the first one (Idempotency-Key). Kept for a day, sealed:
// an answer may hold a new client's secret.
import { z } from 'zod';
import { isDomainError } from '../platform/errors.ts';
import { type Secrets, sha256 } from '../platform/secrets.ts';
import type { CollectionSpec, Storage } from '../storage/port.ts';

const answeredRequestSchema = z.object({
  /** Hash of who asked, and of the key they chose. */
  id: z.string(),
  /** Keyed hash of what was asked for. */
  requestHash: z.string(),
  startedAt: z.number(),
  /** Sealed; absent while the first request is under way. */
  answer: z.string().optional(),
  expiresAt: z.number(),
});
type AnsweredRequest = z.output<typeof answeredRequestSchema>;

const answeredRequestsSpec: CollectionSpec<AnsweredRequest> = {
  name: 'answered-requests',
  schema: answeredRequestSchema,
  expiresAt: 'expiresAt',
};

const keptMs = 24 * 3_600_000;
/** Whoever began and has not answered by then is dead. */
const patienceMs = 60_000;

/** Whoever has it does the work; after a minute without an answer another may. */
export interface Turn {
  id: string;
  startedAt: number;
}

export type Beginning =
  | { outcome: 'new'; turn: Turn }
  | { outcome: 'answered'; answer: string }
  /** The first one is not answered yet. */
  | { outcome: 'under-way' }
  /** The key was used for something else. */
  | { outcome: 'other' };

export function createAnsweredRequests({ storage, secrets }: { storage: Storage; secrets: Secrets }) {
  const requests = storage.collection(answeredRequestsSpec);

  /** Of parallel calls with one key, one gets 'new': it does the work, and then calls `finish` or `abandon`.
   *  @param asked.caller who asks   @param asked.request all that was asked for */
  async function begin(asked: { caller: string; key: string; request: string }): Promise<Beginning> {
    const now = Date.now();
    const id = sha256(JSON.stringify([asked.caller, asked.key]));
    const [requestHash = '', ...older] = secrets.hmacs('answered request', asked.request);
    const fresh = { id, requestHash, startedAt: now, expiresAt: now + keptMs };
    const turn = { id, startedAt: now };
    if (await inserted(fresh)) return { outcome: 'new', turn };
    const taken = await requests.update(id, (old) => (isDead(old, now) ? fresh : undefined));
    if (taken) return { outcome: 'new', turn };
    const known = await requests.get(id);
    if (!known) return { outcome: 'under-way' };
    if (![requestHash, ...older].includes(known.requestHash)) return { outcome: 'other' };
    if (known.answer === undefined) return { outcome: 'under-way' };
    return { outcome: 'answered', answer: secrets.open(known.answer, context(id)) };
  }

  async function inserted(record: AnsweredRequest): Promise<boolean> {
    try {
      await requests.insert(record);
      return true;
    } catch (error) {
      if (isDomainError(error, 'duplicate')) return false;
      throw error;
    }
  }

  async function finish({ id, startedAt }: Turn, answer: string): Promise<void> {
    const sealed = secrets.seal(answer, context(id));
    await requests.update(id, (old) => (old.startedAt === startedAt ? { ...old, answer: sealed } : undefined));
  }

  /** It came to nothing: the key may be used again, at once. */
  async function abandon({ id, startedAt }: Turn): Promise<void> {
    await requests.update(id, (old) =>
      old.startedAt === startedAt && old.answer === undefined ? { ...old, startedAt: 0 } : undefined,
    );
  }

  return { begin, finish, abandon };
}
export type AnsweredRequests = ReturnType<typeof createAnsweredRequests>;

function isDead({ answer, startedAt }: AnsweredRequest, now: number): boolean {
  return answer === undefined && startedAt <= now - patienceMs;
}

function context(id: string) {
  return { collection: 'answered-requests', field: 'answer', id };
}
