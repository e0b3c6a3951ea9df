// A small value that a browser keeps for us from one page to the next: where a link's token goes when it leaves the address bar, and what
// the next page is to announce.
import type { Context } from 'koa';
import { sessionCookieOptions } from '../../oidc/configuration.ts';

/** @param purpose the last part of its name */
export function createShortCookie(purpose: string, { issuer, seconds }: { issuer: string; seconds: number }) {
  const options = sessionCookieOptions(issuer);
  const name = `${options.secure ? '__Host-' : ''}gatehouse-${purpose}`;

  function put(ctx: Context, value: string): void {
    ctx.cookies.set(name, value, { ...options, maxAge: seconds * 1000 });
  }

  /** @returns undefined for one that we did not set */
  function read(ctx: Context): string | undefined {
    return ctx.cookies.get(name, { signed: true });
  }

  function drop(ctx: Context): void {
    ctx.cookies.set(name, null, options);
  }

  return { put, read, drop };
}
export type ShortCookie = ReturnType<typeof createShortCookie>;
