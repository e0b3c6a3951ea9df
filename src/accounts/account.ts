// The account record and its pure rules. It carries its authenticators too, and `sessionEpoch`: what must change together
// (a new password, and the end of every session that was signed in with the old one) is one write of one record.
import { domainToASCII } from 'node:url';
import { z } from 'zod';
import { notedEventSchema } from '../audit/event.ts';
import type { SignInPolicy } from '../organizations/policy.ts';
import { isPlainAddress } from '../platform/mail-settings.ts';
import type { CollectionSpec } from '../storage/port.ts';
import { hasSecondFactor, isVouchedFor } from './factors.ts';
import { identitySchema } from './identity.ts';
import { invitationSchema } from './invitation.ts';
import { membershipSchema } from './membership.ts';
import { pendingNoticeSchema } from './security-notice.ts';
import { shownRecoveryCodesSchema } from './shown-codes.ts';

const recoveryCodeSchema = z.object({ hash: z.string(), usedAt: z.number().optional() });

const totpSchema = z.object({
  /** Sealed; opens only for this account. */
  secret: z.string(),
  /** The last accepted time step (RFC 6238, 5.2): only a later one is accepted. */
  lastUsedStep: z.number().int(),
  /** How many steps the phone's clock was ahead (+) or behind (-) at activation. */
  driftSteps: z.number().int(),
  activatedAt: z.number(),
  /** Steps of the future whose codes were told to be a fast clock's: they are not good when their time comes. */
  spentSteps: z.array(z.number().int()).optional(),
  /** After a hundred wrong codes in a row no code is good any more, until a recovery code is given (SP 800-63B-4, 3.2.2). */
  lockedAt: z.number().optional(),
});

/** The newest link for choosing a new password. Kept after its use, so that who opens it again is told so. */
const passwordResetSchema = z.object({
  tokenHash: z.string(),
  expiresAt: z.number(),
  /** Good while both are as they were when it was made: any change of a credential or of the address kills it. */
  epoch: z.number().int(),
  emailCanonical: z.string(),
  usedAt: z.number().optional(),
  /** The request that set a password by it, or by the one before it: who else tried at the same time has nothing to tell of. */
  usedBy: z.string().optional(),
  /** Where it was asked for: the client, and the interaction's uid, sealed. */
  clientId: z.string().optional(),
  interaction: z.string().optional(),
});

export const accountSchema = z.object({
  /** The subject identifier: random, opaque, never used again. */
  id: z.string(),
  /** As typed. */
  email: z.string(),
  /** See canonicalEmail. */
  emailCanonical: z.string(),
  emailVerified: z.boolean(),
  givenName: z.string().optional(),
  familyName: z.string().optional(),
  /** BCP 47: of screens and mails; left out, the browser's. */
  language: z.string().optional(),
  /** `deleted`: nobody to anyone but account-deletion.ts, which clears away what hangs on the record. */
  status: z.enum(['invited', 'active', 'suspended', 'deleted']),
  /** On the instance: `owner`, and whatever relying apps are to hear of. */
  roles: z.array(z.string()),
  memberships: z.array(membershipSchema).optional(),
  /** Of a deleted one, for the log of its firms. */
  wasIn: z.array(z.string()).optional(),
  /** What people are asked by; see memberKeysOf. accounts.ts keeps it. */
  memberKeys: z.array(z.string()).optional(),
  /** What people are listed and searched by (search-keys.ts). */
  places: z.array(z.string()).optional(),
  nameKey: z.string().optional(),
  familyNameKey: z.string().optional(),
  /** PHC string, or a foreign hash from an import until the next sign-in. */
  passwordHash: z.string().optional(),
  /** Opens nothing but the choice of an own password, and dies with its use. One that was mailed proves the address by being used. */
  temporaryPassword: z.object({ hash: z.string(), expiresAt: z.number(), provesEmail: z.boolean() }).optional(),
  /** The own password still signs in, but then a new one is asked for: it was found in a leak, or an administrator demands it. */
  passwordMustChange: z.object({ reason: z.enum(['breached', 'administrator']), at: z.number() }).optional(),
  passwordReset: passwordResetSchema.optional(),
  /** What the link of the invitation's mail is checked against, and how far the person has come. */
  invitation: invitationSchema.optional(),
  /** At upstream providers; `identityKeys` is kept by accounts.ts, so that no two accounts hold one. */
  identities: z.array(identitySchema).optional(),
  identityKeys: z.array(z.string()).optional(),
  totp: totpSchema.optional(),
  recoveryCodes: z.array(recoveryCodeSchema).optional(),
  /** SHA-256 of the ids of those that are good: what credentials/passkeys.ts keeps of any other is dead, so one write ends them all. */
  passkeys: z.array(z.string()).optional(),
  /** Those of them that open nothing without the password: they were there when their owner reported a theft. */
  secondOnlyPasskeys: z.array(z.string()).optional(),
  /** When a passkey was offered after a sign-in: once is enough. */
  passkeyOfferedAt: z.number().optional(),
  firstSignedInAt: z.number().optional(),
  shownRecoveryCodes: shownRecoveryCodesSchema.optional(),
  /** Wrong codes of either kind in a row; gone with a right one. A dangerous act asks for a sign-in later than `askAgainAt`. */
  wrongCodes: z.object({ inRow: z.number().int(), askAgainAt: z.number().optional() }).optional(),
  /** A second factor must be set up at the next sign-in, whatever the policy says. Gone once it is. */
  mustEnrolMfa: z.literal(true).optional(),
  /** When the person last said that a change was not theirs (lockdown.ts); what was told before is dealt with. */
  securedAt: z.number().optional(),
  /** The piece of work that did it, and does what follows from it (not-me.ts). */
  securedBy: z.string().optional(),
  /** The link to a new password that follows is on its way. */
  securedLinkMailed: z.literal(true).optional(),
  /** Asked for, and proved only by the link that was mailed to `email`. Nothing under another epoch than that of the request. */
  emailChange: z
    .object({ email: z.string(), tokenHash: z.string(), expiresAt: z.number(), epoch: z.number().int() })
    .optional(),
  /** What `email` was before, each for a week (former-emails.ts). */
  formerEmails: z.array(z.object({ email: z.string(), until: z.number() })).optional(),
  /** Mails about changes, from the write that made the change until the outbox has them (pending-notices.ts). */
  pendingNotices: z.array(pendingNoticeSchema).optional(),
  /** Likewise audit events, until the audit record has them. */
  pendingEvents: z.array(notedEventSchema).optional(),
  hasPendingNotices: z.literal(true).optional(),
  /** Since when an owner is about to delete the account: the role is given up until the record is marked (account-deletion.ts). */
  leavingSince: z.number().optional(),
  isLeaving: z.literal(true).optional(),
  /** Sessions remember the epoch they were signed in under; a session of another epoch is dead. */
  sessionEpoch: z.number().int(),
  /** Set by the write that killed sessions, until they are ended one by one and their apps queued to be told. */
  hasDeadSessions: z.boolean().optional(),
  /** The epoch of the last reset, or of a change that was demanded: grants of sessions before it are dead, with every token on them, `offline_access` or not. */
  tokensFromEpoch: z.number().int().optional(),
  createdAt: z.number(),
  updatedAt: z.number(),
});
export type Account = z.output<typeof accountSchema>;

export const accountsSpec: CollectionSpec<Account> = {
  name: 'accounts',
  schema: accountSchema,
  unique: ['emailCanonical'],
  index: ['status', 'hasDeadSessions', 'hasPendingNotices', 'isLeaving'],
  indexEach: ['roles', 'memberKeys', 'places', 'identityKeys'],
  uniqueEach: ['identityKeys'],
  lists: [
    { where: ['places'], by: 'emailCanonical' },
    { where: ['places'], by: 'nameKey' },
    { where: ['places'], by: 'familyNameKey' },
  ],
};

/** One address, one account: compatibility forms folded, lower case, domain in its ASCII form. */
export function canonicalEmail(email: string): string {
  const folded = email.normalize('NFKC').trim().toLowerCase();
  const at = folded.lastIndexOf('@');
  if (at < 0) return folded;
  return `${folded.slice(0, at)}@${domainToASCII(folded.slice(at + 1)) || folded.slice(at + 1)}`;
}

/** The shape of an address as people have them: one `@`, a domain with a dot or a plain host name, no blanks, 254 at most. */
export function isEmail(text: string): boolean {
  return [text, canonicalEmail(text)].every(hasShape);
}

function hasShape(text: string): boolean {
  return isPlainAddress(text) && domainToASCII(text.split('@')[1] ?? '') !== '';
}

/** Whether sessions of before are dead after the change. */
export function killsSessions(before: Account, after: Account): boolean {
  const isSuspended = after.status === 'suspended' && before.status !== 'suspended';
  return isSuspended || after.sessionEpoch !== before.sessionEpoch;
}

export function displayName(account: Pick<Account, 'givenName' | 'familyName' | 'email'>): string {
  return [account.givenName, account.familyName].filter(Boolean).join(' ') || account.email;
}

/** One or two letters for the user menu. */
export function initials(account: Pick<Account, 'givenName' | 'familyName' | 'email'>): string {
  const parts = [account.givenName, account.familyName].filter((part): part is string => Boolean(part));
  const letters = (parts.length > 0 ? parts : [account.email]).map((part) => [...part][0] ?? '');
  return letters.join('').toLocaleUpperCase();
}

/** Why a second factor must be set up before anything else; undefined where it need not, or there is one.
 *  @param amr of the sign-in: an upstream provider that is trusted with it may have asked for one */
export function enrolmentRule(
  account: Account,
  policy: Pick<SignInPolicy, 'mfa'>,
  amr: readonly string[] = [],
): 'policy-requires-mfa' | 'account-must-enrol' | undefined {
  if (hasSecondFactor(account)) return undefined;
  if (policy.mfa === 'required' && !isVouchedFor(amr)) return 'policy-requires-mfa';
  return account.mustEnrolMfa ? 'account-must-enrol' : undefined;
}

/** The authenticator app goes with everything that hangs on it; passkeys are ways in of their own. */
export function withoutSecondFactor(account: Account): Account {
  const { totp: _totp, recoveryCodes: _codes, shownRecoveryCodes: _shown, wrongCodes: _wrong, ...kept } = account;
  return kept;
}

/** Nothing is left that stands for a second factor. Passkeys go too: whoever lost a phone lost those on it, and nobody can tell which. */
export function withoutFactors(account: Account): Account {
  const { passkeys: _passkeys, secondOnlyPasskeys: _marked, ...kept } = withoutSecondFactor(account);
  return kept;
}

export function recoveryCodesLeft(account: Account): number {
  return (account.recoveryCodes ?? []).filter((code) => code.usedAt === undefined).length;
}

/** Whether tokens of a session of this epoch are alive as far as the account goes.
 *  @param epoch undefined where nobody noted it: such tokens live until the first reset */
export function tokensStand({ tokensFromEpoch }: Account, epoch: number | undefined): boolean {
  return tokensFromEpoch === undefined || (epoch !== undefined && epoch >= tokensFromEpoch);
}
