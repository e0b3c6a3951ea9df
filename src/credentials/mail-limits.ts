// How many mails somebody may cause by asking, within an hour: so that nobody's mailbox is filled by way of our forms.
import { z } from 'zod';
import { canonicalEmail } from '../accounts/account.ts';
import { isDomainError } from '../platform/errors.ts';
import { networkOf } from '../platform/networks.ts';
import type { Secrets } from '../platform/secrets.ts';
import type { CollectionSpec, Storage } from '../storage/port.ts';

const hourMs = 3_600_000;

/** Each counts by itself. So what strangers ask for uses up nothing of what a person who is signed in may ask for, and requests for
 *  invitations nothing of a network's way back in. */
const rules = {
  /** By the forms that anybody can use, both together: for the account that would get the mail … */
  'asked for account': 3,
  /** … and, before it is known whether there is such an account, for the network that asks. */
  'reset asked by network': 10,
  'invitation asked by network': 10,
  /** By a person who is signed in. */
  'caused by account': 3,
  'caused by network': 10,
  /** To an address that may be anybody's. */
  'sent to address': 3,
} as const;
export type MailRule = keyof typeof rules;

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

  /** Counts a mail.
   *  @param whose an account id, or the address of a network or a mailbox as it came, by the rule
   *  @returns false when it would be one too many within an hour */
  function take(rule: MailRule, whose: string | undefined): Promise<boolean> {
    return count(`${rule} ${nameOf(rule, whose)}`, rules[rule]);
  }

  function nameOf(rule: MailRule, whose = 'unknown'): string {
    if (rule.endsWith('network')) return networkOf(whose);
    return rule === 'sent to address' ? secrets.hmac('mail limits', canonicalEmail(whose)) : whose;
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

  return { take };
}
export type MailLimits = ReturnType<typeof createMailLimits>;
