// People as administrators see and change them. What is done to their ways in stands in people-acts.ts.
import type { Account } from '../accounts/account.ts';
import type { AccountDeletion } from '../accounts/account-deletion.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { type Membership, organizationIds } from '../accounts/membership.ts';
import type { AccountQuery } from '../accounts/people-search.ts';
import type { SecurityNotices } from '../accounts/security-notices.ts';
import type { Audit } from '../audit/audit.ts';
import type { Clients } from '../clients/clients.ts';
import type { Invitations } from '../credentials/invitations.ts';
import type { Organizations } from '../organizations/organizations.ts';
import { DomainError } from '../platform/errors.ts';
import {
  type Administrator,
  demand,
  demandMayGive,
  demandOver,
  may,
  maySee,
  mayTakeIn,
  notPermitted,
  organizationAskedFor,
} from './administrator.ts';
import type { LastOwner } from './last-owner.ts';
import type { NewPerson } from './new-person.ts';
import { createPersonChange, type IsStill } from './person-change.ts';

export interface PeopleDependencies {
  accounts: Accounts;
  accountDeletion: Pick<AccountDeletion, 'remove' | 'isLastOwner'>;
  audit: Audit;
  clients: Pick<Clients, 'get'>;
  invitations: Invitations;
  organizations: Organizations;
  lastOwner: LastOwner;
  securityNotices: SecurityNotices;
}

export function createPeople(dependencies: PeopleDependencies) {
  const { accounts, accountDeletion, audit, clients, invitations, organizations, lastOwner } = dependencies;
  const changed = createPersonChange(dependencies);

  /** Those that may be seen, in the order of the query. Who sees one firm alone need not name it.
   *  @throws DomainError 'not_permitted'; 'invalid_input' when one of several firms must be named */
  async function list(who: Administrator, query: AccountQuery): Promise<Account[]> {
    const organization = organizationAskedFor(who, 'users:read', query.organization);
    return accounts.search({ ...query, organization });
  }

  /** @throws DomainError 'not_found' when there is none that may be seen */
  async function get(who: Administrator, id: string): Promise<Account> {
    const account = await accounts.get(id);
    if (!account || !maySee(who, account)) throw new DomainError('not_found', `there is no account ${id}`);
    return account;
  }

  /** Mails the invitation unless `invite` is false. An address that has an account joins with it, where an owner says so.
   *  @throws DomainError 'duplicate' when they belong to it already, or whoever asks may not add an account that is there; 'not_found' for
   *  an organization or a client that is not there */
  async function create(who: Administrator, person: NewPerson): Promise<Account> {
    const { organization, roles, clientId, invite, ...names } = person;
    demand(who, 'users:invite', organization);
    if (organization !== undefined && !(await organizations.get(organization)))
      throw new DomainError('not_found', `there is no organization ${organization}`);
    demandMayGive(who, roles, organization);
    if (clientId !== undefined) await demandClient(clientId, organization);
    const standing =
      organization === undefined
        ? { roles }
        : { roles: [], memberships: [{ organization, roles: [...new Set(roles)] }] };
    const known = await accounts.findByEmail(person.email);
    if (known && organization !== undefined) return join(who, known, { organization, roles });
    if (invite) return invitations.invite({ ...names, ...standing, clientId }, who.origin);
    const account = await accounts.create({ ...names, ...standing, emailVerified: false, status: 'invited' });
    await audit.record(
      { type: 'account.created', result: 'success', subject: account.id, detail: { roles } },
      who.origin,
    );
    return account;
  }

  /** An app of another firm is none that these people could be sent to, and nobody learns here that there is one. */
  async function demandClient(clientId: string, organization: string | undefined): Promise<void> {
    const client = await clients.get(clientId);
    if (!client || (client.organization !== undefined && client.organization !== organization))
      throw new DomainError('not_found', `there is no client "${clientId}"`);
  }

  async function join(who: Administrator, known: Account, membership: Membership): Promise<Account> {
    if (organizationIds(known).includes(membership.organization))
      throw new DomainError('duplicate', `${known.email} belongs to ${membership.organization} already`);
    if (!mayTakeIn(who))
      throw new DomainError('duplicate', `${known.email} has an account already: an owner can add it`);
    demandOver(who, known, 'users:write');
    return setMemberships(who, known, (old) =>
      old.some(({ organization }) => organization === membership.organization) ? old : [...old, membership],
    );
  }

  /** Roles of a person: in one firm, or on the instance.
   *  @throws DomainError 'conflict' for the last owner, or when `isStill` declined */
  async function setRoles(
    who: Administrator,
    id: string,
    roles: string[],
    organization?: string,
    isStill?: IsStill<Account>,
  ): Promise<Account> {
    const account = await get(who, id);
    demand(who, 'users:write', organization);
    demandMayGive(who, roles, organization);
    if (organization !== undefined) {
      if (!organizationIds(account).includes(organization))
        throw new DomainError('not_found', `${account.email} does not belong to ${organization}`);
      demandNotAbove(who, account, organization);
      return setMemberships(
        who,
        account,
        (old) => old.map((one) => (one.organization === organization ? { ...one, roles: [...new Set(roles)] } : one)),
        isStill,
      );
    }
    demandOver(who, account, 'users:write');
    const give = () => changed(who, account, { change: (old) => ({ ...old, roles: [...new Set(roles)] }), isStill });
    return roles.includes('owner') ? give() : lastOwner.keep(account, give);
  }

  /** Out of one firm; the account stays. */
  async function leave(who: Administrator, id: string, organization: string): Promise<Account> {
    const account = await get(who, id);
    demand(who, 'users:write', organization);
    demandNotAbove(who, account, organization);
    return setMemberships(who, account, (old) => old.filter((one) => one.organization !== organization));
  }

  async function rename(
    who: Administrator,
    id: string,
    names: { givenName?: string; familyName?: string },
    isStill?: IsStill<Account>,
  ): Promise<Account> {
    const account = await get(who, id);
    demandOver(who, account, 'users:write');
    return changed(who, account, { change: (old) => ({ ...old, ...names }), isStill });
  }

  /** @throws DomainError 'conflict' for the last owner, for the own account (which takes a password, on My Profile), or when the account was
   *  changed meanwhile */
  async function remove(who: Administrator, id: string): Promise<void> {
    const account = await get(who, id);
    demandOver(who, account, 'users:write');
    if (id === who.accountId) throw new DomainError('conflict', 'nobody deletes themselves here');
    const outcome = await accountDeletion.remove(account, who.origin);
    if (outcome === 'last-owner') throw new DomainError('conflict', 'the last owner cannot be removed');
    if (outcome === 'outdated') throw new DomainError('conflict', 'the account was changed meanwhile');
  }

  async function setMemberships(
    who: Administrator,
    account: Account,
    change: (old: Membership[]) => Membership[],
    isStill?: IsStill<Account>,
  ): Promise<Account> {
    return changed(who, account, {
      change: (old) => ({ ...old, memberships: change(old.memberships ?? []) }),
      isStill,
    });
  }

  return { list, get, create, setRoles, leave, rename, remove, isLastOwner: accountDeletion.isLastOwner };
}
export type People = ReturnType<typeof createPeople>;

function demandNotAbove(who: Administrator, account: Account, organization: string): void {
  if (may(who, 'instance:write')) return;
  const held = account.memberships?.find((one) => one.organization === organization);
  if (held) demandMayGive(who, held.roles, organization);
  else throw notPermitted('users:write', organization);
}
