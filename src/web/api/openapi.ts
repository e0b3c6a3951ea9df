// The OpenAPI 3.1 document, made from the table of operations and the schemas that validate.
import { z } from 'zod';
import { apiScopes } from '../../organizations/api-scopes.ts';
import { maxBodyBytes } from './input.ts';
import { type Operation, operation } from './operation.ts';

type Json = Record<string, unknown>;

const ref = (id: string) => ({ $ref: `#/components/schemas/${id}` });
const json = 'application/json';

export function openApiDocument(issuer: string, operations: readonly Operation[]): Json {
  const paths: Record<string, Json> = {};
  for (const one of operations) {
    paths[one.path] = { ...paths[one.path], [one.method.toLowerCase()]: described(one) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Gatehouse administration API',
      version: '1',
      description: `Writes take If-Match; each POST takes an Idempotency-Key. Bodies are JSON of ${maxBodyBytes / 1024} KiB at most.`,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: `${issuer}/api/v1` }],
    paths,
    components: {
      schemas: { ...schemasOf(operations), Problem: problemSchema() },
      responses: {
        Problem: {
          description: 'A problem (RFC 9457)',
          content: { 'application/problem+json': { schema: ref('Problem') } },
        },
      },
      securitySchemes: { oauth2: { type: 'oauth2', flows: flows(issuer) } },
    },
  };
}

export function openApiOperation(document: () => string): Operation {
  return operation({
    id: 'getOpenApi',
    method: 'GET',
    path: '/openapi.json',
    summary: 'This document',
    answer: { status: 200, schema: z.looseObject({ openapi: z.string() }).meta({ id: 'OpenApi' }) },
    run: async () => ({ body: document() }),
  });
}

function described(one: Operation): Json {
  const { id, summary, description, access, path, method, query, body, answer, isTagged } = one;
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
      name,
      in: 'path',
      required: true,
      schema: { type: 'string' },
    })),
    ...queryParameters(query),
    ...(one.isConditional
      ? [header('If-Match', 'The ETag of what you have read: refused when it was changed since')]
      : []),
    ...(method === 'POST' ? [header('Idempotency-Key', 'The same key within a day gives the same answer')] : []),
  ];
  return {
    operationId: id,
    summary,
    ...(description ? { description } : {}),
    security: access ? [{ oauth2: [access.scope] }] : [],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: { required: true, content: { [json]: { schema: ref(idOf(body)) } } } } : {}),
    responses: {
      [answer.status]: {
        description: 'Done',
        ...(isTagged ? { headers: { ETag: { schema: { type: 'string' } } } } : {}),
        ...(answer.schema ? { content: { [json]: { schema: ref(idOf(answer.schema)) } } } : {}),
      },
      ...(access ? { default: { $ref: '#/components/responses/Problem' } } : {}),
    },
  };
}

function header(name: string, description: string): Json {
  return { name, in: 'header', description, schema: { type: 'string' } };
}

function queryParameters(query: z.ZodType | undefined): Json[] {
  if (!query) return [];
  const { properties = {}, required = [] } = toJsonSchema(query, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    ...(description ? { description } : {}),
    required: required.includes(name),
    schema,
  }));
}

/** Bodies as they are sent, answers as they arrive. */
function schemasOf(operations: readonly Operation[]): Json {
  const sent = operations.flatMap(({ body }) => (body ? [body] : []));
  const shown = operations.flatMap(({ answer }) => (answer.schema ? [answer.schema] : []));
  return { ...named(sent, 'input'), ...named(shown, 'output') };
}

/** Each schema that has a name, those within others too: zod puts them all under `$defs`. */
function named(schemas: readonly z.ZodType[], io: 'input' | 'output'): Json {
  const found = new Map<string, Json>();
  for (const schema of new Set(schemas)) {
    const { $defs = {} } = toJsonSchema(schema, io) as { $defs?: Record<string, Json> };
    for (const [name, { id: _name, ...one }] of Object.entries($defs)) found.set(name, one);
  }
  const text = JSON.stringify(Object.fromEntries(found));
  return JSON.parse(text.replaceAll('"#/$defs/', '"#/components/schemas/')) as Json;
}

function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...made } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    // The format says it all; the pattern is half a page.
    override: ({ jsonSchema }) => {
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
    },
  }) as Json;
  return made;
}

function idOf(schema: z.ZodType): string {
  const id = schema.meta()?.id;
  if (id === undefined) throw new Error('a schema of the API has no name');
  return id;
}

function problemSchema(): Json {
  const text = { type: 'string' };
  const properties = { pointer: text, parameter: text, message: text };
  return {
    type: 'object',
    properties: {
      type: { ...text, format: 'uri' },
      title: text,
      status: { type: 'integer' },
      detail: text,
      instance: { ...text, format: 'uri' },
      errors: { type: 'array', items: { type: 'object', properties, required: ['message'] } },
    },
    required: ['type', 'title', 'status'],
  };
}

function flows(issuer: string): Json {
  const scopes = Object.fromEntries(apiScopes.map((scope) => [scope, scope.replace(':', ', ')]));
  const tokenUrl = `${issuer}/token`;
  return {
    clientCredentials: { tokenUrl, scopes },
    authorizationCode: { authorizationUrl: `${issuer}/auth`, tokenUrl, scopes },
  };
}
