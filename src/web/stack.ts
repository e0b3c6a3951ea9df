// The order of everything a request passes, outermost first.
import type { IncomingMessage, RequestListener } from 'node:http';
import type Router from '@koa/router';
import Koa, { type Middleware } from 'koa';
import type { Oidc } from '../oidc/oidc.ts';
import type { Log } from '../platform/log.ts';
import type { Assets } from './http/assets.ts';

export interface StackDependencies {
  oidc: Oidc;
  log: Log;
  /** What every request passes first, ours and the provider's. */
  before: readonly Middleware[];
  assets: Assets;
  /** In the order in which they are asked. */
  routers: readonly Router[];
}

/** What oidc-provider answers; everything else is ours. */
const protocolPaths =
  /^\/(auth|token|jwks|me|request|session\/end|\.well-known\/(openid-configuration|oauth-authorization-server))(\/|$)/;

/** Two Koa applications side by side: nine requests in ten are for the protocol, and none of ours begins like one of its paths. */
export function createStack({ oidc, log, before, assets, routers }: StackDependencies): {
  callback(): RequestListener;
  /** For whoever lists what there is. */
  routers: readonly Router[];
} {
  const app = new Koa();
  app.keys = oidc.cookieKeys;
  app.proxy = true;
  app.silent = true;
  for (const middleware of before) app.use(middleware);
  app.use(assets.middleware);
  for (const router of routers) app.use(router.routes()).use(router.allowedMethods({ throw: false }));
  app.on('error', (error: Error) => log.error({ err: error }, 'unhandled in a request'));

  function callback(): RequestListener {
    const own = app.callback();
    return (req, res) => void (protocolPaths.test(pathOf(req)) ? oidc.handle(req, res) : own(req, res));
  }

  return { callback, routers };
}

function pathOf({ url = '/' }: IncomingMessage): string {
  const end = url.search(/[?#]/);
  return end < 0 ? url : url.slice(0, end);
}
