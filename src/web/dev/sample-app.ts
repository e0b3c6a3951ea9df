// Development only: a relying app as a customer would write it, on openid-client, on a port of its own. It knows of Gatehouse what any
// app knows: the issuer and its client_id.
import Router from '@koa/router';
import Koa from 'koa';
import * as openid from 'openid-client';
import { randomToken } from '../../platform/ids.ts';
import type { Assets } from '../http/assets.ts';
import { securityHeaders } from '../http/headers.ts';
import { seeOther } from '../http/redirect.ts';
import type { Views } from '../http/views.ts';
import { createSampleLogout, type EndedSession } from './sample-logout.ts';

export const sampleClientId = 'acme-time';
const logoutPath = '/backchannel-logout';

/** How the sample is registered: public, so that there is no secret to hand out; PKCE protects its codes. */
export function sampleRegistration(url: string): Record<string, unknown> {
  return {
    client_id: sampleClientId,
    client_name: 'Acme Time',
    client_uri: url,
    redirect_uris: [`${url}/callback`],
    post_logout_redirect_uris: [`${url}/`],
    backchannel_logout_uri: `${url}${logoutPath}`,
    // Else the provider names the person alone, and every device of theirs is signed out.
    backchannel_logout_session_required: true,
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
    id_token_signed_response_alg: 'ES256',
    first_party: true,
  };
}

/** What this app remembers of a browser: the sign-in under way, then who is signed in, and that the provider has ended that. */
interface Visitor {
  pending?: { verifier: string; state: string; nonce: string };
  signedIn?: { idToken: string; claims: openid.IDToken };
  isSignedOut?: true;
}

const cookieName = 'acme-time';
const visitorsKept = 1000;

export function createSampleApp({
  issuer,
  url,
  views,
  assets,
}: {
  issuer: string;
  url: string;
  views: Views;
  assets: Assets;
}): Koa {
  const visitors = new Map<string, Visitor>();
  let discovered: Promise<openid.Configuration> | undefined;

  function provider(): Promise<openid.Configuration> {
    discovered ??= discover(issuer).catch((error) => {
      discovered = undefined;
      throw error;
    });
    return discovered;
  }

  function visitorOf(ctx: Koa.Context): Visitor {
    const id = ctx.cookies.get(cookieName) ?? '';
    const known = visitors.get(id);
    if (known) return known;
    const fresh = randomToken();
    const visitor: Visitor = {};
    if (visitors.size >= visitorsKept) visitors.delete(visitors.keys().next().value ?? '');
    visitors.set(fresh, visitor);
    ctx.cookies.set(cookieName, fresh, { httpOnly: true, sameSite: 'lax', path: '/' });
    return visitor;
  }

  function end({ sid, sub }: EndedSession): void {
    for (const visitor of visitors.values()) {
      const claims = visitor.signedIn?.claims;
      if (!claims || (sid === undefined ? claims.sub !== sub : claims.sid !== sid)) continue;
      delete visitor.signedIn;
      visitor.isSignedOut = true;
    }
  }

  function show(ctx: Koa.Context, { signedIn, isSignedOut }: Visitor, error?: string): void {
    const claims = Object.entries(signedIn?.claims ?? {}).map(([name, value]) => ({
      name,
      value: typeof value === 'string' ? value : JSON.stringify(value),
    }));
    const name = String(signedIn?.claims.name ?? signedIn?.claims.email ?? '');
    const model = {
      csrf: '',
      mailboxUrl: `${issuer}/dev/mailbox`,
      profileUrl: `${issuer}/profile`,
      ...(error ? { error } : {}),
      ...(signedIn ? { signedIn: { name, claims } } : {}),
      ...(isSignedOut ? { isSignedOut } : {}),
    };
    views.render(ctx, 'dev/sample', model, error ? { status: 400 } : {});
  }

  const router = new Router();
  router.get('/', (ctx) => show(ctx, visitorOf(ctx)));

  router.get('/login', async (ctx) => {
    const verifier = openid.randomPKCECodeVerifier();
    const [state, nonce] = [openid.randomState(), openid.randomNonce()];
    visitorOf(ctx).pending = { verifier, state, nonce };
    const code_challenge = await openid.calculatePKCECodeChallenge(verifier);
    const request = {
      redirect_uri: `${url}/callback`,
      scope: 'openid profile email',
      code_challenge,
      code_challenge_method: 'S256',
      state,
      nonce,
    };
    seeOther(ctx, openid.buildAuthorizationUrl(await provider(), request).href);
  });

  router.get('/callback', async (ctx) => {
    const visitor = visitorOf(ctx);
    const { pending } = visitor;
    delete visitor.pending;
    if (!pending) return seeOther(ctx, '/');
    try {
      const checks = { pkceCodeVerifier: pending.verifier, expectedState: pending.state, expectedNonce: pending.nonce };
      const tokens = await openid.authorizationCodeGrant(await provider(), new URL(ctx.url, url), checks);
      const claims = tokens.claims();
      if (!claims || !tokens.id_token) throw new Error('no ID token came back');
      visitor.signedIn = { idToken: tokens.id_token, claims };
      delete visitor.isSignedOut;
      seeOther(ctx, '/');
    } catch (error) {
      show(ctx, visitor, explain(error));
    }
  });

  router.post('/logout', async (ctx) => {
    const visitor = visitorOf(ctx);
    const { signedIn } = visitor;
    delete visitor.signedIn;
    if (!signedIn) return seeOther(ctx, '/');
    const request = { id_token_hint: signedIn.idToken, post_logout_redirect_uri: `${url}/` };
    seeOther(ctx, openid.buildEndSessionUrl(await provider(), request).href);
  });

  const serverMetadata = async () => (await provider()).serverMetadata();
  router.post(logoutPath, createSampleLogout({ clientId: sampleClientId, provider: serverMetadata, end }));

  const app = new Koa();
  app.use(securityHeaders(url)).use(assets.middleware).use(router.routes()).use(router.allowedMethods());
  return app;
}

async function discover(issuer: string): Promise<openid.Configuration> {
  const insecure = issuer.startsWith('http:') ? [openid.allowInsecureRequests] : [];
  return openid.discovery(new URL(issuer), sampleClientId, undefined, openid.None(), {
    execute: [...insecure, openid.enableNonRepudiationChecks],
  });
}

function explain(error: unknown): string {
  const {
    error: code,
    error_description: description,
    message,
  } = error as { error?: string; error_description?: string; message: string };
  return code ? [code, description].filter(Boolean).join(': ') : message;
}
