// Records that were written before lists and searches had today's keys get them once, beside whatever else is done.
import { z } from 'zod';
import type { Collection, CollectionSpec, Storage } from '../storage/port.ts';
import type { Account } from './account.ts';
import { withSearchKeys } from './account-record.ts';

/** One more whenever what is derived changes. */
const version = 1;
const pageSize = 200;

const upkeepSchema = z.object({ id: z.string(), version: z.number().int() });
const upkeepSpec: CollectionSpec<z.output<typeof upkeepSchema>> = { name: 'account-upkeep', schema: upkeepSchema };

export function createSearchUpkeep({ storage, accounts }: { storage: Storage; accounts: Collection<Account> }) {
  const done = storage.collection(upkeepSpec);

  /** Walks through the records of a store that this version finds for the first time; then it only looks whether that was done. */
  return async function keepUp(): Promise<void> {
    if (((await done.get('search-keys'))?.version ?? 0) >= version) return;
    for (let page = await accounts.list({ limit: pageSize }); page.length > 0; ) {
      // What is derived is no change of the account, so `updatedAt` stays.
      for (const { id } of page)
        await accounts.update(id, (old) => (old.status === 'deleted' ? undefined : withSearchKeys(old)));
      page = await accounts.list({ limit: pageSize, after: page.at(-1)?.id ?? '' });
    }
    await done.put({ id: 'search-keys', version });
  };
}
