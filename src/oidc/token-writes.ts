// An access token and its refresh token are written together, and the answer that carries them waits for both: the library would wait
// for one before it begins the other.
import { type KoaContextWithOIDC, Provider } from 'oidc-provider';

const writes = new WeakMap<object, Promise<void>[]>();

/** Within a request to the token endpoint, resolves at once: `answerAfterWrites` waits instead. */
export function writeBeforeAnswer(write: Promise<void>): Promise<void> {
  const ctx = Provider.ctx;
  if (ctx?.oidc.route !== 'token') return write;
  // A failure is told by whoever waits; until then nobody listens.
  write.catch(() => undefined);
  writes.set(ctx, [...(writes.get(ctx) ?? []), write]);
  return Promise.resolve();
}

/** A middleware of the provider: a token that could not be kept is not handed out. */
export async function answerAfterWrites(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
  await next();
  const results = await Promise.allSettled(writes.get(ctx) ?? []);
  const failed = results.find(({ status }) => status === 'rejected');
  if (!failed) return;
  const { reason } = failed as PromiseRejectedResult;
  ctx.oidc.provider.emit('server_error', ctx, reason);
  ctx.status = (reason as { statusCode?: number }).statusCode ?? 500;
  ctx.body = { error: 'server_error', error_description: 'the tokens could not be stored; try again' };
}
