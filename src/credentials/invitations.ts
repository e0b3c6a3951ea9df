// Ways in for a person who has no password yet: an invitation by mail, sent again, withdrawn, looked at. It ends in a temporary password,
// which opens nothing but the choice of an own one; nobody ever sets another person's password.
import type { Account } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import {
  invitationPurpose,
  invitationState,
  isCancelled,
  newInvitation,
  reissued,
  withInvitationEvent,
} from '../accounts/invitation.ts';
import { type InvitationStatus, statusOf } from '../accounts/invitation-status.ts';
import { membershipKeys, organizationIds } from '../accounts/membership.ts';
import { makeToken } from '../accounts/one-time-token.ts';
import type { SecurityNotices } from '../accounts/security-notices.ts';
import type { Audit, Origin } from '../audit/audit.ts';
import type { Clients } from '../clients/clients.ts';
import { DomainError } from '../platform/errors.ts';
import { newId } from '../platform/ids.ts';
import type { InvitationMails } from './invitation-mails.ts';
import { createOwnerRecovery } from './owner-recovery.ts';
import type { Passwords } from './passwords.ts';

export interface InvitationsDependencies {
  accounts: Accounts;
  passwords: Passwords;
  clients: Clients;
  audit: Audit;
  securityNotices: SecurityNotices;
  mails: InvitationMails;
  /** How long a link is good. */
  lifetimeSeconds: number;
  /** Where a person signs in. */
  signInUrl: string;
}

export type InvitedPerson = Pick<Account, 'email' | 'roles'> &
  Partial<Pick<Account, 'givenName' | 'familyName' | 'memberships'>> & {
    /** Where the person goes on to after the first sign-in; My Profile when left out. */
    clientId?: string | undefined;
  };

export function createInvitations(dependencies: InvitationsDependencies) {
  const { accounts, passwords, clients, audit, mails, lifetimeSeconds } = dependencies;

  /** Creates the account and mails its link and temporary password.
   *  @throws DomainError 'duplicate' when the address is taken, 'not_found' when there is no such client */
  async function invite({ clientId, ...person }: InvitedPerson, origin: Origin): Promise<Account> {
    if (clientId !== undefined && !(await clients.get(clientId)))
      throw new DomainError('not_found', `there is no client "${clientId}"`);
    if (await accounts.findByEmail(person.email))
      throw new DomainError('duplicate', `${person.email} has an account already`);
    const id = newId();
    const { now, token, link, password, temporaryPassword } = await makeSecrets(id);
    const account = await accounts.create({
      ...person,
      id,
      emailVerified: false,
      status: 'invited',
      temporaryPassword,
      invitation: newInvitation(link, { invitedBy: origin.actor, clientId, ownsAccount: true, mailId: newId() }, now),
    });
    const detail = { roles: person.roles, memberships: membershipKeys(person) };
    await audit.record({ type: 'account.created', result: 'success', subject: id, detail }, origin);
    await mails.send(account, { token, password });
    await audit.record({ type: 'invitation.sent', result: 'success', subject: id }, origin);
    return account;
  }

  /** Mails again, from every state but accepted: a new link and a new temporary password, which kill the older ones; to a person who has
   *  set a password already, the way to the sign-in. Takes a withdrawal back.
   *  @param options.takesBack false for whoever is no administrator: a withdrawal then stands
   *  @throws DomainError 'not_found', or 'conflict' where there is nothing to be invited to, or another request was faster */
  async function resend(accountId: string, origin: Origin, { takesBack = true } = {}): Promise<Account> {
    const account = await accounts.get(accountId);
    if (!account) throw new DomainError('not_found', `there is no account ${accountId}`);
    const problem = whyNotAgain(account);
    if (problem) throw new DomainError('conflict', `${account.email} ${problem}`);
    if (!takesBack && isCancelled(account)) throw changedMeanwhile(account);
    const updated = await (account.passwordHash === undefined ? issue(account, origin) : remind(account));
    await audit.record({ type: 'invitation.resent', result: 'success', subject: accountId }, origin);
    return updated;
  }

  /** A new epoch, too: whoever stands before the choice of an own password with the older temporary one signs in again. */
  async function issue(account: Account, { actor: invitedBy }: Origin): Promise<Account> {
    const { now, token, link, password, temporaryPassword } = await makeSecrets(account.id);
    const mailId = newId();
    const updated = await accounts.update(account.id, (current) => {
      const { invitation } = current;
      if (current.passwordHash !== undefined || invitation?.tokenHash !== account.invitation?.tokenHash)
        return undefined;
      // Withdrawn while the secrets were made: only a request that began later takes that back.
      if (isCancelled(current) !== isCancelled(account)) return undefined;
      return {
        ...reopened(current),
        temporaryPassword,
        invitation: invitation
          ? reissued(invitation, { ...link, mailId }, now)
          : newInvitation(link, { invitedBy, ownsAccount: false, mailId }, now),
        sessionEpoch: current.sessionEpoch + 1,
      };
    });
    if (!updated) throw changedMeanwhile(account);
    await mails.send(updated, { token, password });
    return updated;
  }

  async function remind(account: Account): Promise<Account> {
    const [now, mailId] = [Date.now(), newId()];
    const updated = await accounts.update(account.id, (current) =>
      whyNotAgain(current) || isCancelled(current) !== isCancelled(account)
        ? undefined
        : reminded(reopened(current), mailId, now),
    );
    if (!updated) throw changedMeanwhile(account);
    await mails.remind(updated);
    return updated;
  }

  /** Withdraws: nobody signs in with it from now on. An account that came with it and was never used is deleted, so that the address may
   *  be invited anew; any other is suspended, since it may be known to apps. May be called again after a crash.
   *  @throws DomainError 'not_found', or 'conflict' when there is no invitation, or it is accepted */
  async function cancel(accountId: string, origin: Origin): Promise<'deleted' | 'suspended'> {
    const account = await accounts.get(accountId);
    if (!account) throw new DomainError('not_found', `there is no account ${accountId}`);
    if (!account.invitation) throw new DomainError('conflict', `${account.email} has no invitation`);
    const now = Date.now();
    const updated = isCancelled(account)
      ? account
      : await accounts.update(accountId, (current) =>
          invitationState(current, now) === 'accepted' || current.status === 'suspended'
            ? undefined
            : withdrawn(current, now),
        );
    if (!updated) throw new DomainError('conflict', `${account.email} has accepted, or is suspended, already`);
    const isUnused = updated.passwordHash === undefined && updated.invitation?.ownsAccount === true;
    if (isUnused) await accounts.remove(accountId);
    const outcome = isUnused ? 'deleted' : 'suspended';
    await audit.record(
      {
        type: 'invitation.cancelled',
        result: 'success',
        subject: accountId,
        organizations: organizationIds(account),
        detail: { account: outcome },
      },
      origin,
    );
    return outcome;
  }

  async function* list(): AsyncGenerator<InvitationStatus> {
    for await (const account of accounts.all()) {
      const status = statusOf(account);
      if (status) yield status;
    }
  }

  async function makeSecrets(accountId: string) {
    const now = Date.now();
    const { token, stored } = makeToken(invitationPurpose, accountId, now + lifetimeSeconds * 1000);
    const temporary = await passwords.makeTemporary(now, { provesEmail: true });
    return { now, token, link: stored, password: temporary.password, temporaryPassword: temporary.stored };
  }

  return { invite, resend, cancel, statusOf, list, ...createOwnerRecovery(dependencies) };
}
export type Invitations = ReturnType<typeof createInvitations>;

/** An account without an invitation can get one while nobody has signed in to it: from an import, or from break-glass. */
function whyNotAgain(account: Account): string | undefined {
  if (account.status === 'suspended') return isCancelled(account) ? undefined : 'is suspended';
  const isAccepted = account.invitation
    ? invitationState(account, Date.now()) === 'accepted'
    : account.passwordHash !== undefined;
  return isAccepted ? 'can sign in already' : undefined;
}

function reopened(account: Account): Account {
  if (!isCancelled(account)) return account;
  const isComplete = account.invitation?.history.some(({ event }) => event === 'profile-done');
  return { ...account, status: isComplete ? 'active' : 'invited' };
}

function reminded(account: Account, mailId: string, now: number): Account {
  const { invitation, ...told } = withInvitationEvent(account, 'resent', now);
  return { ...told, ...(invitation ? { invitation: { ...invitation, mailId } } : {}) };
}

function withdrawn(account: Account, now: number): Account {
  const { temporaryPassword: _gone, ...kept } = withInvitationEvent(account, 'cancelled', now);
  return { ...kept, status: 'suspended', sessionEpoch: account.sessionEpoch + 1 };
}

function changedMeanwhile({ email }: Account): DomainError {
  return new DomainError('conflict', `${email} was changed meanwhile: look again`);
}
