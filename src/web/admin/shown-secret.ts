// A client secret on its way to the one page that shows it: sealed in a cookie of the browser in which it was made, for that administrator and
// that client, and dropped when the page is made. A reload, Back and another browser find nothing.
import type { Context } from 'koa';
import type { Secrets } from '../../platform/secrets.ts';
import { createShortCookie } from '../http/short-cookie.ts';
import type { SignedIn } from '../http/signed-in.ts';

const seconds = 300;

export function createShownSecret({ issuer, secrets }: { issuer: string; secrets: Secrets }) {
  const cookie = createShortCookie('client-secret', { issuer, seconds });

  function put(ctx: Context, person: SignedIn, { clientId, secret }: { clientId: string; secret: string }): void {
    const value = JSON.stringify({ secret, until: Date.now() + seconds * 1000 });
    cookie.put(ctx, secrets.seal(value, contextOf(person, clientId)));
  }

  /** @returns undefined where there is none for this administrator and this client, or it was shown already */
  function take(ctx: Context, person: SignedIn, clientId: string): string | undefined {
    const sealed = cookie.read(ctx);
    if (sealed === undefined) return undefined;
    const value = opened(sealed, contextOf(person, clientId));
    if (value === undefined) return undefined;
    cookie.drop(ctx);
    const { secret, until } = JSON.parse(value);
    return Date.now() < until ? secret : undefined;
  }

  function opened(sealed: string, context: Parameters<Secrets['open']>[1]): string | undefined {
    try {
      return secrets.open(sealed, context);
    } catch {
      return undefined;
    }
  }

  return { put, take };
}
export type ShownSecret = ReturnType<typeof createShownSecret>;

function contextOf({ account }: SignedIn, clientId: string) {
  return { collection: 'cookies', field: 'clientSecret', id: `${account.id} ${clientId}` };
}
