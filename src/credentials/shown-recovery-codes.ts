// Fresh recovery codes on their way to the person's eyes: sealed, for this one session, until they say that they saved them. A second
// click, Back or a reload still finds them; afterwards nobody does.
import { z } from 'zod';
import type { Secrets } from '../platform/secrets.ts';
import type { CollectionSpec, Storage } from '../storage/port.ts';

const shownCodesSchema = z.object({ id: z.string(), sealed: z.string(), expiresAt: z.number() });
const shownCodesSpec: CollectionSpec<z.output<typeof shownCodesSchema>> = {
  name: 'shown-recovery-codes',
  schema: shownCodesSchema,
  expiresAt: 'expiresAt',
};

const keptSeconds = 10 * 60;

export function createShownRecoveryCodes({ storage, secrets }: { storage: Storage; secrets: Secrets }) {
  const shown = storage.collection(shownCodesSpec);

  async function put(sessionUid: string, codes: readonly string[], now: number): Promise<void> {
    const sealed = secrets.seal(JSON.stringify(codes), context(sessionUid));
    await shown.put({ id: sessionUid, sealed, expiresAt: now + keptSeconds * 1000 });
  }

  /** @returns undefined once they were acknowledged, and after ten minutes */
  async function get(sessionUid: string): Promise<string[] | undefined> {
    const record = await shown.get(sessionUid);
    return record && (JSON.parse(secrets.open(record.sealed, context(sessionUid))) as string[]);
  }

  async function acknowledge(sessionUid: string): Promise<void> {
    await shown.delete(sessionUid);
  }

  return { put, get, acknowledge };
}
export type ShownRecoveryCodes = ReturnType<typeof createShownRecoveryCodes>;

function context(id: string) {
  return { collection: 'shown-recovery-codes', field: 'sealed', id };
}
