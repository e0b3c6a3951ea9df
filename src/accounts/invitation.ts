// What an account record keeps of its invitation, and what can be told from it: where it stands, how it got there, what its link is still
// good for. Pure.
import { z } from 'zod';
import { matchesToken, type StoredToken } from './one-time-token.ts';

/** `mailed` and `bounced`: what became of the mail. `started`: the person used link or temporary password. */
export const invitationEvents = [
  'created',
  'resent',
  'mailed',
  'bounced',
  'started',
  'expired',
  'password-set',
  'profile-done',
  'mfa-done',
  'accepted',
  'cancelled',
] as const;
export type InvitationEvent = (typeof invitationEvents)[number];

const entrySchema = z.object({
  event: z.enum(invitationEvents),
  /** Milliseconds UTC. */
  at: z.number(),
  /** Of `mailed` and `bounced`: the outbox may tell the same twice. */
  messageId: z.string().optional(),
});
export type InvitationEntry = z.output<typeof entrySchema>;

export const invitationSchema = z.object({
  tokenHash: z.string(),
  expiresAt: z.number(),
  /** Of links that a newer one took the place of. They open nothing; who holds one is told so, and may ask for another mail. */
  formerHashes: z.array(z.string()),
  /** Names the latest mail, so that what became of an older one does not count for it. */
  mailId: z.string().optional(),
  /** As the audit event names who did it: an account id, or `cli`, `system`. */
  invitedBy: z.string().optional(),
  /** The client the person goes on to. */
  clientId: z.string().optional(),
  /** The account came with the invitation, and goes with it where it was never used. */
  ownsAccount: z.boolean(),
  /** Oldest first. */
  history: z.array(entrySchema),
});
export type Invitation = z.output<typeof invitationSchema>;

export type InvitationState = Exclude<InvitationEvent, 'resent'>;

/** The part of an account that is asked about. */
export interface Invited {
  status: 'invited' | 'active' | 'suspended' | 'deleted';
  emailVerified?: boolean | undefined;
  passwordHash?: string | undefined;
  temporaryPassword?: { expiresAt: number } | undefined;
  totp?: { activatedAt: number } | undefined;
  invitation?: Invitation | undefined;
}

/** What its token is made for. */
export const invitationPurpose = 'invitation';

const formerKept = 10;
const entriesKept = 100;
/** In the order in which they are reached; nothing that happens to a mail takes a person back. */
const progress = ['password-set', 'profile-done', 'mfa-done'] as const satisfies InvitationEvent[];
const aboutMail: readonly InvitationEvent[] = ['resent', 'mailed', 'bounced', 'expired', 'started'];

export function newInvitation(
  stored: StoredToken,
  about: Pick<Invitation, 'ownsAccount' | 'mailId'> & { invitedBy?: string | undefined; clientId?: string | undefined },
  now: number,
): Invitation {
  const { invitedBy, clientId, ownsAccount, mailId } = about;
  return {
    ...stored,
    formerHashes: [],
    mailId,
    ...(invitedBy === undefined ? {} : { invitedBy }),
    ...(clientId === undefined ? {} : { clientId }),
    ownsAccount,
    history: [{ event: 'created', at: now }],
  };
}

/** The new token kills the old one, which is remembered for the page that says so. */
export function reissued(
  old: Invitation,
  { mailId, ...stored }: StoredToken & Pick<Invitation, 'mailId'>,
  now: number,
): Invitation {
  const isOver = old.expiresAt <= now && !thisRound(old).some(({ event }) => event === 'cancelled');
  const ended = isOver ? withEntry(old, { event: 'expired', at: old.expiresAt }) : old;
  return {
    ...withEntry(ended, { event: 'resent', at: now }),
    ...stored,
    mailId,
    formerHashes: [...old.formerHashes, old.tokenHash].slice(-formerKept),
  };
}

/** @returns the account with one more event in its invitation's history; as it is where it was never invited */
export function withInvitationEvent<T extends Invited>(account: T, event: InvitationEvent, now: number): T {
  if (!account.invitation) return account;
  return { ...account, invitation: withEntry(account.invitation, { event, at: now }) };
}

/** Mails without end, which a stranger may cause, push out older mails and never what the person did. */
export function withEntry(invitation: Invitation, entry: InvitationEntry): Invitation {
  const history = [...invitation.history, entry];
  const oldest = history.length > entriesKept ? history.findIndex(({ event }) => aboutMail.includes(event)) : -1;
  return { ...invitation, history: oldest < 0 ? history : history.toSpliced(oldest, 1) };
}

/** Where the invitation stands. @param now milliseconds UTC   @returns undefined for an account that was not invited */
export function invitationState(account: Invited, now: number): InvitationState | undefined {
  const { invitation } = account;
  if (!invitation) return undefined;
  if (has(invitation, 'accepted')) return 'accepted';
  if (isCancelled(account)) return 'cancelled';
  const reached = progress.findLast((event) => eventsOf(account, invitation).some((entry) => entry.event === event));
  if (reached) return reached;
  // By way of a forgotten password, for instance.
  if (account.passwordHash !== undefined) return 'password-set';
  if (invitation.expiresAt <= now) return 'expired';
  if (hasStarted(account)) return 'started';
  return (
    (thisRound(invitation).findLast(({ event }) => event === 'mailed' || event === 'bounced')
      ?.event as InvitationState) ?? 'created'
  );
}

/** How it got there, oldest first, with what is known without having been written down: the end of the link, and the second factor. */
export function invitationHistory(account: Invited, now: number): { event: InvitationEvent; at: number }[] {
  const { invitation } = account;
  if (!invitation) return [];
  const isExpired = invitationState(account, now) === 'expired';
  const derived = isExpired ? [{ event: 'expired' as const, at: invitation.expiresAt }] : [];
  return [...eventsOf(account, invitation), ...derived]
    .map(({ event, at }) => ({ event, at }))
    .sort((a, b) => a.at - b.at);
}

/** Whether the person did anything with the mail that is the latest. */
export function hasStarted({ invitation }: Invited): boolean {
  return invitation !== undefined && thisRound(invitation).some(({ event }) => event === 'started');
}

/** Whether the latest mail still opens the account: link and temporary password both. @param now milliseconds UTC */
export function hasGoodInvitation(
  { status, passwordHash, temporaryPassword, invitation }: Invited,
  now: number,
): boolean {
  if (status === 'suspended' || passwordHash !== undefined || !invitation) return false;
  return invitation.expiresAt > now && (temporaryPassword?.expiresAt ?? 0) > now;
}

/** Suspended because the invitation was withdrawn, and by nothing since. */
export function isCancelled({ status, invitation }: Invited): boolean {
  const last = invitation?.history.findLast(({ event }) => event === 'cancelled' || event === 'resent');
  return status === 'suspended' && last?.event === 'cancelled';
}

/** `stale`: the link is good, the temporary password beside it has run out. `welcome-back`: an own password was set, and the rest is missing. */
export type LinkState =
  | 'open'
  | 'stale'
  | 'welcome-back'
  | 'accepted'
  | 'cancelled'
  | 'superseded'
  | 'expired'
  | 'unknown';

/** What a link is still good for. Only who holds the very token, or one that it took the place of, is told more than `unknown`.
 *  @param now milliseconds UTC */
export function linkState(account: Invited | undefined, token: string, now: number): LinkState {
  const invitation = account?.invitation;
  if (!account || !invitation) return 'unknown';
  const isLatest = matchesToken(invitationPurpose, token, invitation);
  const hasHeld = invitation.formerHashes.some((tokenHash) =>
    matchesToken(invitationPurpose, token, { tokenHash, expiresAt: 0 }),
  );
  if (!isLatest && !hasHeld) return 'unknown';
  if (isCancelled(account)) return 'cancelled';
  if (account.status === 'suspended') return 'unknown';
  if (has(invitation, 'accepted')) return 'accepted';
  if (account.passwordHash !== undefined) return 'welcome-back';
  if (!isLatest) return 'superseded';
  if (invitation.expiresAt <= now) return 'expired';
  return (account.temporaryPassword?.expiresAt ?? 0) > now ? 'open' : 'stale';
}

function has(invitation: Invitation, event: InvitationEvent): boolean {
  return invitation.history.some((entry) => entry.event === event);
}

/** Since the latest mail was made. */
function thisRound({ history }: Invitation): InvitationEntry[] {
  return history.slice(history.findLastIndex(({ event }) => event === 'created' || event === 'resent'));
}

/** A second factor that was set up meanwhile is written down with the acceptance; until then the account itself tells. */
function eventsOf({ totp }: Invited, invitation: Invitation): InvitationEntry[] {
  const [created] = invitation.history;
  const isNews = totp && totp.activatedAt >= (created?.at ?? 0) && !has(invitation, 'mfa-done');
  return isNews ? [...invitation.history, { event: 'mfa-done', at: totp.activatedAt }] : invitation.history;
}
