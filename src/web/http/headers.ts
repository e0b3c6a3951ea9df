// The headers every response carries, and the Content-Security-Policy of a page (ASVS 3.4).
import type { Middleware } from 'koa';

export interface PagePolicy {
  /** Where the page's forms may end. Chromium checks `form-action` along the whole chain of redirects after a post, so a
   *  page whose post may end at the relying party names none: `any`. All others: `self`. */
  formAction: 'self' | 'any';
  /** Other origins a picture is shown from: the relying party's logo. */
  imageOrigins?: readonly string[];
}

/** Nothing is allowed but our own script, style and pictures, requests to ourselves, and never a frame. */
export function contentSecurityPolicy({ formAction, imageOrigins = [] }: PagePolicy): string {
  const directives = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    ["img-src 'self' data:", ...imageOrigins].join(' '),
    "base-uri 'none'",
    "frame-ancestors 'none'",
    ...(formAction === 'self' ? ["form-action 'self'"] : []),
  ];
  return directives.join('; ');
}

/** Headers of every response, set before the work so that an error carries them too.
 *
 *  `Referrer-Policy` is `same-origin`: no other site ever sees an address of ours. `no-referrer` would say no more, and it
 *  makes Chromium send `Origin: null` with our own forms (Fetch, "append a request Origin header"), which the check
 *  against forged posts could then not tell from a sandboxed frame of someone else's.
 *
 *  The policy for content is that of a page without forms; `views.ts` replaces it, and oidc-provider adds the hash of
 *  its form_post script to `script-src`, which it does only where the directive is there already.
 *  @param issuer decides alone whether HSTS is sent: a forwarded header cannot */
export function securityHeaders(issuer: string): Middleware {
  const headers: Record<string, string> = {
    'Content-Security-Policy': contentSecurityPolicy({ formAction: 'any' }),
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()',
    'Referrer-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'X-Robots-Tag': 'noindex',
  };
  if (new URL(issuer).protocol === 'https:')
    headers['Strict-Transport-Security'] = 'max-age=63072000; includeSubDomains';

  return async (ctx, next) => {
    ctx.set(headers);
    await next();
  };
}
