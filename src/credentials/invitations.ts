// Ways in for a person who has no password yet: an invitation by mail, and the break-glass way for an administrator. Both end in a
// temporary password, which opens nothing but the choice of an own one; nobody ever sets another person's password.
import type { Account } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { Audit, Origin } from '../audit/audit.ts';
import type { Messages } from '../mail/messages.ts';
import type { Outbox } from '../mail/outbox.ts';
import { DomainError } from '../platform/errors.ts';
import type { Passwords } from './passwords.ts';

/** Has every right on the instance. */
export const ownerRole = 'owner';

export interface InvitationsDependencies {
  accounts: Accounts;
  passwords: Passwords;
  messages: Messages;
  outbox: Outbox;
  audit: Audit;
  /** Where an invited person signs in. */
  signInUrl: string;
}

export interface Recovery {
  email: string;
  signInUrl: string;
  temporaryPassword: string;
  /** Milliseconds UTC. */
  expiresAt: number;
}

export function createInvitations({
  accounts,
  passwords,
  messages,
  outbox,
  audit,
  signInUrl,
}: InvitationsDependencies) {
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

  /** Break-glass: a way in for an owner who is locked out, or for the first one. Ends the account's sessions.
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
    const account = known
      ? await accounts.update(known.id, (current) => recovered(current, stored, options.resetMfa))
      : await accounts.create({
          email,
          emailVerified: false,
          status: 'invited',
          roles: [ownerRole],
          temporaryPassword: stored,
        });
    if (!account) throw new DomainError('conflict', `${email} was removed meanwhile`);
    const detail = { resetMfa: options.resetMfa, madeOwner: !known?.roles.includes(ownerRole) };
    await audit.record({ type: 'recovery.started', result: 'success', subject: account.id, detail }, origin);
    return { email: account.email, signInUrl, temporaryPassword: password, expiresAt: stored.expiresAt };
  }

  return { invite, renew, recoverOwner };
}
export type Invitations = ReturnType<typeof createInvitations>;

function recovered(
  account: Account,
  temporaryPassword: NonNullable<Account['temporaryPassword']>,
  resetMfa: boolean,
): Account {
  const { totp, recoveryCodes, pendingTotp: _pending, ...kept } = account;
  const factor = resetMfa ? {} : { ...(totp ? { totp } : {}), ...(recoveryCodes ? { recoveryCodes } : {}) };
  const status = account.status === 'suspended' ? ('active' as const) : account.status;
  const roles = [...new Set([...account.roles, ownerRole])];
  return { ...kept, ...factor, status, roles, temporaryPassword, sessionEpoch: account.sessionEpoch + 1 };
}
