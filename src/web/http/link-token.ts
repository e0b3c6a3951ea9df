// The token of a mailed link, from the first request on: out of the address bar, into a short-lived cookie. History, Referer, a look over a
// shoulder and the log of a later request keep nothing of it.
import type { Context } from 'koa';
import { sha256 } from '../../platform/secrets.ts';
import { seeOther } from './redirect.ts';
import { createShortCookie } from './short-cookie.ts';

/** What a cookie can hold; any other text is none of ours. A browser would throw a longer one away and keep the link that it had before. */
const shape = /^[\w.-]{1,2048}$/;

export interface LinkTokenOptions {
  /** The page of the link, without its token. */
  path: string;
  issuer: string;
  /** How long the page may stand open. */
  seconds: number;
}

/** @param purpose the last part of the cookie's name: links of one purpose take one another's place, in one browser */
export function createLinkToken(purpose: string, { path, issuer, seconds }: LinkTokenOptions) {
  const cookie = createShortCookie(purpose, { issuer, seconds });

  /** Changes nothing but the cookie.   @param to where the page of the link is, if not at `path`
   *  @returns whether the address held a token, and the browser is on its way to the page without it */
  function takeOffTheAddress(ctx: Context, to = path): boolean {
    const { token } = ctx.query;
    if (token === undefined) return false;
    if (typeof token === 'string' && shape.test(token)) cookie.put(ctx, token);
    else cookie.drop(ctx);
    ctx.set('Cache-Control', 'no-store');
    seeOther(ctx, to);
    return true;
  }

  /** @returns the token of the link that this browser opened last; empty where there is none */
  function read(ctx: Context): string {
    return cookie.read(ctx) ?? '';
  }

  /** A form that was made for one link is refused once the browser holds another, and so never acts for it. */
  function csrfContext(token: string): string {
    return `${path} ${sha256(token)}`;
  }

  return { takeOffTheAddress, read, drop: cookie.drop, csrfContext };
}
export type LinkToken = ReturnType<typeof createLinkToken>;

/** Longer than a link of a new address lives: a page that was left open is told that its link ran out. */
const openSeconds = 2 * 3600;

/** Every link that is mailed and opens something. */
export function createLinkTokens({ issuer, resetSeconds }: { issuer: string; resetSeconds: number }) {
  const of = (purpose: string, path: string, seconds = openSeconds) =>
    createLinkToken(purpose, { path, issuer, seconds });
  return {
    emailChange: of('email-change', '/profile/email/confirm'),
    invitation: of('invitation', '/invitation'),
    notMe: of('not-me', '/not-me'),
    reset: of('reset', '/reset-password', resetSeconds),
  };
}
export type LinkTokens = ReturnType<typeof createLinkTokens>;
