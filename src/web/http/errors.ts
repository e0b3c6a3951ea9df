// The table from codes to statuses and sentences, and the only catch that answers. A browser never sees a stack; the log has the number.
import type { Context, Middleware } from 'koa';
import { DomainError, type ErrorCode } from '../../platform/errors.ts';
import { readableCode } from '../../platform/ids.ts';
import type { Log } from '../../platform/log.ts';
import type { ViewModels } from './view-models.ts';
import type { PageContext, Views } from './views.ts';

interface Answer {
  status: number;
  /** The page's sentences stand under `errorPage.<page>` in the catalogue. */
  page: string;
}

const answers: Record<ErrorCode, Answer> = {
  bad_request: { status: 400, page: 'badRequest' },
  body_too_large: { status: 413, page: 'tooLarge' },
  conflict: { status: 409, page: 'badRequest' },
  duplicate: { status: 409, page: 'badRequest' },
  expired: { status: 410, page: 'signInLost' },
  forbidden: { status: 403, page: 'formExpired' },
  invalid_input: { status: 400, page: 'badRequest' },
  not_found: { status: 404, page: 'notFound' },
  not_permitted: { status: 403, page: 'forbidden' },
  sealed_value_unreadable: { status: 500, page: 'unexpected' },
  storage_unavailable: { status: 503, page: 'unavailable' },
  too_many_requests: { status: 503, page: 'unavailable' },
  unsupported_media_type: { status: 415, page: 'badRequest' },
};

const unexpected: Answer = { status: 500, page: 'unexpected' };

export interface ErrorPageOptions {
  status: number;
  page: string;
  details?: ViewModels['error']['details'];
  /** Where the person can go on: their app, the page they came from, My Profile. */
  continueUrl?: string | undefined;
  continueLabel?: ViewModels['error']['continueLabel'];
}

export function createErrors({ views, log }: { views: Views; log: Log }) {
  /** Answers with the error page and logs the same number with the reason.
   *  @param reason for the log alone */
  function render(
    ctx: PageContext,
    { status, page, details = [], continueUrl, continueLabel }: ErrorPageOptions,
    reason: object,
  ): void {
    const number = readableCode(8);
    log[level(status)]({ number, status, ...reason }, 'error page shown');
    const title = { key: `errorPage.${page}.title` };
    const text = { key: `errorPage.${page}.text` };
    const onwards = continueUrl === undefined ? {} : { continueUrl, ...(continueLabel ? { continueLabel } : {}) };
    views.render(
      ctx,
      'error',
      { status, title, text, number, occurredAt: Date.now(), details, ...onwards },
      { status },
    );
  }

  /** The outermost middleware of our own pages. */
  const middleware: Middleware = async (ctx, next) => {
    try {
      await next();
      if (ctx.body || ctx.respond === false) return;
      if (ctx.status === 404) throw new DomainError('not_found', `${ctx.method} ${ctx.path}`.slice(0, 300));
      if (ctx.status === 405)
        render(
          ctx,
          { status: 405, page: 'badRequest', continueUrl: '/' },
          { path: ctx.path, method: ctx.method, requestId: ctx.state.requestId },
        );
    } catch (error) {
      const answer = answerFor(error);
      if (answer.status === 503) ctx.set('Retry-After', '5');
      render(
        ctx,
        { ...answer, continueUrl: continueFor(ctx, answer) },
        { err: error, path: ctx.path, method: ctx.method, requestId: ctx.state.requestId },
      );
    }
  };

  return { render, middleware };
}
export type Errors = ReturnType<typeof createErrors>;

function answerFor(error: unknown): Answer {
  if (error instanceof DomainError) return answers[error.code];
  const { status, expose } = error as { status?: number; expose?: boolean };
  if (expose && status !== undefined && status >= 400 && status < 500)
    return { status, page: status === 404 ? 'notFound' : 'badRequest' };
  return unexpected;
}

/** After a refused form: back to the page it stands on, which every step of ours can show again. */
function continueFor(ctx: Context, { status }: Answer): string | undefined {
  if (ctx.method !== 'GET' && [400, 403, 413, 415].includes(status)) return ctx.path;
  return status === 404 ? '/' : undefined;
}

/** A number that somebody may ask for must be in the log at its usual level; mistyped addresses need not. */
function level(status: number): 'error' | 'warn' | 'info' {
  if (status >= 500) return 'error';
  return status === 404 ? 'info' : 'warn';
}
