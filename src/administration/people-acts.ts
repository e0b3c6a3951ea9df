// What administrators do to the ways in of other people: never set or see a password or a secret, only take away, end and send again
// (ASVS 6.4.6). Each act is told to the person where it changes how they get in, and written down with its reason.
import { type Account, recoveryCodesLeft, withoutFactors } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { hasSecondFactor } from '../accounts/factors.ts';
import { isPastFirstSignIn } from '../accounts/invitation-status.ts';
import { withEvent, withNotice } from '../accounts/pending-notices.ts';
import type { SecurityNotices } from '../accounts/security-notices.ts';
import type { Origin } from '../audit/audit.ts';
import type { Invitations } from '../credentials/invitations.ts';
import type { Passkey } from '../credentials/passkey.ts';
import type { Passkeys } from '../credentials/passkeys.ts';
import type { PasswordReset } from '../credentials/password-reset.ts';
import { DomainError } from '../platform/errors.ts';
import type { EndReason, Session } from '../sessions/session.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { KnownBrowsers } from '../sign-in/known-browsers.ts';
import { type Administrator, demandOver } from './administrator.ts';
import type { LastOwner } from './last-owner.ts';
import type { People } from './people.ts';
import type { IsStill } from './person-change.ts';

export interface PeopleActsDependencies {
  people: People;
  accounts: Accounts;
  invitations: Invitations;
  knownBrowsers: KnownBrowsers;
  lastOwner: LastOwner;
  passkeys: Pick<Passkeys, 'list'>;
  passwordReset: Pick<PasswordReset, 'mailLink'>;
  securityNotices: SecurityNotices;
  sessions: Sessions;
  /** Ends the sessions of an account, takes their tokens away and tells their apps. */
  endSessions(accountId: string, reason: EndReason, origin: Origin): Promise<number>;
}

/** What is set up, without anything secret. */
export interface MfaStatus {
  active: boolean;
  /** Of the authenticator app, where there is one. */
  activatedAt?: number;
  recoveryCodesLeft: number;
  passkeys: readonly Pick<Passkey, 'name' | 'userAgent' | 'createdAt' | 'lastUsedAt' | 'isBackedUp'>[];
}

export function createPeopleActs(dependencies: PeopleActsDependencies) {
  const { people, accounts, invitations, lastOwner, passwordReset, securityNotices, sessions, endSessions } =
    dependencies;

  async function over(who: Administrator, id: string, permission: 'users:invite' | 'users:help' | 'users:write') {
    const account = await people.get(who, id);
    demandOver(who, account, permission);
    return account;
  }

  /** @throws DomainError 'conflict' where there is nothing to be invited to */
  async function resend(who: Administrator, id: string): Promise<Account> {
    return invitations.resend((await over(who, id, 'users:invite')).id, who.origin);
  }

  async function cancelInvitation(who: Administrator, id: string): Promise<'deleted' | 'suspended'> {
    return invitations.cancel((await over(who, id, 'users:invite')).id, who.origin);
  }

  /** The link goes to the person, and to nobody else.
   *  @throws DomainError 'conflict' for somebody who has no password of their own yet, or is suspended */
  async function sendPasswordReset(who: Administrator, id: string): Promise<Account> {
    const account = await over(who, id, 'users:help');
    if (account.status !== 'active' || account.passwordHash === undefined)
      throw new DomainError('conflict', `${account.email} has no password to reset: send the invitation again`);
    if (!(await passwordReset.mailLink(account, who.origin)))
      throw new DomainError('conflict', `${account.email} was changed meanwhile: look again`);
    return account;
  }

  /** For a lost phone: what is set up is removed, never shown, passkeys too: that phone may hold them. Ends every session, and leaves the password as it is.
   *  @param reason in the administrator's words, for the log
   *  @throws DomainError 'conflict' where none is set up, and for the own one: that takes a code of it, on My Profile */
  async function resetMfa(who: Administrator, id: string, reason: string): Promise<Account> {
    const account = await over(who, id, 'users:help');
    if (account.id === who.accountId) throw new DomainError('conflict', 'nobody resets their own second factor');
    // It is read on terminals, too.
    if (/\p{Cc}/u.test(reason)) throw new DomainError('invalid_input', 'reason: must have no control characters');
    const detail = reason ? { reason } : {};
    const updated = await accounts.update(account.id, (old) =>
      hasSecondFactor(old)
        ? withNotice(
            { ...withoutFactors(old), sessionEpoch: old.sessionEpoch + 1 },
            { kind: 'mfaReset', origin: who.origin, now: Date.now(), event: { type: 'mfa.reset', detail } },
          )
        : undefined,
    );
    if (!updated) throw new DomainError('conflict', `${account.email} has no second factor`);
    await securityNotices.flush(updated);
    await endSessions(account.id, 'credentials-changed', who.origin);
    await dependencies.knownBrowsers.forget(account.id);
    return updated;
  }

  async function mfaOf(who: Administrator, id: string): Promise<MfaStatus> {
    const account = await people.get(who, id);
    return {
      active: hasSecondFactor(account),
      ...(account.totp ? { activatedAt: account.totp.activatedAt } : {}),
      recoveryCodesLeft: recoveryCodesLeft(account),
      passkeys: await dependencies.passkeys.list(account),
    };
  }

  async function sessionsOf(who: Administrator, id: string): Promise<Session[]> {
    const account = await people.get(who, id);
    const found: Session[] = [];
    for await (const session of sessions.ofAccount(account.id))
      if (session.endedAt === undefined && session.endsAt > Date.now() && session.epoch === account.sessionEpoch)
        found.push(session);
    return found.sort((a, b) => b.lastSeenAt - a.lastSeenAt);
  }

  /** A new epoch: also what is under way just now ends. @returns how many ended */
  async function endAllSessions(who: Administrator, id: string): Promise<number> {
    const account = await over(who, id, 'users:help');
    const open = await sessionsOf(who, id);
    await accounts.update(account.id, (old) => ({ ...old, sessionEpoch: old.sessionEpoch + 1 }));
    await endSessions(account.id, 'administrator', who.origin);
    return open.length;
  }

  /** @throws DomainError 'conflict' for the last owner, or an account that is not open */
  async function suspend(who: Administrator, id: string, isStill?: IsStill<Account>): Promise<Account> {
    const account = await over(who, id, 'users:write');
    if (account.id === who.accountId) throw new DomainError('conflict', 'nobody suspends themselves');
    const updated = await lastOwner.keep(account, () =>
      changed(account, (old) =>
        old.status === 'suspended' || isStill?.(old) === false
          ? undefined
          : withNotice(
              { ...old, status: 'suspended' },
              { kind: 'accountSuspended', origin: who.origin, now: Date.now(), event: { type: 'account.suspended' } },
            ),
      ),
    );
    await securityNotices.flush(updated);
    await endSessions(id, 'suspended', who.origin);
    return updated;
  }

  /** Sessions and tokens of before do not come back. */
  async function reopen(who: Administrator, id: string, isStill?: IsStill<Account>): Promise<Account> {
    const account = await over(who, id, 'users:write');
    const updated = await changed(account, (old) =>
      old.status === 'suspended' && isStill?.(old) !== false
        ? withEvent(
            { ...reopened(old), sessionEpoch: old.sessionEpoch + 1 },
            { type: 'account.reopened' },
            { origin: who.origin, now: Date.now() },
          )
        : undefined,
    );
    await securityNotices.flush(updated);
    return updated;
  }

  async function changed({ id, email }: Account, change: (old: Account) => Account | undefined): Promise<Account> {
    const updated = await accounts.update(id, change);
    if (!updated) throw new DomainError('conflict', `${email} is so already, or was changed meanwhile`);
    return updated;
  }

  return { resend, cancelInvitation, sendPasswordReset, resetMfa, mfaOf, sessionsOf, endAllSessions, suspend, reopen };
}
export type PeopleActs = ReturnType<typeof createPeopleActs>;

/** Who never came to the end of the first sign-in is invited still. */
function reopened(account: Account): Account {
  const tokensFromEpoch = account.sessionEpoch + 1;
  return { ...account, status: isPastFirstSignIn(account) ? 'active' : 'invited', tokensFromEpoch };
}
