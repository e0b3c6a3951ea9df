// What can be done to somebody, one act a line: each has a page that says what will happen, and asks. The rules stand in administration/;
// here is only who is offered what.
import type { Account } from '../../accounts/account.ts';
import { hasSecondFactor } from '../../accounts/factors.ts';
import { invitationState, isCancelled } from '../../accounts/invitation.ts';
import type { Administration } from '../../administration/administration.ts';
import type { Administrator } from '../../administration/administrator.ts';
import type { AuditEventType } from '../../audit/audit.ts';
import type { Permission } from '../../organizations/roles.ts';

export interface PersonAct {
  /** The end of its address, and part of the names of its sentences. */
  name: string;
  permission: Permission;
  /** Asks for a sign-in of the last 15 minutes. */
  isFresh: boolean;
  /** Takes something away. */
  isDangerous: boolean;
  asksReason?: true;
  /** Written down when it is done: a second click finds it. */
  event?: AuditEventType;
  /** The same, told by the record itself, which knows before the log does. */
  wasDone?(account: Account, since: number): boolean;
  /** Afterwards there may be nobody left to look at. */
  mayRemove?: true;
  /** Would take the last owner away. */
  endsOwner?: true;
  isFor(account: Account, who: Administrator): boolean;
  run(administration: Administration, who: Administrator, given: { id: string; reason: string }): Promise<unknown>;
}

const isOther = ({ id }: Account, { accountId }: Administrator) => id !== accountId;

export const personActs: readonly PersonAct[] = [
  {
    name: 'resend',
    permission: 'users:invite',
    isFresh: false,
    isDangerous: false,
    event: 'invitation.resent',
    wasDone: ({ invitation }, since) =>
      invitation?.history.some(({ event, at }) => event === 'resent' && at >= since) ?? false,
    isFor: (account) => isInvited(account) || isCancelled(account),
    run: ({ peopleActs }, who, { id }) => peopleActs.resend(who, id),
  },
  {
    name: 'cancel-invitation',
    permission: 'users:invite',
    isFresh: false,
    isDangerous: false,
    event: 'invitation.cancelled',
    mayRemove: true,
    isFor: (account) => account.invitation !== undefined && isInvited(account),
    run: ({ peopleActs }, who, { id }) => peopleActs.cancelInvitation(who, id),
  },
  {
    name: 'password-reset',
    permission: 'users:help',
    isFresh: false,
    isDangerous: false,
    event: 'password-reset.requested',
    isFor: ({ status, passwordHash }) => status === 'active' && passwordHash !== undefined,
    run: ({ peopleActs }, who, { id }) => peopleActs.sendPasswordReset(who, id),
  },
  {
    name: 'end-sessions',
    permission: 'users:help',
    isFresh: false,
    isDangerous: false,
    isFor: ({ status }) => status === 'active',
    run: ({ peopleActs }, who, { id }) => peopleActs.endAllSessions(who, id),
  },
  {
    name: 'reset-mfa',
    permission: 'users:help',
    isFresh: true,
    isDangerous: true,
    asksReason: true,
    event: 'mfa.reset',
    isFor: (account, who) => hasSecondFactor(account) && isOther(account, who),
    run: ({ peopleActs }, who, { id, reason }) => peopleActs.resetMfa(who, id, reason),
  },
  {
    name: 'suspend',
    permission: 'users:write',
    isFresh: true,
    isDangerous: true,
    event: 'account.suspended',
    endsOwner: true,
    isFor: (account, who) => account.status !== 'suspended' && isOther(account, who),
    run: ({ peopleActs }, who, { id }) => peopleActs.suspend(who, id),
  },
  {
    name: 'reopen',
    permission: 'users:write',
    isFresh: true,
    isDangerous: false,
    event: 'account.reopened',
    isFor: (account) => account.status === 'suspended' && !isCancelled(account),
    run: ({ peopleActs }, who, { id }) => peopleActs.reopen(who, id),
  },
  {
    name: 'delete',
    permission: 'users:write',
    isFresh: true,
    isDangerous: true,
    event: 'account.deleted',
    mayRemove: true,
    endsOwner: true,
    isFor: isOther,
    run: ({ people }, who, { id }) => people.remove(who, id),
  },
];

/** Nobody has signed in with it for good, and it is not withdrawn. */
function isInvited(account: Account): boolean {
  if (account.status === 'suspended') return false;
  const state = invitationState(account, Date.now());
  return state === undefined ? account.passwordHash === undefined : state !== 'accepted';
}
