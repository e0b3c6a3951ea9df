// A password that turns up among leaked ones at sign-in: it still opens this sign-in, whose last step is then the choice of a new one
// (ASVS 6.2.10: never by the calendar, only on evidence).
import type { Account } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { Audit, Origin } from '../audit/audit.ts';
import type { BreachedPasswords } from '../credentials/breached-passwords.ts';

export interface BreachCheckDependencies {
  accounts: Accounts;
  audit: Audit;
  breachedPasswords: BreachedPasswords;
}

export function createBreachCheck({ accounts, audit, breachedPasswords }: BreachCheckDependencies) {
  /** @param account whose password was just proved */
  return async function demandNewIfBreached(account: Account, password: string, origin: Origin): Promise<void> {
    if (account.passwordMustChange || !(await breachedPasswords.isBreached(password))) return;
    const demanded = await accounts.update(account.id, (current) =>
      // The epoch, not the hash: a sign-in may have brought that up to date, and a new password brings a new epoch.
      current.sessionEpoch === account.sessionEpoch && !current.passwordMustChange
        ? { ...current, passwordMustChange: { reason: 'breached', at: Date.now() } }
        : undefined,
    );
    if (!demanded) return;
    await audit.record(
      { type: 'password.change-demanded', result: 'success', subject: account.id, detail: { reason: 'breached' } },
      origin,
    );
  };
}
