// The order of everything a request passes, outermost first.
import { randomUUID } from 'node:crypto';
import type Router from '@koa/router';
import Koa from 'koa';
import type { Oidc } from '../oidc/oidc.ts';
import type { Log } from '../platform/log.ts';
import type { Assets } from './http/assets.ts';
import type { ClientAddress } from './http/client-address.ts';
import type { Errors } from './http/errors.ts';
import { securityHeaders } from './http/headers.ts';

export interface StackDependencies {
  issuer: string;
  oidc: Oidc;
  log: Log;
  assets: Assets;
  clientAddress: ClientAddress;
  errors: Errors;
  /** In the order in which they are asked. */
  routers: readonly Router[];
}

/** What oidc-provider answers; everything else is ours. */
const protocolPaths =
  /^\/(auth|token|jwks|me|request|session\/end|\.well-known\/(openid-configuration|oauth-authorization-server))(\/|$)/;

export function createStack({ issuer, oidc, log, assets, clientAddress, errors, routers }: StackDependencies): Koa {
  const app = new Koa();
  app.keys = oidc.cookieKeys;
  app.proxy = true;
  app.silent = true;

  app.use(identify(clientAddress, log));
  app.use(trustIssuerOnly(issuer));
  app.use(securityHeaders(issuer));
  app.use(errors.middleware);
  // Before the routers: nine requests in ten are for the protocol, and none of ours begins like one of its paths.
  app.use(protocol(oidc));
  app.use(assets.middleware);
  for (const router of routers) app.use(router.routes()).use(router.allowedMethods({ throw: false }));
  app.on('error', (error: Error) => log.error({ err: error }, 'unhandled in a request'));
  return app;
}

/** Who asks: an id for the log, the address, the browser. */
function identify(clientAddress: ClientAddress, log: Log): Koa.Middleware {
  return async (ctx, next) => {
    const requestId = randomUUID();
    const address = clientAddress(ctx.req.socket.remoteAddress, ctx.get('X-Forwarded-For'));
    ctx.state.requestId = requestId;
    ctx.state.origin = { requestId, address, userAgent: ctx.get('User-Agent') || undefined };
    const startedAt = performance.now();
    ctx.res.once('finish', () => {
      log.debug(
        {
          requestId,
          method: ctx.method,
          path: ctx.path,
          status: ctx.res.statusCode,
          milliseconds: Math.round(performance.now() - startedAt),
        },
        'request',
      );
    });
    await next();
  };
}

/** `Host` and forwarded headers never reach the provider: its URLs, and ours, come from ISSUER alone. */
function trustIssuerOnly(issuer: string): Koa.Middleware {
  const { host, protocol } = new URL(issuer);
  return async ({ req }, next) => {
    for (const name of [
      'forwarded',
      'x-forwarded-host',
      'x-forwarded-port',
      'x-forwarded-for',
      'x-forwarded-server',
      'x-real-ip',
    ])
      delete req.headers[name];
    req.headers.host = host;
    req.headers['x-forwarded-proto'] = protocol.slice(0, -1);
    await next();
  };
}

function protocol(oidc: Oidc): Koa.Middleware {
  return async (ctx, next) => {
    if (!protocolPaths.test(ctx.path)) return next();
    ctx.respond = false;
    await oidc.handle(ctx.req, ctx.res);
  };
}
