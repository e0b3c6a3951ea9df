// One request to a sign-in screen: which interaction, which attempt, what is next. And the three ways out: on, done, lost.
import type { Context } from 'koa';
import { type Account, enrolmentRule } from '../../accounts/account.ts';
import type { Origin } from '../../audit/audit.ts';
import { type Client, clientName } from '../../clients/client.ts';
import type { PendingInteraction } from '../../oidc/interactions.ts';
import { logoUrl } from '../../organizations/brand.ts';
import type { Attempt } from '../../sign-in/attempt.ts';
import type { Step } from '../../sign-in/steps.ts';
import { lookModel } from '../http/brand-files.ts';
import { uiLocales } from '../http/languages.ts';
import { seeOther } from '../http/redirect.ts';
import type { ClientModel, FieldError, StepModel } from '../http/view-models.ts';
import type { InteractionDependencies, Screen } from './router.ts';

export interface Visit {
  interaction: PendingInteraction;
  attempt: Attempt;
  step: Step;
  account: Account | undefined;
  /** A second factor must be set up before this sign-in ends. */
  isFactorDemanded: boolean;
  /** For how long a device may be remembered; 0 where none may. */
  rememberDeviceDays: number;
  origin: Origin;
  /** What the forms of this interaction are made for. */
  csrfContext: string;
  /** What every step's page is given. */
  stepModel(path: string, errors?: readonly FieldError[]): StepModel;
}

export function createVisits({
  oidc,
  signIn,
  clients,
  signedIn,
  browser,
  deviceCookie,
  errors,
  startAgain,
  ownClientId,
  policyOf,
  lookOf,
}: InteractionDependencies) {
  /** @returns undefined when the answer is given: the sign-in is over and the browser was sent on */
  async function enter(ctx: Context & { params: Record<string, string> }): Promise<Visit | undefined> {
    const uid = ctx.params.uid ?? '';
    const interaction = await oidc.interactions.pending(ctx);
    const browserId = browser.idOf(ctx);
    const isHere = interaction?.uid === uid;
    const stored = isHere ? await signIn.attempts.open(interaction, browserId) : undefined;
    if (!interaction || !stored) {
      await lost(ctx, uid);
      return undefined;
    }
    const deviceToken = deviceCookie.read(ctx);
    const { step, account, attempt } = await signIn.next(interaction, stored, {
      origin: ctx.state.origin,
      deviceToken,
    });
    ctx.state.uiLocales = uiLocales(interaction.params);
    ctx.state.accountLanguage = account?.language;
    const app = interaction.clientId === ownClientId ? undefined : await clients.get(interaction.clientId);
    const client = app && toClientModel(app);
    const look = lookModel(await lookOf({ client: app, account }));
    const policy = await policyOf(account, interaction.clientId);
    const csrfContext = `interaction ${interaction.uid}`;
    const base = `/interaction/${interaction.uid}`;
    const stepModel = (path: string, faults: readonly FieldError[] = []): StepModel => ({
      action: `${base}/${path}`,
      csrf: browser.csrfToken(ctx, csrfContext),
      errors: faults,
      ...(look ? { look } : {}),
      ...(client ? { client, cancelUrl: `${base}/cancel` } : {}),
    });
    return {
      interaction,
      attempt,
      step,
      account,
      isFactorDemanded: account !== undefined && enrolmentRule(account, policy) !== undefined,
      rememberDeviceDays: policy.rememberDeviceDays,
      origin: ctx.state.origin,
      csrfContext,
      stepModel,
    };
  }

  /** Sends the browser to the next step, or back to the client once there is none. */
  async function goOn(ctx: Context, visit: Visit, screens: readonly Screen[]): Promise<void> {
    const { step, interaction } = visit;
    if (step.name === 'done') return finish(ctx, visit);
    const screen = screens.find((candidate) => candidate.step === step.name);
    if (screen) return seeOther(ctx, `/interaction/${interaction.uid}/${screen.path}`);
    if (step.name !== 'refused') throw new Error(`no screen for the step ${step.name}`);
    await signIn.keptOut(visit.attempt, step, visit.account, visit.origin);
    const page = step.rule === 'account-suspended' ? 'suspended' : 'addressNotAllowed';
    errors.render(ctx, { status: 403, page }, { rule: step.rule, account: visit.account?.id });
  }

  /** Another person's session in this browser ends first: oidc-provider would ask that person's leave by a page that needs script. */
  async function finish(ctx: Context, { interaction, attempt, account, origin }: Visit): Promise<void> {
    if (!account) return lost(ctx, interaction.uid);
    const standing = await signedIn.read(ctx);
    if (standing && standing.account.id !== account.id) {
      await oidc.interactions.forgetSession(ctx);
      await oidc.endSession(standing.session.id, 'replaced', origin);
    }
    const login = await signIn.finish(attempt, account, origin);
    seeOther(ctx, await oidc.interactions.finishLogin(ctx, login));
  }

  /** Gives up: the client hears `access_denied`. */
  async function cancel(ctx: Context): Promise<void> {
    seeOther(ctx, await oidc.interactions.abort(ctx, 'access_denied', 'the person cancelled'));
  }

  /** Back, a late or second click, an expired page: a fresh request where we know what was asked, else a page that says so. */
  async function lost(ctx: Context, uid: string): Promise<void> {
    const location = await startAgain(ctx, uid);
    if (location) return seeOther(ctx, location);
    errors.render(
      ctx,
      { status: 400, page: 'signInLost', continueUrl: '/' },
      { detail: 'no interaction and no attempt for this browser' },
    );
  }

  return { enter, goOn, cancel, lost };
}

export function toClientModel({ metadata, brand }: Pick<Client, 'metadata' | 'brand'>): ClientModel {
  const { logo_uri: logoUri, client_uri: clientUri, policy_uri: policyUri, tos_uri: tosUri } = metadata;
  const redirect = metadata.redirect_uris.find((uri) => uri.startsWith('http'));
  const links = Object.entries({
    logoUri: brand?.logo ? undefined : logoUri,
    clientUri,
    policyUri,
    tosUri,
    host: redirect && new URL(redirect).host,
  });
  const logo = brand?.logo ? { logoUrl: logoUrl(brand.logo) } : {};
  return {
    name: clientName(metadata),
    ...logo,
    ...Object.fromEntries(links.filter(([, value]) => value !== undefined)),
  };
}

/** "Step 1 of 3": how far a first sign-in is, which asks for several things: password, name, and a second factor where one is demanded. */
export function progressOf({ account, isFactorDemanded }: Visit, step: 1 | 2 | 3): Pick<StepModel, 'progress'> {
  const isFirst = account?.status === 'invited' || (account?.invitation && account.firstSignedInAt === undefined);
  return isFirst ? { progress: { step, of: step === 3 || isFactorDemanded ? 3 : 2 } } : {};
}
