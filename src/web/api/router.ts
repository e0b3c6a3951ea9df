// The administration API: what its table of operations says, and for all of them alike who may call, what is read and how it is answered.
// It takes no cookie and opens nothing to other origins: there is no CORS.
import Router from '@koa/router';
import type { Context } from 'koa';
import type { Administration } from '../../administration/administration.ts';
import { mayAnywhere } from '../../administration/administrator.ts';
import type { AnsweredRequests } from '../../administration/answered-requests.ts';
import type { Log } from '../../platform/log.ts';
import { type CallersDependencies, createCallers } from './callers.ts';
import { onlyOnce, type StoredAnswer } from './idempotency.ts';
import { readInput } from './input.ts';
import { openApiDocument } from './openapi.ts';
import type { Operation } from './operation.ts';
import { operationsOf } from './operations.ts';
import { createPrecondition, tagOf } from './preconditions.ts';
import { answerProblem, Problem } from './problems.ts';

export interface ApiDependencies extends CallersDependencies {
  administration: Administration;
  answeredRequests: AnsweredRequests;
  log: Log;
}

export const apiPath = '/api/v1';
const nobody = { who: undefined, name: '' } as const;

export function createApiRouter(dependencies: ApiDependencies): Router {
  const { issuer, log, answeredRequests } = dependencies;
  const callers = createCallers(dependencies);
  const operations: readonly Operation[] = operationsOf(dependencies, () => document);
  const document = JSON.stringify(openApiDocument(issuer, operations));
  const router = new Router();

  for (const path of new Set(operations.map((one) => one.path))) {
    const here = operations.filter((one) => one.path === path);
    router.all(apiPath + path.replace(/\{(\w+)\}/g, ':$1'), (ctx) => answered(ctx, () => dispatch(ctx, here)));
  }
  router.all(`${apiPath}{/*rest}`, (ctx) =>
    answered(ctx, () => Promise.reject(new Problem('not-found', { detail: `there is no ${apiPath} resource here` }))),
  );
  return router;

  async function answered(ctx: Context, act: () => Promise<void>): Promise<void> {
    ctx.set({ 'Cache-Control': 'no-store', 'X-Request-Id': ctx.state.requestId });
    try {
      await act();
    } catch (error) {
      answerProblem(ctx, error, log);
    }
  }

  async function dispatch(ctx: Context, here: readonly Operation[]): Promise<void> {
    const method = ctx.method === 'HEAD' ? 'GET' : ctx.method;
    const found = here.find((one) => one.method === method);
    if (!found) throw new Problem('method-not-allowed', { headers: { Allow: allowed(here) } });
    const { access } = found;
    const caller = access ? await callers.read(ctx, access.scope) : nobody;
    if (access && caller.who && !mayAnywhere(caller.who, access.permission)) throw new Problem('not-permitted');
    const input = await readInput(ctx, found);
    const act = () => run(ctx, found, { who: caller.who, ...input });
    const answer = await onlyOnce(ctx, answeredRequests, { caller: caller.name, text: input.text, act });
    ctx.set(answer.headers);
    ctx.status = answer.status;
    ctx.body = answer.text || null;
    if (answer.text) ctx.type = 'application/json';
    // `null` makes koa say 204.
    ctx.status = answer.status;
  }

  async function run(
    ctx: Context,
    found: Operation,
    { who, query, body }: { who: unknown; query: unknown; body: unknown },
  ): Promise<StoredAnswer> {
    const ifMatch = ctx.get('If-Match');
    if (ifMatch !== '' && !found.isConditional)
      throw new Problem('invalid-request', { detail: 'If-Match: is not taken here' });
    const precondition = createPrecondition(ifMatch);
    const call = { who, params: ctx.params ?? {}, query, body, precondition } as Parameters<Operation['run']>[0];
    try {
      const { body: shown, tagged = shown, location } = await found.run(call);
      const headers = {
        ...(found.isTagged && shown !== undefined ? { ETag: tagOf(tagged) } : {}),
        ...(location === undefined ? {} : { Location: `${issuer}${apiPath}${location}` }),
      };
      return { status: found.answer.status, headers, text: textOf(shown) };
    } catch (error) {
      // Whatever the act made of it: what the caller demanded did not hold.
      if (precondition.isBroken()) throw new Problem('precondition-failed', {}, { cause: error });
      throw error;
    }
  }
}

function textOf(shown: unknown): string {
  if (shown === undefined) return '';
  return typeof shown === 'string' ? shown : JSON.stringify(shown);
}

function allowed(here: readonly Operation[]): string {
  const methods = here.map(({ method }) => method);
  return [...methods, ...(methods.includes('GET') ? ['HEAD'] : [])].join(', ');
}
