// Invitations as administrators follow them: which wait, which failed, which run out. Found through indexes; what time alone does is looked
// at page by page.
import type { Account } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { type InvitationStatus, statusOf } from '../accounts/invitation-status.ts';
import type { InvitationStage } from '../accounts/membership.ts';
import { type Administrator, organizationAskedFor } from './administrator.ts';

/** `expired`: the link ran out before anything was done with it. */
export const trackedStates = ['waiting', 'bounced', 'expired', 'begun', 'accepted', 'cancelled'] as const;
export type TrackedState = (typeof trackedStates)[number];

export interface Tracked {
  account: Account;
  invitation: InvitationStatus;
}

/** Looked at for one page: those that time has moved elsewhere are passed over. */
const mostLookedAt = 2000;

export function createTracker({ accounts }: { accounts: Accounts }) {
  /** By id. @returns `next` is where to go on, when there may be more
   *  @throws DomainError 'not_permitted'; 'invalid_input' when one of several firms must be named */
  async function list(
    who: Administrator,
    query: { state: TrackedState; organization?: string | undefined; after?: string | undefined; limit: number },
  ): Promise<{ found: Tracked[]; next?: string }> {
    const organization = organizationAskedFor(who, 'users:read', query.organization);
    const stage: InvitationStage = query.state === 'expired' ? 'waiting' : query.state;
    const found: Tracked[] = [];
    let { after } = query;
    for (let seen = 0; seen < mostLookedAt; ) {
      const page = await accounts.marked(`invitation-${stage}`, { organization, after, limit: 200 });
      for (const account of page) {
        const invitation = statusOf(account);
        if (invitation && stateOf(invitation) === query.state) found.push({ account, invitation });
        if (found.length > query.limit) return { found: found.slice(0, -1), ...nextOf(found.at(-2)) };
      }
      if (page.length < 200) return { found };
      seen += page.length;
      after = page.at(-1)?.id;
    }
    return { found, ...(after === undefined ? {} : { next: after }) };
  }

  return { list };
}
export type Tracker = ReturnType<typeof createTracker>;

function nextOf(last: Tracked | undefined): { next?: string } {
  return last ? { next: last.account.id } : {};
}

function stateOf({ state }: InvitationStatus): TrackedState {
  switch (state) {
    case 'created':
    case 'mailed':
    case 'started':
      return 'waiting';
    case 'password-set':
    case 'profile-done':
    case 'mfa-done':
      return 'begun';
    default:
      return state;
  }
}
