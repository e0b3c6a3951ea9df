// Which browsers an account has signed in with: the owner's own browser is not made to wait because of strangers elsewhere who guess at
// the account (OWASP, Device Cookies).
import { z } from 'zod';
import { sha256 } from '../platform/secrets.ts';
import type { CollectionSpec, Storage } from '../storage/port.ts';

const knownBrowserSchema = z.object({ id: z.string(), accountId: z.string(), expiresAt: z.number() });
const knownBrowsersSpec: CollectionSpec<z.output<typeof knownBrowserSchema>> = {
  name: 'known-browsers',
  schema: knownBrowserSchema,
  index: ['accountId'],
  expiresAt: 'expiresAt',
};

const keptSeconds = 90 * 24 * 3600;

export function createKnownBrowsers({ storage }: { storage: Storage }) {
  const browsers = storage.collection(knownBrowsersSpec);

  /** @param browserHash as the attempt keeps it */
  async function isKnown(browserHash: string, accountId: string): Promise<boolean> {
    return (await browsers.get(idOf(browserHash, accountId))) !== undefined;
  }

  /** After a finished sign-in. */
  async function remember(browserHash: string, accountId: string): Promise<void> {
    await browsers.put({ id: idOf(browserHash, accountId), accountId, expiresAt: Date.now() + keptSeconds * 1000 });
  }

  /** After the owner said that somebody else had signed in, or reset a password that somebody else may know.
   *  @param except the hash of a browser that is known to be the owner's */
  async function forget(accountId: string, except?: string): Promise<void> {
    if (except === undefined || !(await isKnown(except, accountId))) {
      await browsers.deleteMany('accountId', accountId);
      return;
    }
    const kept = idOf(except, accountId);
    for (let page = await pageOf(accountId); page.length > 0; page = await pageOf(accountId, page.at(-1)?.id))
      await Promise.all(page.map(({ id }) => id !== kept && browsers.delete(id)));
  }

  function pageOf(accountId: string, after = '') {
    return browsers.list({ where: { accountId }, limit: 1000, ...(after ? { after } : {}) });
  }

  return { isKnown, remember, forget };
}
export type KnownBrowsers = ReturnType<typeof createKnownBrowsers>;

function idOf(browserHash: string, accountId: string): string {
  return sha256(`${browserHash} ${accountId}`);
}
