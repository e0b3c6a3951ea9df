// What goes wrong in the API, as problem documents (RFC 9457). In English: they are for programs, and for those who write them.
import type { Context } from 'koa';
import { DomainError, type ErrorCode } from '../../platform/errors.ts';
import type { Log } from '../../platform/log.ts';

/** A wrong field of the body, by its JSON pointer as in RFC 9457; or of the query, by its name. */
export type FieldProblem = { pointer: string; message: string } | { parameter: string; message: string };

const kinds = {
  'invalid-request': { status: 400, title: 'The request is not valid' },
  unauthorized: { status: 401, title: 'A valid access token is needed' },
  'insufficient-scope': { status: 403, title: 'The access token does not have the scope' },
  'not-permitted': { status: 403, title: 'Your roles do not allow this' },
  'sign-in-incomplete': { status: 403, title: 'The person must sign in under the rules that hold now' },
  'not-found': { status: 404, title: 'There is no such thing, or it is not yours to see' },
  'method-not-allowed': { status: 405, title: 'The method is not allowed here' },
  conflict: { status: 409, title: 'The request does not fit what there is' },
  duplicate: { status: 409, title: 'There is one already' },
  'under-way': { status: 409, title: 'The first request with this Idempotency-Key is under way' },
  gone: { status: 410, title: 'It is over' },
  'precondition-failed': { status: 412, title: 'It was changed since you read it' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body must be application/json' },
  'idempotency-key-reused': { status: 422, title: 'The Idempotency-Key was used for another request' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  unexpected: { status: 500, title: 'Something went wrong here' },
  unavailable: { status: 503, title: 'The service is not available just now' },
} as const;
export type ProblemKind = keyof typeof kinds;

const kindOf: Record<ErrorCode, ProblemKind> = {
  bad_request: 'invalid-request',
  body_too_large: 'body-too-large',
  conflict: 'conflict',
  duplicate: 'duplicate',
  expired: 'gone',
  forbidden: 'not-permitted',
  invalid_input: 'invalid-request',
  not_found: 'not-found',
  not_permitted: 'not-permitted',
  sealed_value_unreadable: 'unexpected',
  storage_unavailable: 'unavailable',
  too_many_requests: 'too-many-requests',
  unsupported_media_type: 'unsupported-media-type',
};

/** Of these the caller may read why; a duplicate's detail comes from the storage's mouth. */
const isTold = new Set<ProblemKind>(['invalid-request', 'not-permitted', 'not-found', 'conflict', 'body-too-large']);

export class Problem extends Error {
  readonly kind: ProblemKind;
  readonly detail: string | undefined;
  readonly errors: readonly FieldProblem[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    kind: ProblemKind,
    about: { detail?: string; errors?: readonly FieldProblem[]; headers?: Record<string, string> } = {},
    options?: { cause?: unknown },
  ) {
    super(kind, options);
    this.name = 'Problem';
    this.kind = kind;
    this.detail = about.detail;
    this.errors = about.errors ?? [];
    this.headers = about.headers ?? {};
  }
}

export function problemType(kind: ProblemKind): string {
  return `urn:gatehouse:problem:${kind}`;
}

/** The only place where the API answers an error. Its request id is in the log. */
export function answerProblem(ctx: Context, error: unknown, log: Log): void {
  const problem = error instanceof Problem ? error : problemOf(error);
  const { kind, detail, errors, headers } = problem;
  const { status, title } = kinds[kind];
  const { requestId, apiCaller } = ctx.state;
  const line = { requestId, status, problem: kind, detail, method: ctx.method, path: ctx.path, caller: apiCaller };
  if (status >= 500) log.error({ ...line, err: problem.cause }, 'API request failed');
  else log.info(line, 'API request refused');
  if (status === 503 || kind === 'under-way') ctx.set('Retry-After', status === 503 ? '5' : '1');
  ctx.set(headers);
  ctx.status = status;
  ctx.body = JSON.stringify({
    type: problemType(kind),
    title,
    status,
    ...(detail ? { detail } : {}),
    instance: `urn:uuid:${requestId}`,
    ...(errors.length > 0 ? { errors } : {}),
  });
  ctx.type = 'application/problem+json';
}

function problemOf(error: unknown): Problem {
  if (!(error instanceof DomainError)) return new Problem('unexpected', {}, { cause: error });
  const kind = kindOf[error.code];
  const lines = error.code === 'invalid_input' ? error.detail.split('\n').map(fieldOf) : [];
  const errors = lines.flatMap((line) => (line ? [line] : []));
  const detail = isTold.has(kind) && errors.length < Math.max(1, lines.length) ? error.detail : undefined;
  return new Problem(kind, { errors, ...(detail ? { detail } : {}) }, { cause: error });
}

/** `redirect_uris.0: must be …`, as the domain tells of a wrong field. */
function fieldOf(line: string): FieldProblem | undefined {
  const [, field, message] = /^([A-Za-z_][\w.-]*): (.+)$/.exec(line) ?? [];
  return field && message ? { pointer: pointerTo(field.split('.')), message } : undefined;
}

/** As a URI fragment (RFC 6901, 6). */
export function pointerTo(path: readonly PropertyKey[]): string {
  const steps = path.map((step) => encodeURIComponent(String(step).replace(/~/g, '~0').replace(/\//g, '~1')));
  return ['#', ...steps].join('/');
}
