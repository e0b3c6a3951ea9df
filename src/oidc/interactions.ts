// What our screens need of oidc-provider's interactions, and how they hand their result back.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Interaction as LibraryInteraction, Provider } from 'oidc-provider';
import { errors } from 'oidc-provider';
import type { SignInFacts } from '../sessions/saved-session.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { grantOf } from './grants.ts';
import { stepUpReasons } from './prompts.ts';

export interface Exchange {
  req: IncomingMessage;
  res: ServerResponse;
}

/** An authorization request that waits for the person. */
export interface PendingInteraction {
  uid: string;
  prompt: 'login' | 'consent';
  reasons: readonly string[];
  /** The authorization request's parameters. */
  params: Record<string, unknown>;
  clientId: string;
  /** The session that stood when the request was made. */
  session?: { uid: string; accountId: string } | undefined;
  /** The session is good but for a second factor. */
  isStepUp: boolean;
  missing: {
    scopes: readonly string[];
    claims: readonly string[];
    resourceScopes: Readonly<Record<string, readonly string[]>>;
  };
}

/** What a finished sign-in says; `session` is ours and reaches the session adapter. */
export interface LoginResult {
  accountId: string;
  acr: string;
  amr: string[];
  /** Seconds UTC: becomes auth_time. */
  ts: number;
  /** Left out where a session that stands only gained a second factor: its limits go on. */
  session?: SignInFacts;
}

export function createInteractions(provider: () => Provider, sessions: Pick<Sessions, 'epochOfSession'>) {
  /** @returns undefined when it is over, or not this browser's (no cookie, expired, finished, session ended meanwhile) */
  async function pending({ req, res }: Exchange): Promise<PendingInteraction | undefined> {
    const interaction = await load({ req, res });
    return interaction && describe(interaction);
  }

  async function load({ req, res }: Exchange): Promise<LibraryInteraction | undefined> {
    try {
      return await provider().interactionDetails(req, res);
    } catch (error) {
      if (error instanceof errors.SessionNotFound) return undefined;
      throw error;
    }
  }

  /** @returns the address that takes the person on */
  async function finishLogin(exchange: Exchange, login: LoginResult): Promise<string> {
    return provider().interactionResult(
      exchange.req,
      exchange.res,
      { login: { ...login } },
      { mergeWithLastSubmission: false },
    );
  }

  /** Cuts the tie to the session that stood before, so that another person may sign in over it. */
  async function forgetSession(exchange: Exchange): Promise<void> {
    const interaction = await load(exchange);
    if (!interaction?.session) return;
    delete interaction.session;
    await interaction.save(interaction.exp - Math.floor(Date.now() / 1000));
  }

  /** Grants what was asked and is still missing. @returns the address that takes the person on, what is granted, and what was of the API */
  async function finishConsent(
    exchange: Exchange,
  ): Promise<{ location: string; scopes: string[]; apiScopes: string[] } | undefined> {
    const interaction = await load(exchange);
    const accountId = interaction?.session?.accountId;
    if (!interaction || !accountId) return undefined;
    const { Grant } = provider();
    const clientId = String(interaction.params.client_id);
    const epoch = await sessions.epochOfSession(interaction.session?.uid ?? '');
    const known = interaction.grantId ? await Grant.find(interaction.grantId) : undefined;
    const grant = known ?? new Grant(grantOf(accountId, clientId, epoch));
    const { missing } = describe(interaction);
    if (missing.scopes.length > 0) grant.addOIDCScope(missing.scopes.join(' '));
    if (missing.claims.length > 0) grant.addOIDCClaims([...missing.claims]);
    for (const [resource, scopes] of Object.entries(missing.resourceScopes))
      grant.addResourceScope(resource, scopes.join(' '));
    const grantId = await grant.save();
    const location = await provider().interactionResult(exchange.req, exchange.res, { consent: { grantId } });
    const scopes = grant.getOIDCScope().split(' ').filter(Boolean);
    return { location, scopes, apiScopes: Object.values(missing.resourceScopes).flat() };
  }

  /** Sends the person back to the client with an error of the standard. */
  function abort(exchange: Exchange, error: 'access_denied' | 'login_required', description: string): Promise<string> {
    return provider().interactionResult(
      exchange.req,
      exchange.res,
      { error, error_description: description },
      { mergeWithLastSubmission: false },
    );
  }

  return { pending, finishLogin, forgetSession, finishConsent, abort };
}
export type Interactions = ReturnType<typeof createInteractions>;

function describe({ uid, prompt, params, session }: LibraryInteraction): PendingInteraction {
  const { missingOIDCScope, missingOIDCClaims, missingResourceScopes } = prompt.details;
  return {
    uid,
    prompt: prompt.name === 'consent' ? 'consent' : 'login',
    reasons: prompt.reasons,
    params,
    clientId: String(params.client_id),
    isStepUp: prompt.name === 'login' && prompt.reasons.every((reason) => stepUpReasons.includes(reason)),
    ...(session?.uid && session.accountId ? { session: { uid: session.uid, accountId: session.accountId } } : {}),
    missing: {
      scopes: asList(missingOIDCScope),
      claims: asList(missingOIDCClaims),
      resourceScopes: Object.fromEntries(
        Object.entries(missingResourceScopes ?? {}).map(([resource, scopes]) => [resource, asList(scopes)]),
      ),
    },
  };
}

function asList(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
