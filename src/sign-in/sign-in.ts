// Carries a sign-in from step to step: each method checks one proof, writes it into the attempt and leaves what comes next to steps.ts.
import type { Account } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { Audit, Origin } from '../audit/audit.ts';
import type { Passwords } from '../credentials/passwords.ts';
import { withPassword } from '../credentials/passwords.ts';
import type { RecoveryCodes } from '../credentials/recovery-codes.ts';
import type { Guarded, Throttle } from '../credentials/throttle.ts';
import type { Totp } from '../credentials/totp.ts';
import { acrOf, amrOf } from '../oidc/claims.ts';
import type { LoginResult, PendingInteraction } from '../oidc/interactions.ts';
import type { SignInPolicy } from '../organizations/policy.ts';
import type { Secrets } from '../platform/secrets.ts';
import type { Storage } from '../storage/port.ts';
import { type Attempt, hasProof, isStillOf, type ProofMethod, restarted, withProof, withWrongCode } from './attempt.ts';
import { createAttempts } from './attempts.ts';
import { createKnownBrowsers } from './known-browsers.ts';
import { codeGuesses, passwordGuesses } from './guesses.ts';
import { nextStep, type Step } from './steps.ts';

export interface SignInDependencies {
  storage: Storage;
  secrets: Secrets;
  accounts: Accounts;
  passwords: Passwords;
  totp: Totp;
  recoveryCodes: RecoveryCodes;
  throttle: Throttle;
  audit: Audit;
  policyOf(account: Account | undefined): SignInPolicy;
}

/** `ended`: nothing more is asked here, look what is next. Too many wrong codes, or the attempt has moved on meanwhile. */
export type ProofOutcome = 'accepted' | 'rejected' | 'expired' | 'ended' | { throttledSeconds: number };

/** A password longer than this cannot have been set; it is not worth a hash. */
const longestPassword = 1024;

export function createSignIn(dependencies: SignInDependencies) {
  const { secrets, accounts, passwords, totp, recoveryCodes, throttle, audit } = dependencies;
  const attempts = createAttempts(dependencies);
  const knownBrowsers = createKnownBrowsers(dependencies);

  async function next(interaction: Pick<PendingInteraction, 'prompt'>, attempt: Attempt): Promise<{ step: Step; account: Account | undefined }> {
    const account = attempt.accountId === undefined ? undefined : await accounts.get(attempt.accountId);
    return { step: nextStep({ prompt: interaction.prompt, attempt, account }, Date.now()), account };
  }

  /** First step. The answer is the same, and takes as long, whether or not the address is known. */
  async function givePassword(attempt: Attempt, given: { email: string; password: string }, origin: Origin): Promise<ProofOutcome> {
    await attempts.update(attempt.id, (old) => ({ ...restarted(old), email: given.email }));
    const account = await accounts.findByEmail(given.email);
    const isKnownBrowser = account !== undefined && (await knownBrowsers.isKnown(attempt.browserHash, account.id));
    const guess = () => (given.password.length > longestPassword ? Promise.resolve('rejected' as const) : passwords.verify(account, given.password, Date.now()));
    const subjects = passwordGuesses(secrets, { email: given.email, address: origin.address, isKnownBrowser });
    const guarded = await throttle.guard(subjects, guess, (check) => check !== 'rejected');
    if (guarded.outcome === 'throttled') return refusedAsThrottled('password', account?.id, guarded, origin, attempt);
    if (!account || guarded.value === 'rejected') return refused('password', account?.id, origin, attempt);
    if (guarded.value === 'expired-temporary') {
      await refused('temporary-password-expired', account.id, origin, attempt);
      return 'expired';
    }
    const method: ProofMethod = guarded.value === 'accepted-temporary' ? 'temporary' : 'pwd';
    const { id: accountId, sessionEpoch: epoch } = account;
    await attempts.update(attempt.id, (old) => ({ ...withProof(restarted(old), method, Date.now()), accountId, epoch }));
    return 'accepted';
  }

  /** Second step. Guesses are counted per account, over all its attempts. */
  async function giveCode(attempt: Attempt, account: Account, given: { method: 'otp' | 'recovery'; code: string }, origin: Origin): Promise<ProofOutcome> {
    const verifier = given.method === 'otp' ? totp : recoveryCodes;
    const guarded = await throttle.guard(codeGuesses(account.id, given.method), () => verifier.verify(account, given.code, Date.now()), (check) => check === 'accepted');
    if (guarded.outcome === 'throttled') return refusedAsThrottled(given.method, account.id, guarded, origin, attempt);
    if (guarded.value === 'rejected') return refusedCode(attempt, account, given.method, origin);
    await attempts.update(attempt.id, (old) => (isStillOf(old, attempt) ? withProof(old, given.method, Date.now()) : undefined));
    if (given.method === 'recovery') {
      await audit.record({ type: 'recovery-code.used', result: 'success', subject: account.id, clientId: attempt.clientId }, { ...origin, actor: account.id });
    }
    return 'accepted';
  }

  /** Counts a wrong code. The second of a double click finds its code used up by the first, and is none. */
  async function refusedCode(attempt: Attempt, account: Account, method: 'otp' | 'recovery', origin: Origin): Promise<ProofOutcome> {
    let isSecondClick = false;
    const counted = await attempts.update(attempt.id, (old) => {
      const isMine = isStillOf(old, attempt);
      isSecondClick = isMine && hasProof(old, ['otp', 'recovery'], Date.now());
      return isMine && !isSecondClick ? withWrongCode(old) : undefined;
    });
    if (!isSecondClick) await refused(method, account.id, origin, attempt);
    return counted?.accountId === undefined ? 'ended' : 'rejected';
  }

  /** The own password that replaces a temporary one. @returns false when the temporary one was used up meanwhile */
  async function chooseOwnPassword(attempt: Attempt, account: Account, newPassword: string, origin: Origin): Promise<boolean> {
    const passwordHash = await passwords.hash(newPassword);
    const updated = await accounts.update(account.id, (current) =>
      current.temporaryPassword?.hash === account.temporaryPassword?.hash && current.sessionEpoch === attempt.epoch ? { ...withPassword(current, passwordHash), emailVerified: current.emailVerified || current.temporaryPassword?.provesEmail === true }
        : undefined,
    );
    if (!updated) return false;
    await audit.record({ type: 'password.changed', result: 'success', subject: account.id, detail: { by: 'temporary-password' } }, { ...origin, actor: account.id });
    const proofs = (old: Attempt) => old.proofs.map((proof) => (proof.method === 'temporary' ? { method: 'pwd' as const, at: Date.now() } : proof));
    await attempts.update(attempt.id, (old) => (isStillOf(old, attempt) ? { ...old, proofs: proofs(old), epoch: updated.sessionEpoch } : undefined));
    return true;
  }

  async function completeProfile(account: Account, names: { givenName: string; familyName: string }, origin: Origin): Promise<void> {
    await accounts.update(account.id, (current) => ({ ...current, ...names, status: current.status === 'invited' ? 'active' : current.status }));
    await audit.record({ type: 'account.profile-completed', result: 'success', subject: account.id }, { ...origin, actor: account.id });
  }

  /** What oidc-provider is told once no step is left. */
  async function finish(attempt: Attempt, account: Account, origin: Origin): Promise<LoginResult> {
    const amr = amrOf(attempt.proofs.map(({ method }) => method));
    const { idleSeconds, absoluteSeconds } = dependencies.policyOf(account);
    await audit.record({ type: 'sign-in.succeeded', result: 'success', subject: account.id, clientId: attempt.clientId, detail: { amr } }, { ...origin, actor: account.id });
    await attempts.update(attempt.id, (old) => ({ ...old, finishedAt: Date.now() }));
    await knownBrowsers.remember(attempt.browserHash, account.id);
    const session = { epoch: attempt.epoch ?? -1, idleSeconds, absoluteSeconds, address: origin.address, userAgent: origin.userAgent };
    return { accountId: account.id, amr, acr: acrOf(amr), ts: Math.floor(Date.now() / 1000), session };
  }

  async function refused(reason: string, subject: string | undefined, origin: Origin, { clientId }: Attempt): Promise<'rejected'> {
    await audit.record({ type: 'sign-in.failed', result: 'failure', clientId, detail: { reason }, ...(subject ? { subject } : {}) }, origin);
    return 'rejected';
  }

  async function refusedAsThrottled(reason: string, subject: string | undefined, { retryAfterSeconds }: Extract<Guarded<unknown>, { outcome: 'throttled' }>, origin: Origin, { clientId }: Attempt): Promise<ProofOutcome> {
    await audit.record({ type: 'sign-in.throttled', result: 'failure', clientId, detail: { reason, retryAfterSeconds }, ...(subject ? { subject } : {}) }, origin);
    return { throttledSeconds: retryAfterSeconds };
  }

  return { attempts, next, givePassword, giveCode, chooseOwnPassword, completeProfile, finish };
}
export type SignIn = ReturnType<typeof createSignIn>;
