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

export function createOutbox({ storage, secrets }: { storage: Storage; secrets: Secrets }) {
  const outbox = storage.collection(outboxSpec);

  /** Resolves once the message is stored. */
  async function put(message: Message): Promise<void> {
    const createdAt = Date.now();
    const id = `${createdAt.toString(36).padStart(10, '0')}-${newId()}`;
    await outbox.insert({
      id,
      sealed: secrets.seal(JSON.stringify(message), context(id)),
      createdAt,
      expiresAt: createdAt + keptSeconds * 1000,
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

  return { put, list };
}
export type Outbox = ReturnType<typeof createOutbox>;

function context(id: string) {
  return { collection: 'outbox', field: 'sealed', id };
}
