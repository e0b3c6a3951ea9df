// `/brand/…`: logos and the style sheets of accent colours, each under a name that its content makes, so that they are kept for ever.
import Router from '@koa/router';
import type { Context } from 'koa';
import type { Look } from '../../accounts/looks.ts';
import { accentStyle, accentStyleUrl, type StyleKind } from '../../organizations/accent.ts';
import { logoUrl } from '../../organizations/brand.ts';
import type { Logos } from '../../organizations/logos.ts';
import type { Colour } from '../../platform/colour.ts';
import type { LookModel } from './view-models.ts';

const logoFile = /^([0-9a-f]{64})\.(?:png|jpg|webp)$/;
const styleFile = /^(page|sample)-([0-9a-f]{6})\.[0-9a-f]{16}\.css$/;

export function createBrandFiles({ logos }: { logos: Pick<Logos, 'read'> }): Router {
  const router = new Router();

  router.get('/brand/:file', async (ctx) => {
    const file = ctx.params.file ?? '';
    const [, kind, digits] = styleFile.exec(file) ?? [];
    if (kind && digits) {
      sendStyle(ctx, `#${digits}`, kind as StyleKind);
      return;
    }
    const [, hash] = logoFile.exec(file) ?? [];
    const logo = hash === undefined ? undefined : await logos.read(hash);
    if (logo) send(ctx, logo.type, logo.bytes);
    else notThere(ctx);
  });

  return router;
}

/** Made anew from its name: a colour that nobody has chosen tells nothing. */
function sendStyle(ctx: Context, accent: Colour, kind: StyleKind): void {
  if (accentStyleUrl(accent, kind) === ctx.path) send(ctx, 'text/css; charset=utf-8', accentStyle(accent, kind));
  else notThere(ctx);
}

function send(ctx: Context, type: string, body: Buffer | string): void {
  ctx.set('Cache-Control', 'public, max-age=31536000, immutable');
  // Opened by itself, a picture is a picture and nothing more.
  ctx.set('Content-Security-Policy', "default-src 'none'; sandbox");
  ctx.type = type;
  ctx.body = body;
}

function notThere(ctx: Context): void {
  ctx.status = 404;
  ctx.set('Cache-Control', 'no-store');
}

/** For the head of a page. */
export function lookModel(look: Look | undefined): LookModel | undefined {
  if (!look) return undefined;
  const { name, logo, accent } = look;
  return {
    ...(name === undefined ? {} : { name }),
    ...(logo ? { logoUrl: logoUrl(logo) } : {}),
    ...(accent ? { styleUrl: accentStyleUrl(accent) } : {}),
  };
}
