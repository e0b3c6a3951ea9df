// Query and body of a call, checked against the schemas of its operation. Whatever is wrong is told at once; nothing unknown is let pass.
import type { Context } from 'koa';
import { z } from 'zod';
import { DomainError } from '../../platform/errors.ts';
import { readBody } from '../http/body.ts';
import type { Operation } from './operation.ts';
import { type FieldProblem, Problem, pointerTo } from './problems.ts';

/** As much as a registration may have, and its field names. */
export const maxBodyBytes = 128 * 1024;

const nothing = z.strictObject({});

export interface Input {
  query: unknown;
  body: unknown;
  /** The body as it came, for comparing requests. */
  text: string;
}

/** @throws Problem 'invalid-request'; DomainError for a body that cannot be read */
export async function readInput(ctx: Context, { query = nothing, body = nothing }: Operation): Promise<Input> {
  const text = await readText(ctx);
  const parsedQuery = query.safeParse(queryOf(ctx));
  const parsedBody = body.safeParse(text === '' && body === nothing ? {} : jsonOf(text));
  const errors = [
    ...(parsedQuery.error?.issues ?? []).flatMap((issue) =>
      sentences(issue).map(({ path, message }) => ({ parameter: path.join('.'), message })),
    ),
    ...(parsedBody.error?.issues ?? []).flatMap((issue) =>
      sentences(issue).map(({ path, message }) => ({ pointer: pointerTo(path), message })),
    ),
  ] satisfies FieldProblem[];
  if (errors.length > 0) throw new Problem('invalid-request', { errors });
  return { query: parsedQuery.data, body: parsedBody.data, text };
}

async function readText(ctx: Context): Promise<string> {
  if (ctx.method === 'GET' || ctx.method === 'HEAD') return '';
  const bytes = await readBody(ctx, maxBodyBytes);
  if (bytes.length === 0) return '';
  if (!ctx.is('application/json')) throw new DomainError('unsupported_media_type', 'a body must be application/json');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new DomainError('bad_request', 'the body is not valid UTF-8', { cause });
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Problem('invalid-request', { detail: 'the body is not valid JSON' }, { cause });
  }
}

/** A parameter that is given twice stays a list, which no schema takes. */
function queryOf({ querystring }: Context): Record<string, unknown> {
  const parameters = new URLSearchParams(querystring);
  return Object.fromEntries(
    [...new Set(parameters.keys())].map((name) => {
      const values = parameters.getAll(name);
      return [name, values.length === 1 ? values[0] : values];
    }),
  );
}

function sentences(issue: z.core.$ZodIssue): { path: PropertyKey[]; message: string }[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: [...path, key], message: 'is not a known field' }));
  if (issue.code === 'invalid_value') return [{ path, message: `must be one of ${issue.values.join(', ')}` }];
  if (issue.code === 'invalid_type' && issue.input === undefined)
    return [{ path, message: 'is missing or of the wrong type' }];
  return [{ path, message: issue.message }];
}
