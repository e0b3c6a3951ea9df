// What people say of themselves: their name, and the language of screens and mails.
import type { Origin } from '../audit/audit.ts';
import type { Account } from './account.ts';
import type { Accounts } from './accounts.ts';
import { withEvent } from './pending-notices.ts';
import type { SecurityNotices } from './security-notices.ts';

/** An empty `language` is the browser's. */
export type ProfileChange = { givenName: string; familyName: string } | { language: string };

export interface ProfilesDependencies {
  accounts: Accounts;
  securityNotices: SecurityNotices;
}

export function createProfiles({ accounts, securityNotices }: ProfilesDependencies) {
  /** Writes down what was and what is. What is as it was leaves the record, and so `updated_at`, alone.
   *  @returns whether anything changed */
  async function change(accountId: string, wanted: ProfileChange, origin: Origin): Promise<boolean> {
    const updated = await accounts.update(accountId, (old) => {
      const personal = differences(old, wanted);
      if (Object.keys(personal).length === 0) return undefined;
      const event = { type: 'account.profile-changed', personal } as const;
      return withEvent(withProfile(old, wanted), event, { origin, now: Date.now() });
    });
    await securityNotices.flush(updated);
    return updated !== undefined;
  }

  return { change };
}
export type Profiles = ReturnType<typeof createProfiles>;

function withProfile({ language, ...account }: Account, wanted: ProfileChange): Account {
  if (!('language' in wanted)) return { ...account, ...(language ? { language } : {}), ...wanted };
  return { ...account, ...(wanted.language ? { language: wanted.language } : {}) };
}

/** `givenName.old` and `givenName.new` of each field that is not as it was. */
function differences(old: Account, wanted: ProfileChange): Record<string, string> {
  const changed = Object.entries(wanted).filter(([field, value]) => (old[field as keyof Account] ?? '') !== value);
  return Object.fromEntries(
    changed.flatMap(([field, value]) => [
      [`${field}.old`, String(old[field as keyof Account] ?? '')],
      [`${field}.new`, value],
    ]),
  );
}
