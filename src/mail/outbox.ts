// Mail on its way out. A message may carry a temporary password or a link that signs in, so it is sealed while it waits.
import { z } from 'zod';
import { newId } from '../platform/ids.ts';
import type { Secrets } from '../platform/secrets.ts';
import type { CollectionSpec, Storage } from '../storage/port.ts';

export interface Message {
  to: string;
  subject: string;
  text: string;
  html: string;
  /** Which mail it is, for whoever looks at the queue: `invitation`, `notice.passwordChanged`. */
  purpose?: string;
}

const storedMessageSchema = z.object({
  /** Sorts by time. */
  id: z.string(),
  sealed: z.string(),
  createdAt: z.number(),
  expiresAt: z.number(),
});
type StoredMessage = z.output<typeof storedMessageSchema>;

const outboxSpec: CollectionSpec<StoredMessage> = {
  name: 'outbox',
  schema: storedMessageSchema,
  expiresAt: 'expiresAt',
};

/** No message of ours means anything after a week. */
const keptSeconds = 7 * 24 * 3600;

/** What a message is about, for whoever wants to hear what became of it. */
export interface Reference {
  /** For instance `invitation`. */
  kind: string;
  accountId: string;
}

export interface PutOptions {
  /** Given back with the outcome. A message without one has no outcome that is told. */
  reference?: Reference;
  /** Milliseconds UTC from which on the message means nothing, such as the end of its link: it is not sent later. A week when left out. */
  expiresAt?: number;
}

/** How sending a message ended. `sent`: the mail server took it. `refused`: it said that it never will. `expired`: nobody took it in time. */
export interface Outcome {
  messageId: string;
  state: 'sent' | 'refused' | 'expired';
  /** Milliseconds UTC. */
  at: number;
  reference: Reference;
  /** What the mail server said last, for instance `550 5.1.1 No such user here`; never anything of the message. */
  answer?: string;
}

/** Told at least once, in any process, and again later when it throws: it must be able to hear the same twice. */
export type OutcomeListener = (outcome: Outcome) => Promise<void>;

export function createOutbox({ storage, secrets }: { storage: Storage; secrets: Secrets }) {
  const outbox = storage.collection(outboxSpec);
  const listeners: OutcomeListener[] = [];

  /** Resolves once the message is stored; it is sent later, by whichever process comes to it first. */
  async function put(message: Message, { expiresAt }: PutOptions = {}): Promise<void> {
    const createdAt = Date.now();
    const id = `${createdAt.toString(36).padStart(10, '0')}-${newId()}`;
    await outbox.insert({
      id,
      sealed: secrets.seal(JSON.stringify(message), context(id)),
      createdAt,
      expiresAt: expiresAt ?? createdAt + keptSeconds * 1000,
    });
  }

  /** Newest first. */
  async function list(): Promise<(Message & { id: string; createdAt: number })[]> {
    const stored = await outbox.list({ limit: 1000 });
    return stored.reverse().map(({ id, sealed, createdAt }) => ({
      ...(JSON.parse(secrets.open(sealed, context(id))) as Message),
      id,
      createdAt,
    }));
  }

  /** Every listener hears of every message that was put with a reference. Called while the services are built. */
  function onOutcome(listener: OutcomeListener): void {
    listeners.push(listener);
  }

  return { put, list, onOutcome };
}
export type Outbox = ReturnType<typeof createOutbox>;

function context(id: string) {
  return { collection: 'outbox', field: 'sealed', id };
}
