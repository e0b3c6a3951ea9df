// What the protocol endpoints refuse, and what fails in them, in the log.
import type { EventEmitter } from 'node:events';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Log } from '../platform/log.ts';

interface ProtocolError extends Error {
  error?: string;
  error_description?: string;
  error_detail?: string;
}

const protocolErrorEvents = [
  'authorization',
  'grant',
  'introspection',
  'revocation',
  'userinfo',
  'end_session',
  'pushed_authorization_request',
  'discovery',
  'jwks',
];

/** Protocol errors are the client's business and are told to it; here they leave one line each, without parameters that may be secret. */
export function logProtocol(provider: Provider, log: Log): void {
  const emitter: EventEmitter = provider;
  for (const name of protocolErrorEvents) {
    const event = `${name}.error`;
    emitter.on(
      event,
      (ctx: KoaContextWithOIDC, { error, error_description: description, error_detail: detail }: ProtocolError) => {
        log.info(
          { event, error, description, detail, clientId: ctx.oidc?.client?.clientId, path: ctx.path },
          'protocol error',
        );
      },
    );
  }
  emitter.on('server_error', (ctx: KoaContextWithOIDC, err: Error) =>
    log.error({ err, path: ctx.path }, 'server error in a protocol endpoint'),
  );
}
