// The mails of an invitation, and what became of them.
import { type Account, displayName } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { type Invitation, type InvitationEntry, isCancelled, withEntry } from '../accounts/invitation.ts';
import type { Looks } from '../accounts/looks.ts';
import { clientName } from '../clients/client.ts';
import type { Clients } from '../clients/clients.ts';
import type { MailLook, Messages } from '../mail/messages.ts';
import type { Outbox, Outcome, Reference } from '../mail/outbox.ts';

export interface InvitationMailsDependencies {
  accounts: Accounts;
  clients: Clients;
  messages: Messages;
  outbox: Outbox;
  issuer: string;
  firmNamesOf(account: Account): Promise<string[]>;
  mailLookOf: Looks['mailLookOf'];
}

/** Who invited whom to what, as far as it is known: for mail and page alike. Empty where it is not. */
export interface InvitationParties {
  inviter: string;
  organization: string;
  client: string;
}

const kind = 'invitation';

export function createInvitationMails(dependencies: InvitationMailsDependencies) {
  const { accounts, clients, messages, outbox, issuer, firmNamesOf, mailLookOf } = dependencies;
  outbox.onOutcome(hear);
  outbox.onlyWhile(kind, isCurrent);

  async function partiesOf(account: Account): Promise<InvitationParties> {
    const { invitation } = account;
    const inviter = invitation?.invitedBy ? await accounts.get(invitation.invitedBy) : undefined;
    const client = invitation?.clientId ? await clients.get(invitation.clientId) : undefined;
    return {
      inviter: inviter ? displayName(inviter) : '',
      organization: (await firmNamesOf(account)).join(', '),
      client: client ? clientName(client.metadata) : '',
    };
  }

  /** That of the app somebody is invited to, as on the page that the link leads to. */
  async function lookFor(account: Account): Promise<MailLook> {
    const clientId = account.invitation?.clientId;
    return mailLookOf({ client: clientId === undefined ? undefined : await clients.get(clientId), account });
  }

  /** Resolves once the mail is stored. The link and the temporary password are in it and nowhere else. */
  async function send(account: Account, { token, password }: { token: string; password: string }): Promise<void> {
    const expiresAt = account.temporaryPassword?.expiresAt ?? 0;
    const model = {
      ...(await partiesOf(account)),
      email: account.email,
      temporaryPassword: password,
      url: `${issuer}/invitation?token=${token}`,
      expiresAt,
      linkExpiresAt: account.invitation?.expiresAt ?? 0,
    };
    const message = messages.render('invitation', account.email, model, account.language, await lookFor(account));
    await outbox.put(message, { reference: referenceOf(account), expiresAt });
  }

  /** To a person who has a password of their own and stopped after it. Nothing secret is in it. */
  async function remind(account: Account): Promise<void> {
    const model = { email: account.email, url: `${issuer}/invitation/welcome` };
    const look = await lookFor(account);
    const message = messages.render('invitation-reminder', account.email, model, account.language, look);
    await outbox.put(message, { reference: referenceOf(account) });
  }

  /** That the invitation waits. It is no mail of the invitation: what becomes of it says nothing of that.
   *  @param renewal the token by which the owner of the mailbox gets a new one; nothing where there is no invitation */
  async function inform(account: Account, renewal: string | undefined): Promise<void> {
    const model = renewal
      ? { kind: 'waiting', url: `${issuer}/invitation/new?${new URLSearchParams({ token: renewal })}` }
      : { kind: 'invited', url: `${issuer}/profile` };
    await outbox.put(messages.render('refusal', account.email, model, account.language, await lookFor(account)));
  }

  /** Hears the same twice without writing it twice. What becomes of an older mail, once there is a newer one, is no news. */
  async function hear({ reference, state, at, messageId }: Outcome): Promise<void> {
    if (reference.kind !== kind) return;
    const entry: InvitationEntry = { event: state === 'sent' ? 'mailed' : 'bounced', at, messageId };
    await accounts.update(reference.accountId, (current) => {
      const { invitation } = current;
      if (!invitation || invitation.mailId !== reference.mailId || isKnown(invitation, entry)) return undefined;
      return { ...current, invitation: withEntry(invitation, entry) };
    });
  }

  /** A mail that waits while a newer one is written, or the invitation withdrawn, holds a password that opens nothing. */
  async function isCurrent({ accountId, mailId }: Reference): Promise<boolean> {
    const account = await accounts.get(accountId);
    return account?.invitation !== undefined && account.invitation.mailId === mailId && !isCancelled(account);
  }

  return { send, remind, inform, partiesOf };
}
export type InvitationMails = ReturnType<typeof createInvitationMails>;

function referenceOf({ id: accountId, invitation }: Account): Reference {
  const mailId = invitation?.mailId;
  return { kind, accountId, ...(mailId === undefined ? {} : { mailId }) };
}

function isKnown({ history }: Invitation, { event, messageId }: InvitationEntry): boolean {
  return history.some((known) => known.event === event && known.messageId === messageId);
}
