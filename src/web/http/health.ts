// For load balancers and orchestrators: is the process alive, may it be sent requests.
import Router from '@koa/router';
import type { Storage } from '../../storage/port.ts';

export interface HealthDependencies {
  storage: Storage;
  /** True once the process was asked to stop: no new requests, please. */
  isStopping(): boolean;
}

export function createHealthRouter({ storage, isStopping }: HealthDependencies): Router {
  const router = new Router();

  router.get('/health/live', (ctx) => {
    ctx.body = { status: 'live' };
  });

  router.get('/health/ready', async (ctx) => {
    const reason = isStopping()
      ? 'stopping'
      : await storage.ping().then(
          () => undefined,
          () => 'storage unavailable',
        );
    ctx.status = reason ? 503 : 200;
    ctx.body = reason ? { status: 'not ready', reason } : { status: 'ready' };
  });

  return router;
}
