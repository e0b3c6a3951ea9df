// One thing that the API does, as the table of routes names it: the router, the OpenAPI document and the tests all read the same.
import type { z } from 'zod';
import type { Administrator } from '../../administration/administrator.ts';
import type { ApiScope } from '../../organizations/api-scopes.ts';
import type { Permission } from '../../organizations/roles.ts';
import type { Precondition } from './preconditions.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Call<Query, Body> {
  who: Administrator;
  /** Of the path, by their names in it. */
  params: Readonly<Record<string, string>>;
  query: Query;
  body: Body;
  precondition: Precondition;
}

export interface Answer {
  body?: unknown;
  /** What the ETag is of, where the body says more than is shown later: a new secret. */
  tagged?: unknown;
  /** The path of what was made, under the API's own. */
  location?: string;
}

export interface Operation<Query = unknown, Body = unknown> {
  /** `operationId`; unique. */
  id: string;
  method: Method;
  /** As OpenAPI writes it: `/users/{id}`. */
  path: string;
  summary: string;
  description?: string;
  /** Absent: anybody may ask. */
  access?: {
    scope: ApiScope;
    /** Whoever has it nowhere is refused before anything is looked up. */
    permission: Permission;
  };
  query?: z.ZodType<Query>;
  body?: z.ZodType<Body>;
  /** When all went well. `schema` is absent where there is no body. */
  answer: { status: 200 | 201 | 202 | 204; schema?: z.ZodType };
  /** The answer carries an ETag. */
  isTagged?: boolean;
  /** Takes If-Match, and asks its precondition; anything else refuses that header. */
  isConditional?: boolean;
  run(call: Call<Query, Body>): Promise<Answer>;
}

/** Checks that handler and schemas fit, and forgets which they are. */
export function operation<Query, Body>(given: Operation<Query, Body>): Operation {
  return given as unknown as Operation;
}
