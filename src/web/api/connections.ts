// /connections: the upstream providers that people may sign in with.
import { z } from 'zod';
import type { Administration } from '../../administration/administration.ts';
import { type Connection, connectionInputSchema, inputOf } from '../../federation/connection.ts';
import { type Operation, operation } from './operation.ts';
import { listOf, pageOf, pageQuery, time, timeText, withoutUndefined } from './shapes.ts';

const stated = connectionInputSchema.shape;
const newSchema = connectionInputSchema
  .extend({
    issuer: stated.issuer.describe(
      'Microsoft’s is https://login.microsoftonline.com/TENANT/v2.0; Google’s may be left out',
    ),
    organization: stated.organization.describe('Whose it is; the instance’s where left out'),
    client_secret: stated.client_secret.describe('Never shown again'),
  })
  .meta({ id: 'NewConnection' });

/** Each field without its default: what is left out of a change must not go back to one. */
const changeSchema = z
  .strictObject({
    name: stated.name.optional(),
    issuer: stated.issuer,
    client_id: stated.client_id.optional(),
    client_secret: stated.client_secret.describe('Replaces the one in use; to be given again where the issuer changes'),
    domains: stated.domains.unwrap().optional(),
    trustsMfa: z.boolean().optional(),
    allowsSignUp: z.boolean().optional(),
    allowsPrivateNetwork: z.boolean().optional(),
    enabled: z.boolean().optional(),
  })
  .meta({ id: 'ConnectionChange' });

const shownSchema = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    organization: z.string().optional(),
    preset: stated.preset,
    issuer: z.string(),
    client_id: z.string(),
    hasSecret: z.boolean(),
    domains: z.array(z.string()),
    trustsMfa: z.boolean(),
    allowsSignUp: z.boolean(),
    allowsPrivateNetwork: z.boolean(),
    enabled: z.boolean(),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Connection' });

const listQuery = z.strictObject({
  organization: z.string().optional().describe('To be named by whoever sees several, but not all'),
  ...pageQuery,
});

const read = { scope: 'organizations:read', permission: 'organizations:read' } as const;
const write = { scope: 'organizations:write', permission: 'organizations:write' } as const;

export function connectionOperations({ connections }: Administration): Operation[] {
  return [
    operation({
      id: 'listConnections',
      method: 'GET',
      path: '/connections',
      summary: 'List connections to upstream providers',
      access: read,
      query: listQuery,
      answer: { status: 200, schema: listOf(shownSchema).meta({ id: 'ConnectionList' }) },
      run: async ({ who, query }) => ({
        body: await pageOf(query.limit, { fetch: (limit) => connections.list(who, { ...query, limit }), show }),
      }),
    }),
    operation({
      id: 'createConnection',
      method: 'POST',
      path: '/connections',
      summary: 'Connect an upstream provider: a draft unless `enabled` is true',
      access: write,
      body: newSchema,
      answer: { status: 201, schema: shownSchema },
      isTagged: true,
      run: async ({ who, body }) => {
        const made = await connections.create(who, body);
        return { body: show(made), location: `/connections/${made.id}` };
      },
    }),
    operation({
      id: 'getConnection',
      method: 'GET',
      path: '/connections/{id}',
      summary: 'Look at a connection',
      access: read,
      answer: { status: 200, schema: shownSchema },
      isTagged: true,
      run: async ({ who, params: { id = '' } }) => ({ body: show(await connections.get(who, id)) }),
    }),
    operation({
      id: 'changeConnection',
      method: 'PATCH',
      path: '/connections/{id}',
      summary: 'Change a connection: what is left out stays',
      access: write,
      body: changeSchema,
      answer: { status: 200, schema: shownSchema },
      isTagged: true,
      isConditional: true,
      run: async ({ who, params: { id = '' }, body, precondition }) => ({
        body: show(await connections.change(who, id, body, precondition.on(show))),
      }),
    }),
    operation({
      id: 'deleteConnection',
      method: 'DELETE',
      path: '/connections/{id}',
      summary: 'Delete a connection: nobody signs in with it any more',
      access: write,
      answer: { status: 204 },
      isConditional: true,
      run: async ({ who, params: { id = '' }, precondition }) => {
        precondition.check(show(await connections.get(who, id)));
        await connections.remove(who, id);
        return {};
      },
    }),
  ];
}

function show(connection: Connection) {
  const { clientSecret, createdAt, updatedAt } = connection;
  return withoutUndefined({
    ...inputOf(connection),
    hasSecret: clientSecret !== undefined,
    createdAt: timeText(createdAt),
    updatedAt: timeText(updatedAt),
  });
}
