// Ways in for a person who has no password yet: an invitation by mail, and the break-glass way for an administrator. Both end in a
// temporary password, which opens nothing but the choice of an own one; nobody ever sets another person's password.
import type { Account } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { SecurityNotices } from '../accounts/security-notices.ts';
import type { Audit, Origin } from '../audit/audit.ts';
import type { Messages } from '../mail/messages.ts';
import type { Outbox } from '../mail/outbox.ts';
import { createOwnerRecovery } from './owner-recovery.ts';
import type { Passwords } from './passwords.ts';

export interface InvitationsDependencies {
  accounts: Accounts;
  passwords: Passwords;
  messages: Messages;
  outbox: Outbox;
  audit: Audit;
  securityNotices: SecurityNotices;
  /** Where an invited person signs in. */
  signInUrl: string;
}

export function createInvitations(dependencies: InvitationsDependencies) {
  const { accounts, passwords, messages, outbox, audit, signInUrl } = dependencies;

  /** Creates the account and mails its temporary password. @throws DomainError 'duplicate' when the address is taken */
  async function invite(person: Pick<Account, 'email' | 'roles'>, origin: Origin): Promise<Account> {
    const { password, stored } = await passwords.makeTemporary(Date.now(), { provesEmail: true });
    const account = await accounts.create({
      ...person,
      emailVerified: false,
      status: 'invited',
      temporaryPassword: stored,
    });
    await audit.record(
      { type: 'account.created', result: 'success', subject: account.id, detail: { roles: person.roles } },
      origin,
    );
    await mail(account, password, stored.expiresAt, origin);
    return account;
  }

  /** Makes a fresh temporary password where the last one has run out unused, and mails it. @returns whether one was sent */
  async function renew(account: Account, origin: Origin): Promise<boolean> {
    if (account.status !== 'invited' || (account.temporaryPassword?.expiresAt ?? 0) > Date.now()) return false;
    const { password, stored } = await passwords.makeTemporary(Date.now(), { provesEmail: true });
    const updated = await accounts.update(account.id, (current) =>
      current.status === 'invited' && current.temporaryPassword?.hash === account.temporaryPassword?.hash
        ? { ...current, temporaryPassword: stored }
        : undefined,
    );
    if (updated) await mail(updated, password, stored.expiresAt, origin);
    return updated !== undefined;
  }

  async function mail(account: Account, temporaryPassword: string, expiresAt: number, origin: Origin): Promise<void> {
    await outbox.put(
      messages.render('invitation', account.email, {
        email: account.email,
        temporaryPassword,
        url: signInUrl,
        expiresAt,
      }),
    );
    await audit.record({ type: 'invitation.sent', result: 'success', subject: account.id }, origin);
  }

  return { invite, renew, ...createOwnerRecovery(dependencies) };
}
export type Invitations = ReturnType<typeof createInvitations>;
