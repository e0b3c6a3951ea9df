// How many, for the first page of the console: counted through indexes and up to a bound, never by walking.
import type { Accounts, Count } from '../accounts/accounts.ts';
import { type Administrator, demand, organizationAskedFor } from './administrator.ts';

export interface PeopleTally {
  people: Count;
  /** Invitations whose person has not come all the way. */
  openInvitations: Count;
  /** Their mail came back. */
  bounced: Count;
  /** They sign in with a password alone. */
  passwordOnly: Count;
}

/** For each firm of a list. */
const mostMembersCounted = 500;

export function createTallies({ accounts }: { accounts: Accounts }) {
  /** Of one organization, or of all of them. @throws DomainError 'not_permitted' */
  async function people(who: Administrator, named?: string): Promise<PeopleTally> {
    const organization = organizationAskedFor(who, 'users:read', named);
    const [all, waiting, bounced, begun, passwordOnly] = await Promise.all([
      accounts.count({ organization }),
      accounts.count({ organization, mark: 'invitation-waiting' }),
      accounts.count({ organization, mark: 'invitation-bounced' }),
      accounts.count({ organization, mark: 'invitation-begun' }),
      accounts.count({ organization, mark: 'password-only' }),
    ]);
    return { people: all, openInvitations: sumOf([waiting, bounced, begun]), bounced, passwordOnly };
  }

  /** Of one organization. @throws DomainError 'not_permitted' */
  function members(who: Administrator, organization: string): Promise<Count> {
    demand(who, 'users:read', organization);
    return accounts.count({ organization, atMost: mostMembersCounted });
  }

  return { people, members };
}
export type Tallies = ReturnType<typeof createTallies>;

function sumOf(counts: readonly Count[]): Count {
  return { count: counts.reduce((sum, { count }) => sum + count, 0), isMore: counts.some(({ isMore }) => isMore) };
}
