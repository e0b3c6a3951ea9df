// What the holder of an invitation's link can do with it: look, go on to the sign-in, ask for another mail. Looking changes nothing, and
// nothing here signs anybody in or sets a password.
import { type Account, canonicalEmail } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { hasStarted, invitationState, type LinkState, linkState, withInvitationEvent } from '../accounts/invitation.ts';
import { accountOfToken } from '../accounts/one-time-token.ts';
import type { Audit, Origin } from '../audit/audit.ts';
import { isDomainError } from '../platform/errors.ts';
import { randomToken } from '../platform/ids.ts';
import type { Log } from '../platform/log.ts';
import { sha256 } from '../platform/secrets.ts';
import type { InvitationMails, InvitationParties } from './invitation-mails.ts';
import type { Invitations } from './invitations.ts';
import type { MailLimits } from './mail-limits.ts';
import type { Passwords } from './passwords.ts';

export interface InvitationLinksDependencies {
  accounts: Accounts;
  audit: Audit;
  invitations: Invitations;
  log: Log;
  mailLimits: MailLimits;
  mails: InvitationMails;
  passwords: Passwords;
}

type Held<S extends LinkState> = { state: S; account: Account } & InvitationParties;
/** Leads on to the sign-in. */
export type GoodLink = Held<'open' | 'welcome-back' | 'accepted'>;
/** Leads no further; its holder is told why, anybody else is not. */
export type DeadLink = Held<'stale' | 'superseded' | 'expired' | 'cancelled'> | { state: 'unknown' };
export type LinkReading = GoodLink | DeadLink;

export function createInvitationLinks(dependencies: InvitationLinksDependencies) {
  const { accounts, audit, invitations, log, mailLimits, mails, passwords } = dependencies;

  /** Changes nothing. @returns what the link is good for, and the account to its holder alone */
  async function read(token: string): Promise<LinkReading> {
    const accountId = accountOfToken(token);
    const account = accountId === undefined ? undefined : await accounts.get(accountId);
    const state = linkState(account, token, Date.now());
    if (!account || state === 'unknown') return { state: 'unknown' };
    return { state, account, ...(await mails.partiesOf(account)) } as LinkReading;
  }

  /** The person goes on to the sign-in. Uses nothing up: on another device it works again. */
  async function open(token: string, origin: Origin): Promise<LinkReading> {
    const reading = await read(token);
    if (reading.state !== 'open') return reading;
    const now = Date.now();
    const updated = await accounts.update(reading.account.id, (current) =>
      linkState(current, token, now) === 'open' && !hasStarted(current)
        ? withInvitationEvent(current, 'started', now)
        : undefined,
    );
    if (updated)
      await audit.record({ type: 'invitation.opened', result: 'success', subject: reading.account.id }, origin);
    return reading;
  }

  /** Mails anew to the address that is known, for whoever holds the link, or one before it. Does nothing, and says nothing of it, where
   *  the invitation is withdrawn or accepted, or enough was mailed within the hour. */
  async function askAgain(token: string, origin: Origin): Promise<void> {
    const reading = await read(token);
    if (reading.state !== 'unknown') await mailAgain(reading.account, origin);
  }

  /** The same for whoever types an address. Answers before it looks whether there is such an account, and costs a hash either way: so
   *  requests are counted first, or one network could take the hashes that everybody's sign-in waits for. */
  function askAgainFor(email: string, origin: Origin): void {
    const work = async () => {
      if (!(await mailLimits.takeFrom(origin.address, 'invitation'))) return;
      const account = await accounts.findByEmail(email);
      if (account?.invitation && canAskAgain(account)) return mailAgain(account, origin);
      await mailLimits.take({ accountId: sha256(canonicalEmail(email)), address: origin.address });
      await passwords.hash(randomToken());
    };
    void work().catch((error: unknown) => log.error({ err: error }, 'an invitation that was asked for was not mailed'));
  }

  /** For an account whose invitation waits; the limits hold for whoever asks. */
  async function mailAgain(account: Account, origin: Origin): Promise<void> {
    if (!canAskAgain(account)) return;
    if (!(await mailLimits.take({ accountId: account.id, address: origin.address }))) return;
    try {
      await invitations.resend(account.id, origin, { takesBack: false });
    } catch (error) {
      // Accepted, withdrawn, or mailed by a click at the same moment.
      if (!isDomainError(error, 'conflict') && !isDomainError(error, 'not_found')) throw error;
    }
  }

  return { read, open, askAgain, askAgainFor, mailAgain };
}
export type InvitationLinks = ReturnType<typeof createInvitationLinks>;

/** What an administrator withdrew, nobody else takes back. */
function canAskAgain(account: Account): boolean {
  const state = invitationState(account, Date.now());
  return state !== undefined && state !== 'accepted' && account.status !== 'suspended';
}
