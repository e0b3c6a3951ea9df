// The one door for bodies: type, size, origin and anti-forgery token are checked before a field is seen.
import type { Context } from 'koa';
import { DomainError } from '../../platform/errors.ts';
import { readBody } from './body.ts';
import type { Browser } from './browser.ts';

const mostBytes = 64 * 1024;

export function createForms({ issuer, browser }: { issuer: string; browser: Browser }) {
  const origin = new URL(issuer).origin;

  /** Reads a posted form.
   *  @param csrfContext what the form's token was made for   @param names the fields to read; others are ignored
   *  @param options.files which of them may be sent as files of text, by `multipart/form-data`   @param options.bytes as any file: base64
   *  @param options.maxBytes 64 KB where left out
   *  @returns each field as text, empty when it was not sent
   *  @throws DomainError 'unsupported_media_type', 'body_too_large', 'bad_request' (a field sent twice, broken encoding) or 'forbidden' (forged) */
  return async function readForm<N extends string>(
    ctx: Context,
    csrfContext: string,
    names: readonly N[],
    { files = [], bytes = [], maxBytes = mostBytes }: FormOptions<N> = {},
  ): Promise<Record<N, string>> {
    checkOrigin(ctx);
    const type = ctx.is(
      'application/x-www-form-urlencoded',
      ...(files.length + bytes.length > 0 ? ['multipart/form-data'] : []),
    );
    if (!type) {
      throw new DomainError(
        'unsupported_media_type',
        `form posted as ${ctx.get('Content-Type').slice(0, 100) || 'nothing'}`,
      );
    }
    const body = await readBody(ctx, maxBytes);
    const fields =
      type === 'multipart/form-data'
        ? await fromMultipart(ctx, body, { files, bytes })
        : new URLSearchParams(body.toString('utf8'));
    const values = {} as Record<N, string>;
    for (const name of [...names, '_csrf'] as N[]) {
      const [value = '', ...more] = fields.getAll(name);
      if (more.length > 0) throw new DomainError('bad_request', `field ${name} sent ${more.length + 1} times`);
      if (!value.isWellFormed() || value.includes('\uFFFD'))
        throw new DomainError('bad_request', `field ${name} is not valid UTF-8`);
      values[name] = value;
    }
    const token = (values as Record<string, string>)._csrf ?? '';
    if (!browser.isCsrfToken(ctx, csrfContext, token))
      throw new DomainError('forbidden', `anti-forgery token ${token ? 'does not fit' : 'is missing'}`);
    return values;
  };

  /** A browser says where a post comes from; what comes from elsewhere is refused before the token is looked at. */
  function checkOrigin(ctx: Context): void {
    const given = ctx.get('Origin');
    if (given !== '' && given !== origin) throw new DomainError('forbidden', `form posted from ${given.slice(0, 200)}`);
    if (given === '' && ctx.get('Sec-Fetch-Site') === 'cross-site')
      throw new DomainError('forbidden', 'form posted from another site');
  }
}
export type ReadForm = ReturnType<typeof createForms>;

export interface FormOptions<N extends string> {
  files?: readonly N[];
  bytes?: readonly N[];
  maxBytes?: number;
}

/** The parts of a form with a file in it, each as text; a file under a name that takes none is refused. */
async function fromMultipart(
  ctx: Context,
  body: Buffer,
  { files, bytes }: { files: readonly string[]; bytes: readonly string[] },
): Promise<URLSearchParams> {
  const type = ctx.get('Content-Type');
  const parts = await new Response(new Uint8Array(body), { headers: { 'Content-Type': type } })
    .formData()
    .catch((cause: unknown) => {
      throw new DomainError('bad_request', 'the parts of the body cannot be told apart', { cause });
    });
  const fields = new URLSearchParams();
  for (const [name, part] of parts) {
    if (typeof part !== 'string' && !files.includes(name) && !bytes.includes(name))
      throw new DomainError('bad_request', `a file as ${name.slice(0, 50)}`);
    if (typeof part === 'string') fields.append(name, bytes.includes(name) ? '' : part);
    else fields.append(name, await contentOf(part, bytes.includes(name)));
  }
  return fields;
}

async function contentOf(part: Blob, isBinary: boolean): Promise<string> {
  const content = await part.arrayBuffer();
  return isBinary ? Buffer.from(content).toString('base64') : decoded(content);
}

/** Spreadsheets save UTF-8, and older ones the characters of Western Europe. */
function decoded(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
