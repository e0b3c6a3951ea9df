// After a post: 303 See Other, so that the browser goes on with a GET (RFC 9110, 15.4.4).
import type { Context } from 'koa';

/** @param location an own path, or an address that oidc-provider or a registered client stands behind; never text from a request */
export function seeOther(ctx: Context, location: string): void {
  ctx.redirect(location);
  ctx.status = 303;
}
