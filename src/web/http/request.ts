// What is settled of a request before anything looks at it: who asks, and under which address of ours.
import { randomUUID } from 'node:crypto';
import type { Middleware } from 'koa';
import type { Log } from '../../platform/log.ts';
import type { ClientAddress } from './client-address.ts';

/** Who asks: an id for the log, the address, the browser. */
export function identify(clientAddress: ClientAddress, log: Log): Middleware {
  const isTimed = log.isLevelEnabled('debug');
  return async (ctx, next) => {
    const requestId = randomUUID();
    const address = clientAddress(ctx.req.socket.remoteAddress, ctx.get('X-Forwarded-For'));
    ctx.state.requestId = requestId;
    ctx.state.origin = { requestId, address, userAgent: ctx.get('User-Agent') || undefined };
    if (!isTimed) return next();
    const startedAt = performance.now();
    ctx.res.once('finish', () => {
      const { method, path } = ctx;
      const milliseconds = Math.round(performance.now() - startedAt);
      log.debug({ requestId, method, path, status: ctx.res.statusCode, milliseconds }, 'request');
    });
    await next();
  };
}

const forwarded = [
  'forwarded',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-for',
  'x-forwarded-server',
  'x-real-ip',
];

/** `Host` and forwarded headers never reach the provider: its URLs, and ours, come from ISSUER alone. */
export function trustIssuerOnly(issuer: string): Middleware {
  const { host, protocol } = new URL(issuer);
  return ({ req }, next) => {
    for (const name of forwarded) delete req.headers[name];
    req.headers.host = host;
    req.headers['x-forwarded-proto'] = protocol.slice(0, -1);
    return next();
  };
}
