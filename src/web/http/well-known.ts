// Addresses that other programs look for by name (RFC 8615).
import Router from '@koa/router';
import { seeOther } from './redirect.ts';

const yearMs = 365 * 24 * 3_600_000;

export function createWellKnownRouter({
  issuer,
  securityContact,
}: {
  issuer: string;
  securityContact: string | undefined;
}): Router {
  const router = new Router();

  // Password managers come here (W3C, A Well-Known URL for Changing Passwords).
  router.get('/.well-known/change-password', (ctx) => seeOther(ctx, '/profile/password'));

  if (securityContact) {
    router.get('/.well-known/security.txt', (ctx) => {
      ctx.type = 'text/plain; charset=utf-8';
      const expires = new Date(Date.now() + yearMs).toISOString();
      ctx.body = [
        `Contact: ${securityContact}`,
        `Expires: ${expires}`,
        `Canonical: ${issuer}/.well-known/security.txt`,
        '',
      ].join('\n');
    });
  }

  return router;
}
