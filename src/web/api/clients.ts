// /clients: the apps that may sign people in or act by themselves, and their secrets.
import { z } from 'zod';
import type { Administration } from '../../administration/administration.ts';
import type { Client } from '../../clients/client.ts';
import {
  clientChangeSchema,
  clientListSchema,
  clientSchema,
  createdClientSchema,
  newClientSchema,
  newSecretSchema,
  patched,
  showClient,
  withSecret,
} from './client-model.ts';
import { type Operation, operation } from './operation.ts';
import { pageOf, pageQuery, withoutUndefined } from './shapes.ts';

const listQuery = z.strictObject({
  organization: z.string().optional().describe('To be named by whoever sees several, but not all'),
  ...pageQuery,
});

const read = { scope: 'clients:read', permission: 'clients:read' } as const;
const write = { scope: 'clients:write', permission: 'clients:write' } as const;

export function clientOperations({ clientApps }: Administration): Operation[] {
  return [
    operation({
      id: 'listClients',
      method: 'GET',
      path: '/clients',
      summary: 'List client apps',
      access: read,
      query: listQuery,
      answer: { status: 200, schema: clientListSchema },
      run: async ({ who, query }) => ({
        body: await pageOf(query.limit, {
          fetch: (limit) => clientApps.list(who, { ...query, limit }),
          show: showClient,
        }),
      }),
    }),
    operation({
      id: 'createClient',
      method: 'POST',
      path: '/clients',
      summary: 'Register a client app (RFC 7591 metadata)',
      access: write,
      body: newClientSchema,
      answer: { status: 201, schema: createdClientSchema },
      isTagged: true,
      run: async ({ who, body }) => {
        const { client, secret } = await clientApps.create(who, withoutUndefined(body));
        const location = `/clients/${encodeURIComponent(client.id)}`;
        return { ...answerOf(client, secret), location };
      },
    }),
    operation({
      id: 'getClient',
      method: 'GET',
      path: '/clients/{client_id}',
      summary: 'Look at a client app',
      access: read,
      answer: { status: 200, schema: clientSchema },
      isTagged: true,
      run: async ({ who, params: { client_id: id = '' } }) => ({ body: showClient(await clientApps.get(who, id)) }),
    }),
    operation({
      id: 'replaceClient',
      method: 'PUT',
      path: '/clients/{client_id}',
      summary: 'Replace the metadata (RFC 7592, 2.2): what is left out goes back to its default',
      access: write,
      body: newClientSchema,
      answer: { status: 200, schema: createdClientSchema },
      isTagged: true,
      isConditional: true,
      run: async ({ who, params: { client_id: id = '' }, body, precondition }) => {
        const metadata = withoutUndefined(body);
        const { client, secret } = await clientApps.update(who, id, metadata, precondition.on(showClient));
        return answerOf(client, secret);
      },
    }),
    operation({
      id: 'changeClient',
      method: 'PATCH',
      path: '/clients/{client_id}',
      summary: 'Change some of the metadata: what is left out stays, `null` takes a field back to its default',
      access: write,
      body: clientChangeSchema,
      answer: { status: 200, schema: createdClientSchema },
      isTagged: true,
      isConditional: true,
      run: async ({ who, params: { client_id: id = '' }, body, precondition }) => {
        const before = await clientApps.get(who, id);
        precondition.check(showClient(before));
        // The patch was laid on what was read: it goes to nothing else, demanded or not.
        const isStill = (old: Client) => precondition.on(showClient)(old) && isSame(old, before);
        const { client, secret } = await clientApps.update(who, id, patched(before, body), isStill);
        return answerOf(client, secret);
      },
    }),
    operation({
      id: 'deleteClient',
      method: 'DELETE',
      path: '/clients/{client_id}',
      summary: 'Delete a client app: its tokens are over',
      access: write,
      answer: { status: 204 },
      isConditional: true,
      run: async ({ who, params: { client_id: id = '' }, precondition }) => {
        precondition.check(showClient(await clientApps.get(who, id)));
        await clientApps.remove(who, id);
        return {};
      },
    }),
    operation({
      id: 'addClientSecret',
      method: 'POST',
      path: '/clients/{client_id}/secrets',
      summary: 'Add a secret beside the one in use',
      access: write,
      answer: { status: 201, schema: newSecretSchema },
      run: async ({ who, params: { client_id: clientId = '' } }) => {
        const { id, secret } = await clientApps.addSecret(who, clientId);
        return { body: { id, client_secret: secret } };
      },
    }),
    operation({
      id: 'retireClientSecret',
      method: 'DELETE',
      path: '/clients/{client_id}/secrets/{id}',
      summary: 'Retire a secret',
      access: write,
      answer: { status: 204 },
      run: async ({ who, params: { client_id: clientId = '', id = '' } }) => {
        await clientApps.retireSecret(who, clientId, id);
        return {};
      },
    }),
  ];
}

function isSame(one: Client, other: Client): boolean {
  return JSON.stringify(showClient(one)) === JSON.stringify(showClient(other));
}

function answerOf(client: Client, secret: string | undefined) {
  const shown = showClient(client);
  return { body: withSecret(shown, secret), tagged: shown };
}
