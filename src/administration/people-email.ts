// A new address for somebody who has lost the old one. Nobody has proved it: so it is told to the old address, from which a theft can be
// taken back for a week, and nothing that was mailed before opens the account any more.
import { type Account, canonicalEmail, isEmail } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { withNotice } from '../accounts/pending-notices.ts';
import type { SecurityNotices } from '../accounts/security-notices.ts';
import type { Origin } from '../audit/audit.ts';
import { withEmail } from '../credentials/email-change.ts';
import { DomainError } from '../platform/errors.ts';
import type { EndReason } from '../sessions/session.ts';
import { type Administrator, demandOver } from './administrator.ts';
import type { People } from './people.ts';
import type { IsStill } from './person-change.ts';

export interface PeopleEmailDependencies {
  accounts: Accounts;
  people: Pick<People, 'get'>;
  securityNotices: SecurityNotices;
  endSessions(accountId: string, reason: EndReason, origin: Origin): Promise<number>;
}

export function createPeopleEmail({ accounts, people, securityNotices, endSessions }: PeopleEmailDependencies) {
  /** Ends every session; an invitation that is open must be sent again.
   *  @throws DomainError 'invalid_input'; 'duplicate' when another account has the address; 'conflict' for the own account, whose address
   *  is changed on My Profile by proving it, or when `isStill` declined */
  return async function changeEmail(
    who: Administrator,
    id: string,
    email: string,
    isStill: IsStill<Account> = () => true,
  ): Promise<Account> {
    const account = await people.get(who, id);
    demandOver(who, account, 'users:write');
    if (account.id === who.accountId) throw new DomainError('conflict', 'your own address is changed on My Profile');
    if (!isEmail(email)) throw new DomainError('invalid_input', 'email: is not an email address');
    if (canonicalEmail(email) === account.emailCanonical) return account;
    const updated = await accounts.update(id, (old) => {
      const now = Date.now();
      if (!isStill(old)) return undefined;
      const changed = { ...withEmail(old, email, now), emailVerified: false };
      const personal = { 'email.old': old.email, 'email.new': changed.email };
      const event = { type: 'account.email-changed', personal } as const;
      return withNotice(changed, { kind: 'emailChanged', origin: who.origin, now, email: old.email, event });
    });
    if (!updated) throw new DomainError('conflict', 'the account was changed meanwhile');
    await securityNotices.flush(updated);
    await endSessions(id, 'credentials-changed', who.origin);
    return updated;
  };
}
