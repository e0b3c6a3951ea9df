// "This person, from this address, to this app: these screens, because …". The same function decides that decides a real sign-in; here
// each step is taken as done, and the account is never touched.
import type { Account } from '../accounts/account.ts';
import type { Standing } from '../accounts/standing.ts';
import { type PolicyRule, type SignInPolicy, sourceText } from '../organizations/policy.ts';
import { type Attempt, type ProofMethod, withProof } from '../sign-in/attempt.ts';
import { nextStep, type Situation, type Step } from '../sign-in/steps.ts';
import { type Administrator, may } from './administrator.ts';
import type { People } from './people.ts';

export interface SimulatedStep {
  step: Step['name'];
  rule: Step['rule'];
  /** Who asked for it, where a policy did: `organization acme`, `instance`. */
  by?: string;
  /** A code that is not asked on a device remembered within so many days. */
  sparedDays?: number;
}

/** More than there are rules: a step that never ends would be a fault of steps.ts. */
const mostSteps = 20;

export interface SimulatorDependencies {
  people: People;
  policyOf: Standing['policyOf'];
}

export function createSimulator({ people, policyOf }: SimulatorDependencies) {
  /** @param given.clientId the app that the person is on the way to; our own pages without one
   *  @param given.asksConsent whether the app is one that shows the consent screen
   *  @throws DomainError 'not_found' for somebody who may not be seen */
  async function simulate(
    who: Administrator,
    given: { accountId: string; address: string | undefined; clientId?: string | undefined; asksConsent: boolean },
  ): Promise<SimulatedStep[]> {
    const account = await people.get(who, given.accountId);
    const policy = await policyOf(account, given.clientId);
    const steps = walk({ account, policy, address: given.address });
    const isThrough = steps.at(-1)?.name === 'done';
    const all: Step[] =
      given.asksConsent && isThrough
        ? [...steps.slice(0, -1), { name: 'consent', rule: 'third-party-client' }, ...steps.slice(-1)]
        : steps;
    return all.map((step) => told(who, step, policy));
  }

  return { simulate };
}
export type Simulator = ReturnType<typeof createSimulator>;

/** Every step up to the end, each taken as done. */
export function walk(start: Pick<Situation, 'policy' | 'address'> & { account: Account }, now = Date.now()): Step[] {
  const steps: Step[] = [];
  let situation: Situation & { account: Account } = { ...start, prompt: 'login', attempt: freshAttempt(now) };
  while (steps.length < mostSteps) {
    const step = nextStep(situation, now);
    steps.push(step);
    if (step.name === 'done' || step.name === 'refused') return steps;
    situation = { ...situation, ...afterwards(step, situation, now) };
  }
  throw new Error('the simulated sign-in does not end');
}

/** Which rule of the policy asks for a step. */
const ruleOf: Partial<Record<Step['rule'], PolicyRule>> = {
  'policy-requires-mfa': 'mfa',
  'policy-requires-passkey': 'passkeys',
};

/** Which other firms somebody belongs to is not told. */
function told(who: Administrator, step: Step, { because, rememberDeviceDays: days }: SignInPolicy): SimulatedStep {
  const field = ruleOf[step.rule];
  const by = 'by' in step ? step.by : field && because[field];
  const isTold = by && (by.kind !== 'organization' || may(who, 'organizations:read', by.id));
  return {
    step: step.name,
    rule: step.rule,
    ...(isTold ? { by: sourceText(by) } : {}),
    ...(step.name === 'code' && days > 0 ? { sparedDays: days } : {}),
  };
}

function freshAttempt(now: number): Attempt {
  return {
    id: 'simulated',
    browserHash: '',
    clientId: '',
    params: '',
    proofs: [],
    wrongCodes: 0,
    startedAt: now,
    expiresAt: now + 1,
  };
}

/** The situation once the person has done what the step asks. */
function afterwards(
  step: Step,
  { attempt, account }: { attempt: Attempt; account: Account },
  now: number,
): { attempt: Attempt; account: Account } {
  const prove = (method: ProofMethod) => ({ account, attempt: withProof(attempt, method, now) });
  switch (step.name) {
    case 'password': {
      const method = account.passwordHash === undefined ? 'temporary' : 'pwd';
      const known = { ...attempt, accountId: account.id, epoch: account.sessionEpoch };
      return { account, attempt: withProof(known, method, now) };
    }
    case 'code':
      return prove('otp');
    case 'passkey':
      return prove('hwk');
    case 'enrol-passkey':
      return { account: { ...account, passkeys: ['made'] }, attempt };
    case 'temporary-password': {
      const { passwordMustChange: _done, ...kept } = account;
      const proofs = attempt.proofs.filter(({ method }) => method !== 'temporary');
      return { account: { ...kept, passwordHash: 'chosen' }, attempt: withProof({ ...attempt, proofs }, 'pwd', now) };
    }
    case 'profile':
      return { account: { ...account, status: 'active' }, attempt };
    case 'enrol-mfa': {
      const { mustEnrolMfa: _done, ...kept } = account;
      const totp = { secret: '', lastUsedStep: 0, driftSteps: 0, activatedAt: now };
      const shownRecoveryCodes = { sealed: '', holder: `attempt ${attempt.id}`, expiresAt: now + 1 };
      return { account: { ...kept, totp, shownRecoveryCodes }, attempt: withProof(attempt, 'otp', now) };
    }
    case 'recovery-codes': {
      const { shownRecoveryCodes: _seen, ...kept } = account;
      return { account: kept, attempt };
    }
    default:
      return { account, attempt };
  }
}
