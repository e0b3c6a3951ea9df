// A sign-in under way: on the server, bound to one authorization request and one browser. It outlives the request and keeps its
// parameters, so that Back or a late click leads to a fresh one instead of a dead end.
import { z } from 'zod';
import type { Account } from '../accounts/account.ts';
import { holdsIdentity, identitySchema } from '../accounts/identity.ts';
import { organizationIds } from '../accounts/membership.ts';
import type { CollectionSpec } from '../storage/port.ts';

/** What a person can prove: password, temporary password, time-based code, recovery code; a passkey of hardware or of software, whose owner
 *  it verified or not; an identity at an upstream provider, and that the provider, which is trusted with it, has asked for a second factor. */
export const proofMethods = [
  'pwd',
  'temporary',
  'otp',
  'recovery',
  'hwk',
  'swk',
  'hwk-unverified',
  'swk-unverified',
  'sso',
  'sso-mfa',
] as const;
export type ProofMethod = (typeof proofMethods)[number];

const unlinkedSchema = identitySchema.omit({ linkedAt: true }).extend({
  /** Whose connection it came by: only its people may link it. */
  organization: z.string().optional(),
  at: z.number(),
});
export type UnlinkedIdentity = z.output<typeof unlinkedSchema>;

export const attemptSchema = z.object({
  /** SHA-256 of the interaction's uid. */
  id: z.string(),
  /** SHA-256 of the browser cookie: another browser gets nowhere with this address. */
  browserHash: z.string(),
  clientId: z.string(),
  /** Sealed JSON of the authorization request's parameters. */
  params: z.string(),
  /** What was typed, kept so that nobody types it twice. */
  email: z.string().optional(),
  accountId: z.string().optional(),
  /** The account's session epoch when the first proof was given: a credential changed since voids the attempt. */
  epoch: z.number().int().optional(),
  /** Nobody else can give what is asked for: the app wants a younger sign-in of this person. */
  onlyAccountId: z.string().optional(),
  /** The session that stands for the first factor, where only a second one is missing in it. */
  sessionId: z.string().optional(),
  proofs: z.array(z.object({ method: z.enum(proofMethods), at: z.number() })),
  /** The browser can make passkeys: one is offered at the end. */
  canMakePasskey: z.literal(true).optional(),
  /** An identity that is nobody's yet: linked once the person has signed in by other means, and says so. */
  unlinked: unlinkedSchema.optional(),
  /** Wrong codes in this attempt; five end it. */
  wrongCodes: z.number().int(),
  startedAt: z.number(),
  finishedAt: z.number().optional(),
  /** When a refusal at the end of the way was written down. */
  refusedAt: z.number().optional(),
  expiresAt: z.number(),
});
export type Attempt = z.output<typeof attemptSchema>;

export const attemptsSpec: CollectionSpec<Attempt> = {
  name: 'sign-in-attempts',
  schema: attemptSchema,
  expiresAt: 'expiresAt',
};

/** As long as oidc-provider's interaction, and an hour more for late clicks. */
export const attemptSeconds = 2 * 3600;
/** Given proofs stand this long while the next step waits. */
export const proofSeconds = 30 * 60;
export const wrongCodesAllowed = 5;

export function hasProof(attempt: Attempt, methods: readonly ProofMethod[], now: number): boolean {
  return attempt.proofs.some(({ method, at }) => methods.includes(method) && now - at < proofSeconds * 1000);
}

export function withProof(attempt: Attempt, method: ProofMethod, now: number): Attempt {
  const others = attempt.proofs.filter((proof) => proof.method !== method);
  return { ...attempt, proofs: [...others, { method, at: now }] };
}

/** What names a person and is one factor: a password, or an account elsewhere. */
const known = ['pwd', 'temporary', 'sso'] as const;
const verifiedPasskeys = ['hwk', 'swk'] as const;
const unverifiedPasskeys = ['hwk-unverified', 'swk-unverified'] as const;

/** Whether anything was given that names and proves a person. */
export function hasFirstFactor(attempt: Attempt, now: number): boolean {
  return hasProof(attempt, [...known, ...verifiedPasskeys, ...unverifiedPasskeys], now);
}

/** Two factors: a code beside the first one, a passkey that verified its owner, or one that did not, beside the
 *  first one; an upstream provider that is trusted to have asked for two. */
export function hasBothFactors(attempt: Attempt, now: number): boolean {
  if (hasProof(attempt, ['otp', 'recovery', 'sso-mfa', ...verifiedPasskeys], now)) return true;
  return hasProof(attempt, known, now) && hasProof(attempt, unverifiedPasskeys, now);
}

/** Whether a passkey that did not verify its owner is all that was given. */
export function hasUnverifiedPasskeyOnly(attempt: Attempt, now: number): boolean {
  return hasProof(attempt, unverifiedPasskeys, now) && !hasProof(attempt, [...known, ...verifiedPasskeys], now);
}

/** Whether an attempt still is the one a request saw: another request of the same browser may have begun again meanwhile, as somebody
 *  else, and what was proved for one person must never count for the other. */
export function isStillOf(attempt: Attempt, seen: Pick<Attempt, 'accountId' | 'epoch'>): boolean {
  return attempt.accountId === seen.accountId && attempt.epoch === seen.epoch;
}

/** The identity that waits to be linked to the account, while it still may be. @param now milliseconds UTC */
export function identityToLink({ unlinked }: Attempt, account: Account, now: number): UnlinkedIdentity | undefined {
  if (!unlinked || now - unlinked.at >= proofSeconds * 1000 || holdsIdentity(account, unlinked)) return undefined;
  const { organization } = unlinked;
  return organization === undefined || organizationIds(account).includes(organization) ? unlinked : undefined;
}

/** Whom a secret and recovery codes are shown to that were made in this sign-in. */
export function holderOf(attempt: Attempt): string {
  return `attempt ${attempt.id}`;
}

/** The attempt after a second factor that was set up in it, as the account's record tells. Account and attempt are two writes: a second
 *  click, or a crash, may come in between. Any later change of a credential has another epoch. */
export function withOwnEnrolment(attempt: Attempt, account: Account): Attempt {
  const { totp, shownRecoveryCodes: shown, sessionEpoch } = account;
  if (!totp || attempt.accountId !== account.id || shown?.holder !== holderOf(attempt)) return attempt;
  if (shown.activatedEpoch !== sessionEpoch || attempt.epoch !== sessionEpoch - 1) return attempt;
  return { ...withProof(attempt, 'otp', totp.activatedAt), epoch: sessionEpoch };
}

/** Back to the first step; what was typed stays, except secrets. */
export function restarted(attempt: Attempt): Attempt {
  const { accountId: _account, epoch: _epoch, sessionId: _session, ...kept } = attempt;
  return { ...kept, proofs: [], wrongCodes: 0 };
}

/** The last one allowed sends the person back to the password; the count stays until that is given again.
 *  @param isEnd whether it was the last one of the account, over all its sign-ins */
export function withWrongCode(attempt: Attempt, isEnd = false): Attempt {
  const wrongCodes = isEnd ? wrongCodesAllowed : attempt.wrongCodes + 1;
  return wrongCodes < wrongCodesAllowed ? { ...attempt, wrongCodes } : { ...restarted(attempt), wrongCodes };
}
