// Asking for another mail of an invitation. Who holds one of its links gets a new invitation, which kills the older one. Who types an
// address may be a stranger, and kills nothing that is good: the mail then says that the invitation waits, and carries a link by which
// the owner of the mailbox gets a new one.
import type { Account } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { hasGoodInvitation, invitationState, linkState } from '../accounts/invitation.ts';
import { accountOfToken } from '../accounts/one-time-token.ts';
import type { Origin } from '../audit/audit.ts';
import { isDomainError } from '../platform/errors.ts';
import { randomToken } from '../platform/ids.ts';
import { constantTimeEqual, type Secrets } from '../platform/secrets.ts';
import type { DeferredWork } from './deferred-work.ts';
import type { InvitationMails } from './invitation-mails.ts';
import type { Invitations } from './invitations.ts';
import type { MailLimits } from './mail-limits.ts';
import type { Passwords } from './passwords.ts';

export interface InvitationRequestsDependencies {
  accounts: Accounts;
  deferredWork: DeferredWork;
  invitations: Invitations;
  mailLimits: MailLimits;
  mails: InvitationMails;
  passwords: Passwords;
  secrets: Secrets;
}

interface Asked {
  email: string;
  origin: Origin;
}

export function createInvitationRequests(dependencies: InvitationRequestsDependencies) {
  const { accounts, deferredWork, invitations, mailLimits, mails, passwords, secrets } = dependencies;
  const work = deferredWork.of<Asked>('invitation', answer);

  /** Mails anew to the address that is known, for whoever holds a link of the invitation, however old, or the one of `leadOn`. Does nothing,
   *  and says nothing of it, where the invitation is withdrawn or accepted, or enough was mailed within the hour. */
  async function askByLink(token: string, origin: Origin): Promise<void> {
    const account = await ofToken(token);
    if (!account || !(isRenewal(token, account) || linkState(account, token, Date.now()) !== 'unknown')) return;
    if (!canAskAgain(account) || !(await mailLimits.take('asked for account', account.id))) return;
    if (await mailLimits.take('invitation asked by network', origin.address)) await mailNew(account, origin);
  }

  /** For whoever types an address. Resolves once the request is stored; whether there is such an account is found out after the answer. */
  async function askByAddress(email: string, origin: Origin): Promise<void> {
    if (await mailLimits.take('invitation asked by network', origin.address)) await work.runLater({ email, origin });
  }

  /** Costs a hash whatever comes out, so that nobody sees by the load whether the address is known. */
  async function answer({ email, origin }: Asked): Promise<void> {
    const account = await accounts.findByEmail(email);
    const isAnswered =
      account?.invitation && canAskAgain(account) && (await mailLimits.take('asked for account', account.id));
    const outcome = isAnswered ? await leadOn(account, origin) : 'nothing';
    if (outcome !== 'renewed') await passwords.hash(randomToken());
  }

  /** Mails the owner of the address what leads on to the first sign-in, whoever asked: a new invitation where the last one has run out, else
   *  where to find it and how to get another. The caller has asked the limits. */
  async function leadOn(account: Account, origin: Origin): Promise<'renewed' | 'informed'> {
    if (account.invitation && !hasGoodInvitation(account, Date.now())) {
      await mailNew(account, origin);
      return 'renewed';
    }
    await mails.inform(account, account.invitation && renewalOf(account));
    return 'informed';
  }

  /** Changes nothing. @returns the account whose owner may have a new invitation by this link of `leadOn` */
  async function readRenewal(token: string): Promise<Account | undefined> {
    const account = await ofToken(token);
    return account && isRenewal(token, account) && canAskAgain(account) ? account : undefined;
  }

  async function mailNew(account: Account, origin: Origin): Promise<void> {
    try {
      await invitations.resend(account.id, origin, { takesBack: false });
    } catch (error) {
      // Accepted, withdrawn, or mailed by a click at the same moment.
      if (!isDomainError(error, 'conflict') && !isDomainError(error, 'not_found')) throw error;
    }
  }

  async function ofToken(token: string): Promise<Account | undefined> {
    const accountId = accountOfToken(token);
    return accountId === undefined ? undefined : accounts.get(accountId);
  }

  /** It is good while the invitation is the one it was made for, and so once. Nothing of it is kept. */
  function renewalOf({ id, invitation }: Account): string {
    return `${id}.${secrets.hmac('invitation renewal', `${id} ${invitation?.tokenHash}`)}`;
  }

  function isRenewal(token: string, { id, invitation }: Account): boolean {
    const hashes = invitation ? secrets.hmacs('invitation renewal', `${id} ${invitation.tokenHash}`) : [];
    return hashes.some((hash) => constantTimeEqual(`${id}.${hash}`, token));
  }

  return { askByLink, askByAddress, leadOn, readRenewal };
}
export type InvitationRequests = ReturnType<typeof createInvitationRequests>;

/** What an administrator withdrew, nobody else takes back. */
function canAskAgain(account: Account): boolean {
  const state = invitationState(account, Date.now());
  return state !== undefined && state !== 'accepted' && account.status !== 'suspended';
}
