// Static files: read once at start, named by their content, compressed beforehand, cached for ever.
// A folder whose name ends like a file (`app.css/`) is served as one file, its parts joined in the order of their names.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Context, Middleware } from 'koa';

type Encoding = 'br' | 'gzip' | 'identity';

interface Asset {
  url: string;
  type: string;
  etag: string;
  bodies: Partial<Record<Encoding, Buffer>> & { identity: Buffer };
}

const prefix = '/assets/';
const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
};

/** @param folder its files and joined folders, without sub-folders; each ending must have a type above */
export function createAssets(folder: string) {
  const assets = new Map(readdirSync(folder).map((name) => [name, readAsset(folder, name)]));
  const byUrl = new Map([...assets.values()].map((asset) => [asset.url, asset]));

  /** The address of a file by its plain name, `app.css`. @throws for a file that is not there */
  function url(name: string): string {
    const asset = assets.get(name);
    if (!asset) throw new Error(`No such asset: ${name}`);
    return asset.url;
  }

  /** Answers everything below /assets/. Only addresses made above are known, so no path can lead elsewhere. */
  const middleware: Middleware = async (ctx, next) => {
    if (!ctx.path.startsWith(prefix)) return next();
    const asset = byUrl.get(ctx.path);
    const isRead = ctx.method === 'GET' || ctx.method === 'HEAD';
    if (asset && isRead) return send(ctx, asset);
    ctx.status = 404;
    ctx.set('Cache-Control', 'no-store');
    return undefined;
  };

  return { url, middleware };
}

export type Assets = ReturnType<typeof createAssets>;

function readAsset(folder: string, name: string): Asset {
  const ending = extname(name);
  const type = types[ending];
  if (!type) throw new Error(`No content type for the asset ${name}`);
  const identity = readJoined(join(folder, name));
  const hash = createHash('sha256').update(identity).digest('hex').slice(0, 16);
  return {
    url: `${prefix}${name.slice(0, -ending.length)}.${hash}${ending}`,
    type,
    etag: `"${hash}"`,
    bodies: { identity, ...compressed(identity) },
  };
}

function readJoined(path: string): Buffer {
  if (!statSync(path).isDirectory()) return readFileSync(path);
  const parts = readdirSync(path).sort();
  return Buffer.concat(parts.map((part) => readFileSync(join(path, part))));
}

/** Quality 5 costs a millisecond or two a file at start; the best would cost more than it saves. */
function compressed(identity: Buffer): Partial<Record<Encoding, Buffer>> {
  const br = brotliCompressSync(identity, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT },
  });
  return { br, gzip: gzipSync(identity) };
}

function send(ctx: Context, asset: Asset): void {
  ctx.set('Cache-Control', 'public, max-age=31536000, immutable');
  ctx.set('ETag', asset.etag);
  ctx.vary('Accept-Encoding');
  ctx.status = 200;
  if (ctx.fresh) {
    ctx.status = 304;
    return;
  }
  const encoding = ctx.acceptsEncodings('br', 'gzip', 'identity') || 'identity';
  const body = asset.bodies[encoding as Encoding] ?? asset.bodies.identity;
  if (encoding !== 'identity') ctx.set('Content-Encoding', encoding);
  ctx.set('Content-Type', asset.type);
  ctx.body = body;
}
