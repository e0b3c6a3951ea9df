// What a connection may do to an account, by whose it is. A firm chooses its provider, and whoever rules the provider can sign in as anybody
// of whom it says so: that must reach no further than the firm itself does. Pure.
import type { Account } from '../accounts/account.ts';
import { organizationIds } from '../accounts/membership.ts';
import { rankOf } from '../organizations/roles.ts';
import type { Connection } from './connection.ts';

type Whose = Pick<Connection, 'organization'>;

/** Whether people of this account may sign in with it at all. */
export function isFor({ organization }: Whose, account: Account): boolean {
  return organization === undefined || organizationIds(account).includes(organization);
}

/** Whether the account is the firm's alone: then the firm may decide for it. Of the whole instance's connections the owners have decided. */
export function decidesFor({ organization }: Whose, account: Account): boolean {
  if (organization === undefined) return true;
  return (
    organizationIds(account).every((id) => id === organization) &&
    isFor({ organization }, account) &&
    rankOf(account.roles) === 0
  );
}

/** Whether a proved address is enough to link it, without a question. An address that an administrator typed may be somebody else's; that of an
 *  invitation is whom it was meant for. */
export function mayLinkAtOnce(connection: Whose, account: Account): boolean {
  const isOwners = account.emailVerified || account.status === 'invited';
  return account.status !== 'suspended' && isOwners && decidesFor(connection, account);
}
