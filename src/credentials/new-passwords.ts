// The one door for a new password: first one, change, reset and demanded change ask here, and nobody else judges (ASVS 6.2).
import type { Account } from '../accounts/account.ts';
import type { SignInPolicy } from '../organizations/policy.ts';
import type { BreachedPasswords } from './breached-passwords.ts';
import { contextWords, type PasswordFault, passwordFault } from './password-policy.ts';
import type { Passwords } from './passwords.ts';

export interface NewPasswordsDependencies {
  passwords: Passwords;
  breachedPasswords: BreachedPasswords;
  policyOf(account: Account | undefined): Promise<SignInPolicy>;
  /** Names of the firms the person belongs to. */
  firmNamesOf(account: Account): Promise<string[]>;
  productName: string;
}

export function createNewPasswords(dependencies: NewPasswordsDependencies) {
  const { passwords, breachedPasswords, policyOf, firmNamesOf, productName } = dependencies;

  /** The first rule that a new password breaks; the costly ones are asked last. No history is kept: it must differ from the present one.
   *  @param current the present password where the form asks for it; without it the stored hash is asked, in the hash queue
   *  @returns undefined when the password may be set */
  async function faultOf(account: Account, password: string, current?: string): Promise<PasswordFault | undefined> {
    const fault = passwordFault(password, {
      minLength: (await policyOf(account)).passwordMinLength,
      contextWords: contextWords(account, [productName, ...(await firmNamesOf(account))]),
    });
    if (fault) return fault;
    if (current !== undefined && password.normalize('NFKC') === current.normalize('NFKC')) return 'unchanged';
    // Before the stored hash: a refusal spends nothing, so who holds a link could else find the present password by a list of leaked ones.
    if (await breachedPasswords.isBreached(password)) return 'breached';
    return current === undefined && (await passwords.isPresent(account, password)) ? 'unchanged' : undefined;
  }

  return { faultOf };
}
export type NewPasswords = ReturnType<typeof createNewPasswords>;
