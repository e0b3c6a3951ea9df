// Break-glass: a way in for an owner who is locked out, or for the first one. It ends in a temporary password, as an invitation does.
import { type Account, withoutFactors } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { hasSecondFactor } from '../accounts/factors.ts';
import { withNotice } from '../accounts/pending-notices.ts';
import type { SecurityNotices } from '../accounts/security-notices.ts';
import type { Audit, Origin } from '../audit/audit.ts';
import { DomainError } from '../platform/errors.ts';
import type { Passwords } from './passwords.ts';

/** Has every right on the instance. */
export const ownerRole = 'owner';

export interface OwnerRecoveryDependencies {
  accounts: Accounts;
  passwords: Passwords;
  audit: Audit;
  securityNotices: SecurityNotices;
  /** Where a person signs in. */
  signInUrl: string;
}

export interface Recovery {
  email: string;
  signInUrl: string;
  temporaryPassword: string;
  /** Milliseconds UTC. */
  expiresAt: number;
}

export function createOwnerRecovery(dependencies: OwnerRecoveryDependencies) {
  const { accounts, passwords, audit, securityNotices, signInUrl } = dependencies;

  /** Break-glass: a way in for an owner who is locked out, or for the first one. Ends the account's password,
   *  sessions and tokens, and tells its person.
   *  @param options.makeOwner gives the role to an account that lacks it   @param options.resetMfa removes a lost second factor
   *  @throws DomainError 'forbidden' when the account is no owner, or there is none on an instance that has others, and `makeOwner` was not asked */
  async function recoverOwner(
    email: string,
    options: { makeOwner: boolean; resetMfa: boolean },
    origin: Origin,
  ): Promise<Recovery> {
    const { password, stored } = await passwords.makeTemporary(Date.now(), { provesEmail: false });
    const known = await accounts.findByEmail(email);
    if (known && !known.roles.includes(ownerRole) && !options.makeOwner) {
      throw new DomainError('forbidden', `${email} is not an owner; add --make-owner to give the account that role`);
    }
    if (!known && !options.makeOwner && !(await accounts.isEmpty())) {
      throw new DomainError('forbidden', `${email} has no account; add --make-owner to create one with every right`);
    }
    const started = (madeOwner: boolean) =>
      ({ type: 'recovery.started', detail: { resetMfa: options.resetMfa, madeOwner } }) as const;
    const account = known
      ? await accounts.update(known.id, (current) => {
          const told = { origin, now: Date.now() };
          const event = started(!current.roles.includes(ownerRole));
          const changed = recovered(current, stored, options.resetMfa);
          const open = withNotice(changed, { kind: 'recoveryStarted', ...told, event });
          const losesMfa = options.resetMfa && hasSecondFactor(current);
          const reset = { type: 'mfa.reset', detail: { reason: 'admin-recover' } } as const;
          return losesMfa ? withNotice(open, { kind: 'mfaDeactivated', ...told, event: reset }) : open;
        })
      : await accounts.create({
          email,
          emailVerified: false,
          status: 'invited',
          roles: [ownerRole],
          temporaryPassword: stored,
        });
    if (!account) throw new DomainError('conflict', `${email} was removed meanwhile`);
    if (!known) await audit.record({ ...started(true), result: 'success', subject: account.id }, origin);
    await securityNotices.flush(account);
    return { email: account.email, signInUrl, temporaryPassword: password, expiresAt: stored.expiresAt };
  }

  return { recoverOwner };
}

/** The old password goes, and every token with the sessions, `offline_access` or not: whoever locked the owner out may know the one and hold
 *  the other, and where the second factor goes too, that password alone would open the account before its owner does. */
function recovered(
  account: Account,
  temporaryPassword: NonNullable<Account['temporaryPassword']>,
  resetMfa: boolean,
): Account {
  const { passwordHash: _known, passwordMustChange: _demand, ...kept } = resetMfa ? withoutFactors(account) : account;
  const status = account.status === 'suspended' ? ('active' as const) : account.status;
  const roles = [...new Set([...account.roles, ownerRole])];
  const sessionEpoch = account.sessionEpoch + 1;
  return { ...kept, status, roles, temporaryPassword, sessionEpoch, tokensFromEpoch: sessionEpoch };
}
