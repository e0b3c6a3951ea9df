// How many mails somebody may cause by asking: for each account and each network that asks, and for each address that is written to. So
// that nobody's mailbox is filled by way of our forms.
import { z } from 'zod';
import { canonicalEmail } from '../accounts/account.ts';
import { isDomainError } from '../platform/errors.ts';
import { networkOf } from '../platform/networks.ts';
import type { Secrets } from '../platform/secrets.ts';
import type { CollectionSpec, Storage } from '../storage/port.ts';

const hourMs = 3_600_000;
const perAccount = 3;
const perAddress = 3;
const perNetwork = 10;

const mailCountSchema = z.object({
  id: z.string(),
  /** Milliseconds UTC of each mail of the last hour. */
  sentAt: z.array(z.number()),
  expiresAt: z.number(),
});
const mailCountsSpec: CollectionSpec<z.output<typeof mailCountSchema>> = {
  name: 'mail-counts',
  schema: mailCountSchema,
  expiresAt: 'expiresAt',
};

export function createMailLimits({ storage, secrets }: { storage: Storage; secrets: Secrets }) {
  const counts = storage.collection(mailCountsSpec);

  /** Counts a mail that a signed-in person causes. @returns false when it would be one too many within an hour */
  async function take({ accountId, address }: { accountId: string; address: string | undefined }): Promise<boolean> {
    const network = networkOf(address ?? 'unknown');
    return (await count(`account ${accountId}`, perAccount)) && (await count(`network ${network}`, perNetwork));
  }

  /** Counts a mail to an address, whoever causes it. @returns false when it would be one too many within an hour */
  function takeFor(email: string): Promise<boolean> {
    return count(`to ${secrets.hmac('mail limits', canonicalEmail(email))}`, perAddress);
  }

  /** Counts a mail that somebody asks for who is not signed in, before it is known whether there will be one. Each kind by itself, so that
   *  no other uses up the way back in.
   *  @returns false when it would be one too many from this network within an hour */
  function takeFrom(address: string | undefined, kind: 'invitation' | 'reset'): Promise<boolean> {
    return count(`${kind} from ${networkOf(address ?? 'unknown')}`, perNetwork);
  }

  /** Counts a mail for a forgotten password. By itself, so that no other mail uses up the way back in.
   *  @returns false when it would be one too many within an hour */
  function takeReset(accountId: string): Promise<boolean> {
    return count(`reset ${accountId}`, perAccount);
  }

  async function count(id: string, most: number): Promise<boolean> {
    const now = Date.now();
    let isFull = false;
    const updated = await counts.update(id, (old) => {
      const recent = old.sentAt.filter((at) => at > now - hourMs);
      isFull = recent.length >= most;
      return isFull ? undefined : { id, sentAt: [...recent, now], expiresAt: now + hourMs };
    });
    if (updated || isFull) return updated !== undefined;
    try {
      await counts.insert({ id, sentAt: [now], expiresAt: now + hourMs });
      return true;
    } catch (error) {
      // Another request counted the first mail at the same moment.
      if (!isDomainError(error, 'duplicate')) throw error;
      return count(id, most);
    }
  }

  return { take, takeFor, takeFrom, takeReset };
}
export type MailLimits = ReturnType<typeof createMailLimits>;
