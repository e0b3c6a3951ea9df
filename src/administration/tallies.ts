// How many, for the first page of the console: counted through indexes, never by walking.
import type { Accounts } from '../accounts/accounts.ts';
import { everywhere } from '../accounts/membership.ts';
import { type Administrator, demand, organizationAskedFor } from './administrator.ts';

export interface PeopleTally {
  people: number;
  /** Invitations whose person has not come all the way. */
  openInvitations: number;
  /** Their mail came back. */
  bounced: number;
  /** They sign in with a password alone. */
  passwordOnly: number;
}

export function createTallies({ accounts }: { accounts: Accounts }) {
  /** Of one organization, or of all of them. @throws DomainError 'not_permitted' */
  async function people(who: Administrator, named?: string): Promise<PeopleTally> {
    const organization = organizationAskedFor(who, 'users:read', named);
    const where = organization ?? everywhere;
    const [all, waiting, bounced, begun, passwordOnly] = await Promise.all([
      organization === undefined ? accounts.countAll() : accounts.countIn(organization),
      accounts.countIn(where, 'invitation-waiting'),
      accounts.countIn(where, 'invitation-bounced'),
      accounts.countIn(where, 'invitation-begun'),
      accounts.countIn(where, 'password-only'),
    ]);
    return { people: all, openInvitations: waiting + bounced + begun, bounced, passwordOnly };
  }

  /** Of one organization. @throws DomainError 'not_permitted' */
  function members(who: Administrator, organization: string): Promise<number> {
    demand(who, 'users:read', organization);
    return accounts.countIn(organization);
  }

  return { people, members };
}
export type Tallies = ReturnType<typeof createTallies>;
