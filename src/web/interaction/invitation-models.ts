// What the page of an invitation says, by what its link is still good for.
import type { Account } from '../../accounts/account.ts';
import type { DeadLink, GoodLink, LinkReading } from '../../credentials/invitation-links.ts';
import type { Message } from '../http/view-models.ts';

export function isGood(reading: LinkReading): reading is GoodLink {
  return ['open', 'welcome-back', 'accepted'].includes(reading.state);
}

/** An accepted invitation may be old, and the address another by now: it is not told. */
export function onwards(reading: GoodLink, product: string): { title: Message; about: Message[]; email: string } {
  if (reading.state === 'accepted')
    return {
      title: { key: 'invitation.acceptedTitle' },
      about: [{ key: 'invitation.accepted', values: { product } }],
      email: '',
    };
  const { account, inviter, organization, client } = reading;
  if (reading.state === 'welcome-back')
    return { title: { key: 'invitation.begunTitle' }, about: [{ key: 'invitation.begun' }], email: account.email };
  return {
    title: { key: 'invitation.title', values: { product } },
    about: [
      inviter
        ? { key: 'invitation.leadBy', values: { inviter, product } }
        : { key: 'invitation.lead', values: { product } },
      ...(organization ? [{ key: 'invitation.organization', values: { organization } }] : []),
      ...(client ? [{ key: 'invitation.client', values: { client } }] : []),
      { key: 'invitation.next' },
    ],
    email: account.email,
  };
}

export interface OverModel {
  title: Message;
  text: Message;
  endedAt?: number;
  ask: 'click' | 'address' | 'nobody';
  email: string;
}

export function over(reading: DeadLink): OverModel {
  const email = '';
  switch (reading.state) {
    case 'stale': {
      const { temporaryPassword, invitation } = reading.account;
      const endedAt = temporaryPassword?.expiresAt ?? invitation?.expiresAt;
      const text = { key: 'invitation.stale' };
      return { title: { key: 'invitation.staleTitle' }, text, ...when(endedAt), ask: 'click', email };
    }
    case 'expired': {
      const text = { key: 'invitation.expired' };
      const title = { key: 'invitation.expiredTitle' };
      return { title, text, ...when(reading.account.invitation?.expiresAt), ask: 'click', email };
    }
    case 'superseded': {
      const text = { key: 'invitation.superseded' };
      return { title: { key: 'invitation.supersededTitle' }, text, ask: 'click', email };
    }
    case 'cancelled': {
      const text = { key: 'invitation.cancelled' };
      return { title: { key: 'invitation.cancelledTitle' }, text, ask: 'nobody', email };
    }
    default:
      return { title: { key: 'invitation.unknownTitle' }, text: { key: 'invitation.unknown' }, ask: 'address', email };
  }
}

/** For the owner of the mailbox, by the mail that said that the invitation waits. */
export function renewal({ email }: Account): OverModel {
  const text = { key: 'invitation.renewal', values: { email } };
  return { title: { key: 'invitation.newTitle' }, text, ask: 'click', email: '' };
}

function when(endedAt: number | undefined): { endedAt?: number } {
  return endedAt === undefined ? {} : { endedAt };
}
