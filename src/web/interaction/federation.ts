// The way to an upstream provider and back, in the middle of a sign-in.
import type { Context } from 'koa';
import type { Connection } from '../../federation/connection.ts';
import { UpstreamError, type UpstreamProblem } from '../../federation/upstream-problem.ts';
import { acr } from '../../oidc/acr.ts';
import { seeOther } from '../http/redirect.ts';
import type { FederationOffer } from '../http/view-models.ts';
import type { InteractionDependencies } from './router.ts';
import type { Visit } from './visit.ts';

/** What a person can do about it decides what they read. */
export type ProblemKind = 'denied' | 'unavailable' | 'account' | 'answer';

const kinds: Partial<Record<UpstreamProblem, ProblemKind>> = {
  denied: 'denied',
  unreachable: 'unavailable',
  slow: 'unavailable',
  'private-address': 'unavailable',
  'too-large': 'unavailable',
  'bad-metadata': 'unavailable',
  changed: 'unavailable',
  'wrong-tenant': 'account',
};

export function createFederationVisits(dependencies: InteractionDependencies) {
  const { browser, clients, connections, errors, roundTrips, routing, signIn, views } = dependencies;

  /** The buttons of the sign-in page. */
  async function offer({ interaction }: Visit): Promise<FederationOffer> {
    const client = await clients.get(interaction.clientId);
    const { buttons, isByAddress } = await routing.offered(client?.organization);
    return { connections: buttons.map(({ id, name }) => ({ id, name })), isSsoOffered: isByAddress };
  }

  /** @param connectionId as a button of the page named it   @returns false where there is no such connection to sign in with (any more) */
  async function leaveFor(
    ctx: Context,
    visit: Visit,
    { connectionId, email }: { connectionId: string; email: string },
  ) {
    const connection = await connections.get(connectionId);
    if (!connection?.isEnabled) return false;
    await leave(ctx, visit, { connection, email });
    return true;
  }

  /** Answers with the way to the provider; where it cannot be reached, with a page that says so. */
  async function leave(
    ctx: Context,
    visit: Visit,
    { connection, email }: { connection: Connection; email: string },
  ): Promise<void> {
    const { interaction, attempt } = visit;
    const departure = {
      purpose: 'sign-in',
      browserId: browser.idOf(ctx),
      holder: attempt.id,
      returnPath: `/interaction/${interaction.uid}/federation`,
      loginHint: email || undefined,
      acrValues: foreignAcr(interaction.params.acr_values),
      isFresh: interaction.params.prompt === 'login' || interaction.params.max_age !== undefined,
    } as const;
    try {
      if (email) await signIn.attempts.update(attempt.id, (old) => (old.accountId ? undefined : { ...old, email }));
      seeOther(ctx, await roundTrips.begin(connection, departure));
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      showProblem(ctx, visit, { problem: error.problem, connection });
    }
  }

  /** Back from there: leaves an answer in `ctx` where the person must know something; otherwise what is next is asked. */
  async function arrive(ctx: Context, visit: Visit): Promise<void> {
    const tripId = typeof ctx.query.trip === 'string' ? ctx.query.trip : '';
    const browserId = browser.idOf(ctx);
    const taken = await signIn.takeIdentity(visit.attempt, { tripId, browserId }, visit.origin);
    if (taken.outcome === 'problem') showProblem(ctx, visit, taken);
  }

  function showProblem(
    ctx: Context,
    visit: Visit,
    { problem, connection }: { problem: UpstreamProblem; connection: Connection | undefined },
  ): void {
    const kind = kinds[problem] ?? 'answer';
    const { uid } = visit.interaction;
    if (!connection) {
      const page = { status: 400, page: 'upstreamUnknown', continueUrl: `/interaction/${uid}` };
      errors.render(ctx, page, { problem });
      return;
    }
    const { id, name, isEnabled } = connection;
    const model = {
      ...visit.stepModel('sign-in'),
      name,
      kind,
      ...(isEnabled ? { connectionId: id } : {}),
      backUrl: `/interaction/${uid}/sign-in`,
    };
    views.render(ctx, 'interaction/federation-problem', model, { status: kind === 'unavailable' ? 503 : 403 });
  }

  return { offer, leave, leaveFor, arrive };
}
export type FederationVisits = ReturnType<typeof createFederationVisits>;

/** What the app asks for, but for the values that are ours to meet. */
function foreignAcr(values: unknown): string | undefined {
  const own: readonly string[] = Object.values(acr);
  const foreign = String(values ?? '')
    .split(' ')
    .filter((value) => value && !own.includes(value));
  return foreign.length > 0 ? foreign.join(' ').slice(0, 500) : undefined;
}
