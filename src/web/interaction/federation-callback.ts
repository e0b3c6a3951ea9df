// Where every upstream provider sends people back to. What they bring is checked and kept; the page that began the round trip takes it.
import Router from '@koa/router';
import { callbackPath } from '../../federation/federation.ts';
import type { RoundTrips } from '../../federation/round-trips.ts';
import type { Browser } from '../http/browser.ts';
import type { Errors } from '../http/errors.ts';
import { seeOther } from '../http/redirect.ts';

export interface FederationCallbackDependencies {
  roundTrips: RoundTrips;
  browser: Browser;
  errors: Errors;
}

export function createFederationCallbackRouter({
  roundTrips,
  browser,
  errors,
}: FederationCallbackDependencies): Router {
  const router = new Router();

  router.get(callbackPath, async (ctx) => {
    const query = new URLSearchParams(ctx.querystring);
    const arrival = await roundTrips.arrive(query, browser.peek(ctx), ctx.state.origin);
    if (arrival.state === 'arrived') return seeOther(ctx, arrival.returnPath);
    const page = arrival.state === 'used' ? 'upstreamUsed' : 'upstreamUnknown';
    const continueUrl = arrival.state === 'used' ? arrival.returnPath : '/';
    errors.render(ctx, { status: 400, page, continueUrl }, { detail: `round trip ${arrival.state}` });
  });

  return router;
}
