// The browser's own cookie: a random value that binds sign-in attempts and forms to one browser, before and after anyone signs in.
import type { Context } from 'koa';
import { randomToken } from '../../platform/ids.ts';
import { constantTimeEqual, type Secrets } from '../../platform/secrets.ts';

const yearMs = 365 * 24 * 3600 * 1000;

export function createBrowser({ issuer, secrets }: { issuer: string; secrets: Secrets }) {
  const secure = issuer.startsWith('https:');
  const name = secure ? '__Host-gatehouse-browser' : 'gatehouse-browser';

  /** The browser's value, given to it now if it has none. */
  function idOf(ctx: Context): string {
    const known = peek(ctx);
    if (known) return known;
    const fresh = randomToken();
    ctx.cookies.set(name, fresh, { httpOnly: true, sameSite: 'lax', secure, signed: true, path: '/', maxAge: yearMs });
    ctx.state.browserId = fresh;
    return fresh;
  }

  /** @returns undefined for a browser that has none yet */
  function peek(ctx: Context): string | undefined {
    return ctx.state.browserId ?? ctx.cookies.get(name, { signed: true });
  }

  /** A form's anti-forgery token: good in this browser, for this context (an interaction, a session), and nowhere else.
   *  @param context what the form belongs to */
  function csrfToken(ctx: Context, context: string): string {
    return secrets.hmac('csrf', `${idOf(ctx)} ${context}`);
  }

  function isCsrfToken(ctx: Context, context: string, given: string): boolean {
    const browserId = peek(ctx);
    if (!browserId) return false;
    return secrets.hmacs('csrf', `${browserId} ${context}`).some((expected) => constantTimeEqual(expected, given));
  }

  return { idOf, peek, csrfToken, isCsrfToken };
}
export type Browser = ReturnType<typeof createBrowser>;
