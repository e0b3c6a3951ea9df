// The back-channel logout endpoint of the sample app, as any relying app would have it (OpenID Connect Back-Channel Logout 1.0, 2.6 to 2.8):
// the provider posts a signed logout token when a session is over, and the app ends what it has of it.
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import type { Context } from 'koa';
import getRawBody from 'raw-body';

export interface EndedSession {
  /** The session at the provider; without it, every one of the person is over. */
  sid?: string;
  sub?: string;
}

export interface SampleLogoutDependencies {
  clientId: string;
  /** What discovery said: whose tokens, and signed with which keys. */
  provider(): Promise<{ issuer: string; jwks_uri?: string | undefined }>;
  end(session: EndedSession): void;
}

const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';

export function createSampleLogout({ clientId, provider, end }: SampleLogoutDependencies) {
  let keys: ReturnType<typeof createRemoteJWKSet> | undefined;

  /** 200 once the session is over here; 400 for what is no logout token of the provider; 503, to be told again, where that cannot be found
   *  out. */
  return async function backchannelLogout(ctx: Context): Promise<void> {
    ctx.set('Cache-Control', 'no-store');
    try {
      end(sessionOf(await verified(await logoutTokenIn(ctx))));
      ctx.status = 200;
      ctx.body = '';
    } catch (error) {
      const isRefused = error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout);
      ctx.status = isRefused ? 400 : 503;
      ctx.body = isRefused ? { error: 'invalid_request', error_description: error.message } : '';
    }
  };

  /** Signature, issuer, audience, time and type; a token of another kind, such as an ID token, must not pass for it. */
  async function verified(token: string): Promise<JWTPayload> {
    const { issuer, jwks_uri = '' } = await provider();
    keys ??= createRemoteJWKSet(new URL(jwks_uri));
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience: clientId,
      typ: 'logout+jwt',
      algorithms: ['ES256'],
      requiredClaims: ['iat', 'exp', 'jti'],
    });
    return payload;
  }
}

async function logoutTokenIn(ctx: Context): Promise<string> {
  if (!ctx.is('application/x-www-form-urlencoded')) throw new errors.JWTInvalid('no form was posted');
  const body = await getRawBody(ctx.req, { limit: 16 * 1024, encoding: 'utf-8' }).catch(() => '');
  return new URLSearchParams(body).get('logout_token') ?? '';
}

function sessionOf({ events, nonce, sid, sub }: JWTPayload): EndedSession {
  const isLogout = typeof events === 'object' && events !== null && logoutEvent in events;
  if (!isLogout) throw new errors.JWTInvalid('it tells of no logout');
  if (nonce !== undefined) throw new errors.JWTInvalid('a logout token has no nonce');
  if (typeof sid === 'string') return { sid };
  if (typeof sub === 'string') return { sub };
  throw new errors.JWTInvalid('it names neither a session nor a person');
}
