// How a request's body is read: never more of it than its reader wants to look at.
import type { Context } from 'koa';
import getRawBody from 'raw-body';
import { DomainError } from '../../platform/errors.ts';

/** What is sent beyond the limit is read and thrown away up to here, so that the sender hears the answer. */
const maxDrainedBytes = 8 * 1024 * 1024;

/** @throws DomainError 'body_too_large', 'bad_request' */
export async function readBody(ctx: Context, maxBytes: number): Promise<Buffer> {
  try {
    return await getRawBody(ctx.req, { length: ctx.get('Content-Length') || null, limit: maxBytes });
  } catch (cause) {
    if ((cause as { type?: string }).type !== 'entity.too.large')
      throw new DomainError('bad_request', 'the body ended early', { cause });
    await drain(ctx);
    throw new DomainError('body_too_large', `more than ${maxBytes} bytes`);
  }
}

/** Who is still sending does not read our answer: let it finish, within reason. */
function drain({ req }: Context): Promise<void> {
  return new Promise((resolve) => {
    let seen = 0;
    req.on('data', (chunk: Buffer) => {
      seen += chunk.length;
      if (seen > maxDrainedBytes) resolve();
    });
    req
      .on('end', resolve)
      .on('error', () => resolve())
      .on('close', resolve);
    req.resume();
  });
}
