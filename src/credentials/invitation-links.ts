// What the holder of an invitation's link can do with it: look, and go on to the sign-in. Looking changes nothing, and nothing here
// signs anybody in or sets a password.
import type { Account } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { hasStarted, type LinkState, linkState, withInvitationEvent } from '../accounts/invitation.ts';
import { accountOfToken } from '../accounts/one-time-token.ts';
import type { Audit, Origin } from '../audit/audit.ts';
import type { InvitationMails, InvitationParties } from './invitation-mails.ts';

export interface InvitationLinksDependencies {
  accounts: Accounts;
  audit: Audit;
  mails: InvitationMails;
}

type Held<S extends LinkState> = { state: S; account: Account } & InvitationParties;
/** Leads on to the sign-in. */
export type GoodLink = Held<'open' | 'welcome-back' | 'accepted'>;
/** Leads no further; its holder is told why, anybody else is not. */
export type DeadLink = Held<'stale' | 'superseded' | 'expired' | 'cancelled'> | { state: 'unknown' };
export type LinkReading = GoodLink | DeadLink;

export function createInvitationLinks({ accounts, audit, mails }: InvitationLinksDependencies) {
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

  return { read, open };
}
export type InvitationLinks = ReturnType<typeof createInvitationLinks>;
