// Links identities to accounts and takes them off: each change is one write of the account, with the mail that tells of it.
import type { Account } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { holdsIdentity, type Identity, identityKey, type LinkedIdentity } from '../accounts/identity.ts';
import { hasStarted, withInvitationEvent } from '../accounts/invitation.ts';
import { withNotice } from '../accounts/pending-notices.ts';
import type { SecurityNotices } from '../accounts/security-notices.ts';
import type { Audit, Origin } from '../audit/audit.ts';
import { isDomainError } from '../platform/errors.ts';
import { identityOf, type UpstreamName } from './claims.ts';
import type { Connection } from './connection.ts';
import type { UpstreamClaims } from './upstream.ts';

/** More are of no use to a person. */
const mostIdentities = 10;

export type NewIdentity = Omit<LinkedIdentity, 'linkedAt'>;

export interface IdentitiesDependencies {
  accounts: Accounts;
  audit: Audit;
  securityNotices: SecurityNotices;
}

export function createIdentities({ accounts, audit, securityNotices }: IdentitiesDependencies) {
  /** @param options.isStill declines where the account is no longer as it was looked at
   *  @param options.invited the provider has proved the address that an invitation went to: what it says of the name, for whoever has none yet
   *  @returns the account as it is now; 'taken' where another account holds it; undefined where `isStill` declined, or there are too many */
  async function link(
    accountId: string,
    identity: NewIdentity,
    origin: Origin,
    options: { isStill?: (old: Account) => boolean; invited?: UpstreamName } = {},
  ): Promise<Account | 'taken' | undefined> {
    const now = Date.now();
    let isNew = false;
    try {
      const updated = await accounts.update(accountId, (old) => {
        isNew = !holdsIdentity(old, identity);
        if (options.isStill?.(old) === false || (old.identities ?? []).length >= mostIdentities) return undefined;
        return isNew ? withIdentity(old, { ...identity, linkedAt: now }, { origin, now, ...options }) : old;
      });
      if (updated && isNew) await tell(updated, 'identity.linked', identity, origin);
      return updated;
    } catch (error) {
      if (isDomainError(error, 'duplicate')) return 'taken';
      throw error;
    }
  }

  /** Sessions of before are dead: nobody knows which of them came in by it.
   *  @param isStill declines where it would take the last way in
   *  @returns undefined where `isStill` declined, or there is no such identity */
  async function unlink(
    accountId: string,
    key: string,
    origin: Origin,
    isStill: (old: Account) => boolean,
  ): Promise<Account | undefined> {
    let removed: LinkedIdentity | undefined;
    const updated = await accounts.update(accountId, (old) => {
      removed = old.identities?.find((one) => identityKey(one) === key);
      if (!removed || !isStill(old)) return undefined;
      const identities = old.identities?.filter((one) => one !== removed);
      const notice = { kind: 'identityUnlinked', origin, now: Date.now(), about: removed.name } as const;
      return withNotice({ ...old, identities, sessionEpoch: old.sessionEpoch + 1 }, notice);
    });
    if (updated && removed) await tell(updated, 'identity.unlinked', removed, origin);
    return updated;
  }

  async function tell(
    account: Account,
    type: 'identity.linked' | 'identity.unlinked',
    { issuer, subject, connectionId }: Identity & { connectionId: string },
    origin: Origin,
  ): Promise<void> {
    const detail = { issuer, subject: subject.slice(0, 200), connection: connectionId };
    await audit.record(
      { type, result: 'success', subject: account.id, detail },
      { ...origin, actor: origin.actor ?? account.id },
    );
    await securityNotices.flush(account);
  }

  return { link, unlink };
}
export type Identities = ReturnType<typeof createIdentities>;

/** What a provider said of somebody, as it is linked. */
export function newIdentity(claims: UpstreamClaims, { id: connectionId, name }: Connection): NewIdentity {
  const { email } = claims;
  const told = typeof email === 'string' ? { email: email.slice(0, 254) } : {};
  return { ...identityOf(claims), connectionId, name, ...told };
}

/** Of somebody invited the temporary password dies: it was for coming in, and they are in. */
function withIdentity(
  account: Account,
  identity: LinkedIdentity,
  { origin, now, invited }: { origin: Origin; now: number; invited?: UpstreamName },
): Account {
  const { temporaryPassword: _sent, ...kept } = account;
  const isInvited = account.status === 'invited' && invited !== undefined;
  const begun = isInvited ? { ...invited, ...kept, emailVerified: true } : account;
  const told = isInvited && !hasStarted(begun) ? withInvitationEvent(begun, 'started', now) : begun;
  const linked = { ...told, identities: [...(account.identities ?? []), identity] };
  return withNotice(linked, { kind: 'identityLinked', origin, now, about: identity.name });
}
