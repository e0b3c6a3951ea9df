// Carries a sign-in from step to step: each method checks one proof, writes it into the attempt and leaves what comes next to steps.ts.
import type { Account } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { SecurityNotices } from '../accounts/security-notices.ts';
import type { Audit, Origin } from '../audit/audit.ts';
import type { BreachedPasswords } from '../credentials/breached-passwords.ts';
import type { Mfa } from '../credentials/mfa.ts';
import type { Passkeys } from '../credentials/passkeys.ts';
import type { PasswordCheck, Passwords } from '../credentials/passwords.ts';
import type { Throttle } from '../credentials/throttle.ts';
import type { TotpEnrollments } from '../credentials/totp-enrollments.ts';
import type { PendingInteraction } from '../oidc/interactions.ts';
import type { SignInPolicy } from '../organizations/policy.ts';
import type { Secrets } from '../platform/secrets.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { Storage } from '../storage/port.ts';
import { type Attempt, type ProofMethod, restarted, withOwnEnrolment, withProof } from './attempt.ts';
import { createAttempts } from './attempts.ts';
import { createBreachCheck } from './breach-check.ts';
import { createCodeStep, type ProofOutcome } from './code-step.ts';
import { wantsFreshFactor, withDemands } from './demands.ts';
import { createEnrolment } from './enrolment.ts';
import { createFederated, type FederatedDependencies } from './federated.ts';
import { createFinish } from './finish.ts';
import { createFirstSignIn } from './first-sign-in.ts';
import { passwordGuesses } from './guesses.ts';
import type { KnownBrowsers } from './known-browsers.ts';
import { createPasskeyStep } from './passkey-step.ts';
import { createRefusals } from './refusals.ts';
import type { RememberedDevices } from './remembered-devices.ts';
import type { SecondFactor } from './second-factor.ts';
import { createStepUp } from './step-up.ts';
import { nextStep, type Step } from './steps.ts';

export interface SignInDependencies extends Omit<FederatedDependencies, 'attempts'> {
  storage: Storage;
  secrets: Secrets;
  accounts: Accounts;
  passwords: Passwords;
  breachedPasswords: BreachedPasswords;
  mfa: Mfa;
  enrollments: TotpEnrollments;
  passkeys: Passkeys;
  secondFactor: SecondFactor;
  throttle: Throttle;
  audit: Audit;
  knownBrowsers: KnownBrowsers;
  rememberedDevices: RememberedDevices;
  securityNotices: SecurityNotices;
  sessions: Sessions;
  policyOf(account: Account | undefined, clientId?: string): Promise<SignInPolicy>;
}

/** The checks that let a person on, and what each proves. */
const methods: Partial<Record<PasswordCheck, ProofMethod>> = { accepted: 'pwd', 'accepted-temporary': 'temporary' };

/** A password longer than this cannot have been set; it is not worth a hash. */
const longestPassword = 1024;

export function createSignIn(dependencies: SignInDependencies) {
  const { secrets, accounts, passwords, throttle, audit, knownBrowsers, rememberedDevices } = dependencies;
  const stepUp = createStepUp(dependencies);
  const attempts = createAttempts({ ...dependencies, vouchedBy: stepUp.vouchedBy, awaited: stepUp.awaited });
  const demandNewIfBreached = createBreachCheck(dependencies);
  const { refused, refusedAsThrottled, keptOut } = createRefusals({ audit, attempts });
  const { begin, accept, ...firstSignIn } = createFirstSignIn({ ...dependencies, attempts });

  async function next(
    interaction: PendingInteraction,
    stored: Attempt,
    { origin: { address }, deviceToken }: { origin: Origin; deviceToken: string | undefined },
  ): Promise<{ step: Step; account: Account | undefined; attempt: Attempt }> {
    const account = stored.accountId === undefined ? undefined : await accounts.get(stored.accountId);
    const attempt = account ? withOwnEnrolment(stored, account) : stored;
    const policy = withDemands(await dependencies.policyOf(account, stored.clientId), interaction, account);
    const isSignedIn = (await stepUp.sessionBehind(attempt)) !== undefined;
    const isCodeSpared = !wantsFreshFactor(interaction) && (await isRemembered(attempt, account, policy, deviceToken));
    const situation = { prompt: interaction.prompt, attempt, account, policy, isSignedIn, address, isCodeSpared };
    return { step: nextStep(situation, Date.now()), account, attempt };
  }

  async function isRemembered(
    { browserHash }: Attempt,
    account: Account | undefined,
    { rememberDeviceDays }: SignInPolicy,
    token: string | undefined,
  ): Promise<boolean> {
    if (!account?.totp || token === undefined) return false;
    return rememberedDevices.isRemembered(account, { token, browserHash }, rememberDeviceDays);
  }

  /** After a right code: none is asked in this browser for as long as the policy allows. */
  async function rememberDevice(
    { browserHash }: Attempt,
    account: Account,
    token: string,
    origin: Origin,
  ): Promise<void> {
    const { rememberDeviceDays: days } = await dependencies.policyOf(account);
    if (days > 0) await rememberedDevices.remember(account, { token, browserHash }, days, origin);
  }

  /** First step. The answer is the same, and takes as long, whether or not the address is known. */
  async function givePassword(
    attempt: Attempt,
    given: { email: string; password: string; canMakePasskey?: boolean },
    origin: Origin,
  ): Promise<ProofOutcome> {
    const account = await accounts.findByEmail(given.email);
    const check = await checkPassword(attempt, account, given, origin);
    const method = typeof check === 'object' ? undefined : methods[check];
    if (account && method) {
      if (method === 'pwd') await demandNewIfBreached(account, given.password, origin);
      const { id: accountId, sessionEpoch: epoch } = account;
      await attempts.update(attempt.id, (old) => ({
        ...withProof(restarted(old), method, Date.now()),
        email: given.email,
        accountId,
        epoch,
        ...(given.canMakePasskey ? { canMakePasskey: true as const } : {}),
      }));
      if (method === 'temporary') await begin(account);
      return 'accepted';
    }
    // Whatever was proved before, perhaps by somebody else, is void once another password was tried.
    const forgotten = attempts.update(attempt.id, (old) => ({ ...restarted(old), email: given.email }));
    const [outcome] = await Promise.all([refusedPassword(check, account, origin, attempt), forgotten]);
    return outcome;
  }

  async function checkPassword(
    attempt: Attempt,
    account: Account | undefined,
    given: { email: string; password: string },
    { address }: Origin,
  ): Promise<PasswordCheck | { retryAfterSeconds: number }> {
    const isKnown = account !== undefined && (await knownBrowsers.isKnown(attempt.browserHash, account.id));
    const knownBrowser = isKnown ? attempt.browserHash : undefined;
    const guess = () =>
      given.password.length > longestPassword
        ? Promise.resolve('rejected' as const)
        : passwords.verify(account, given.password, Date.now());
    const guarded = await throttle.guard(
      passwordGuesses(secrets, { email: given.email, address, knownBrowser }),
      guess,
      (value) => value !== 'rejected',
    );
    return guarded.outcome === 'throttled' ? guarded : guarded.value;
  }

  async function refusedPassword(
    check: PasswordCheck | { retryAfterSeconds: number },
    account: Account | undefined,
    origin: Origin,
    attempt: Attempt,
  ): Promise<ProofOutcome> {
    if (typeof check === 'object') return refusedAsThrottled('password', account?.id, check, origin, attempt);
    if (check !== 'expired-temporary') return refused('password', account?.id, origin, attempt);
    await refused('temporary-password-expired', account?.id, origin, attempt);
    return 'expired';
  }

  const parts = { ...dependencies, attempts };
  return {
    attempts,
    next,
    givePassword,
    rememberDevice,
    finish: createFinish({ ...dependencies, attempts, accept, continued: stepUp.continued }),
    keptOut,
    ...createCodeStep(parts),
    ...firstSignIn,
    ...createFederated(parts),
    ...createEnrolment(parts),
    ...createPasskeyStep(parts),
  };
}
export type SignIn = ReturnType<typeof createSignIn>;
