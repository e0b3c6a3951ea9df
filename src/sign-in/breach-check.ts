// A password that turns up among leaked ones at sign-in: it still opens this sign-in, whose last step is then the choice of a new one
// (ASVS 6.2.10: never by the calendar, only on evidence).
import type { Account } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { withEvent } from '../accounts/pending-notices.ts';
import type { SecurityNotices } from '../accounts/security-notices.ts';
import type { Origin } from '../audit/audit.ts';
import type { BreachedPasswords } from '../credentials/breached-passwords.ts';

export interface BreachCheckDependencies {
  accounts: Accounts;
  breachedPasswords: BreachedPasswords;
  securityNotices: SecurityNotices;
}

export function createBreachCheck({ accounts, breachedPasswords, securityNotices }: BreachCheckDependencies) {
  /** @param account whose password was just proved */
  return async function demandNewIfBreached(account: Account, password: string, origin: Origin): Promise<void> {
    if (account.passwordMustChange || !(await breachedPasswords.isBreached(password))) return;
    const demanded = await accounts.update(account.id, (current) =>
      // The epoch, not the hash: a sign-in may have brought that up to date, and a new password brings a new epoch.
      current.sessionEpoch === account.sessionEpoch && !current.passwordMustChange
        ? demandNew(current, origin, Date.now())
        : undefined,
    );
    await securityNotices.flush(demanded);
  };
}

function demandNew(account: Account, origin: Origin, now: number): Account {
  const event = { type: 'password.change-demanded', detail: { reason: 'breached' } } as const;
  return withEvent({ ...account, passwordMustChange: { reason: 'breached', at: now } }, event, { origin, now });
}
