// What people say of themselves: their name, and the language of screens and mails.
import type { Audit, Origin } from '../audit/audit.ts';
import type { Account } from './account.ts';
import type { Accounts } from './accounts.ts';

/** An empty `language` is the browser's. */
export type ProfileChange = { givenName: string; familyName: string } | { language: string };

export function createProfiles({ accounts, audit }: { accounts: Accounts; audit: Audit }) {
  /** Writes down what was and what is. What is as it was leaves the record, and so `updated_at`, alone.
   *  @returns whether anything changed */
  async function change(accountId: string, wanted: ProfileChange, origin: Origin): Promise<boolean> {
    let personal: Record<string, string> = {};
    const updated = await accounts.update(accountId, (old) => {
      personal = differences(old, wanted);
      return Object.keys(personal).length === 0 ? undefined : withProfile(old, wanted);
    });
    if (!updated) return false;
    await audit.record({ type: 'account.profile-changed', result: 'success', subject: accountId, personal }, origin);
    return true;
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
