// What is done with a list of people: looked at, sent once, and carried on after a crash.
import type { Account } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { organizationIds } from '../accounts/membership.ts';
import type { Audit } from '../audit/audit.ts';
import type { DeferredWork } from '../credentials/deferred-work.ts';
import type { Invitations } from '../credentials/invitations.ts';
import { rankOf } from '../organizations/roles.ts';
import { DomainError, isDomainError } from '../platform/errors.ts';
import { newId } from '../platform/ids.ts';
import { type Administrator, administratorOf, demand, maySee, mayTakeIn, rankWithin } from './administrator.ts';
import { type Batch, type BatchLine, type BatchStore, isOpen, originOf } from './batches.ts';
import type { People } from './people.ts';
import type { ListedPerson } from './people-list.ts';

const keptMs = 24 * 3_600_000;
/** Invited in one go, well within the time that work is left alone in. */
const chunk = 20;

export interface MassInvitationsDependencies {
  accounts: Accounts;
  audit: Audit;
  batches: BatchStore;
  deferredWork: DeferredWork;
  invitations: Invitations;
  people: People;
}

interface Todo {
  batch: string;
  /** Of the click that began it. */
  turn: string;
}

export function createMassInvitations(dependencies: MassInvitationsDependencies) {
  const { accounts, audit, batches, deferredWork, invitations, people } = dependencies;
  const work = deferredWork.of<Todo>('mass-invitation', carryOn);

  /** Says for each line what will come of it. Nothing is sent. @throws DomainError 'not_permitted' */
  async function plan(
    who: Administrator & { accountId: string },
    given: { people: readonly ListedPerson[]; organization?: string | undefined; clientId?: string | undefined },
  ): Promise<Batch> {
    const { organization, clientId } = given;
    demand(who, 'users:invite', organization);
    const now = Date.now();
    const lines = await Promise.all(given.people.map((person) => planned(who, person, organization)));
    const batch: Batch = {
      id: newId(),
      by: who.accountId,
      ...(organization === undefined ? {} : { organization }),
      ...(clientId === undefined ? {} : { clientId }),
      lines,
      createdAt: now,
      origin: originOf(who.origin),
      expiresAt: now + keptMs,
    };
    await batches.insert(batch);
    return batch;
  }

  async function planned(who: Administrator, person: ListedPerson, organization?: string): Promise<BatchLine> {
    const { problem, ...line } = person;
    if (problem) return { ...line, plan: problem };
    if (rankOf(line.roles) > rankWithin(who, organization)) return { ...line, plan: 'role' };
    if (organization !== undefined && line.roles.includes('owner')) return { ...line, plan: 'role' };
    const known = await accounts.findByEmail(line.email);
    // Whether somebody else's person has an account is told by no list, before it is sent.
    if (!known || !maySee(who, known)) return { ...line, plan: 'invite' };
    return { ...line, plan: isMember(known, organization) || !mayTakeIn(who) ? 'known' : 'join' };
  }

  /** @throws DomainError 'not_found' for another administrator's */
  async function get({ accountId }: Administrator, id: string): Promise<Batch> {
    const batch = await batches.get(id);
    if (!batch || batch.by !== accountId) throw new DomainError('not_found', `there is no list ${id}`);
    return batch;
  }

  /** Sends it off; a second time changes nothing. */
  async function send(who: Administrator, id: string): Promise<void> {
    const { organization } = await get(who, id);
    demand(who, 'users:invite', organization);
    // The work is stored before the list says that it is begun: were it the other way round, a crash would leave it so for ever.
    const todo = { batch: id, turn: newId() };
    const workId = await work.put(todo);
    await batches.update(id, (old) =>
      old.startedAt === undefined
        ? { ...old, startedAt: Date.now(), turn: todo.turn, origin: originOf(who.origin) }
        : undefined,
    );
    work.begin(workId, todo);
  }

  /** The part of the work that follows: some lines, then the next ones. May come to the same lines twice. */
  async function carryOn({ batch: id, turn }: Todo): Promise<void> {
    const batch = await batches.get(id);
    // Of several clicks one began it.
    if (!batch || batch.turn !== turn) return;
    // What the sender may do is asked again: it may have been taken away since.
    const sender = await accounts.get(batch.by);
    const who = sender && administratorOf(sender, { ...batch.origin, actor: batch.by });
    const done = new Map<number, Pick<BatchLine, 'outcome' | 'accountId'>>();
    for (const line of batch.lines.filter(isOpen).slice(0, chunk))
      done.set(line.line, who ? await invited(who, batch, line) : { outcome: 'refused' });
    const updated = await batches.update(id, (old) => {
      const lines = old.lines.map((line) => (isOpen(line) ? { ...line, ...done.get(line.line) } : line));
      return { ...old, lines, ...(lines.some(isOpen) ? {} : { finishedAt: Date.now() }) };
    });
    if (updated?.lines.some(isOpen)) await work.runLater({ batch: id, turn });
  }

  async function invited(
    who: Administrator,
    batch: Batch,
    { email, givenName, familyName, roles }: BatchLine,
  ): Promise<Pick<BatchLine, 'outcome' | 'accountId'>> {
    const { organization, clientId } = batch;
    const names = { ...(givenName ? { givenName } : {}), ...(familyName ? { familyName } : {}) };
    try {
      const account = await people.create(who, { email, ...names, organization, roles, clientId, invite: true });
      return { outcome: account.createdAt >= (batch.startedAt ?? 0) ? 'invited' : 'joined', accountId: account.id };
    } catch (error) {
      if (isDomainError(error, 'duplicate')) return resumed(batch, email, who);
      if (
        isDomainError(error, 'not_permitted') ||
        isDomainError(error, 'not_found') ||
        isDomainError(error, 'invalid_input')
      )
        return { outcome: 'refused' };
      throw error;
    }
  }

  /** The address is there already: before this list, or by it, and then the mail may have been cut off. */
  async function resumed(
    batch: Batch,
    email: string,
    who: Administrator,
  ): Promise<Pick<BatchLine, 'outcome' | 'accountId'>> {
    const known = await accounts.findByEmail(email);
    const isOurs = known && known.createdAt >= (batch.startedAt ?? 0) && known.invitation?.invitedBy === batch.by;
    if (!isOurs) return { outcome: 'known' };
    const events = await audit.bySubject(known.id);
    const wasMailed = events.some(({ type }) => type === 'invitation.sent' || type === 'invitation.resent');
    if (!wasMailed) await invitations.resend(known.id, who.origin);
    return { outcome: 'invited', accountId: known.id };
  }

  return { plan, get, send, carryOn };
}
export type MassInvitations = ReturnType<typeof createMassInvitations>;

function isMember(account: Account, organization: string | undefined): boolean {
  return organization === undefined || organizationIds(account).includes(organization);
}
