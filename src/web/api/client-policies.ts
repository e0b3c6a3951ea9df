// /clients/{client_id}/policy: what an app asks of whoever signs in to it.
import { z } from 'zod';
import type { Administration } from '../../administration/administration.ts';
import { type Client, policyOfClient } from '../../clients/client.ts';
import { clientPolicySchema } from '../../organizations/policy.ts';
import { type Operation, operation } from './operation.ts';

const newSchema = clientPolicySchema.meta({ id: 'NewClientPolicy' });
const { ipAllowList: _checked, ...rules } = clientPolicySchema.shape;
const shownSchema = z.strictObject({ ...rules, ipAllowList: z.array(z.string()) }).meta({ id: 'ClientPolicy' });
const path = '/clients/{client_id}/policy';

export function clientPolicyOperations({ clientPolicies }: Administration): Operation[] {
  return [
    operation({
      id: 'getClientPolicy',
      method: 'GET',
      path,
      summary: 'See what a client app asks of whoever signs in to it',
      access: { scope: 'clients:read', permission: 'clients:read' },
      answer: { status: 200, schema: shownSchema },
      isTagged: true,
      run: async ({ who, params: { client_id: id = '' } }) => ({ body: await clientPolicies.get(who, id) }),
    }),
    operation({
      id: 'replaceClientPolicy',
      method: 'PUT',
      path,
      summary: 'Replace what a client app asks for: what is left out is left to the instance and to organizations',
      access: { scope: 'clients:write', permission: 'clients:write' },
      body: newSchema,
      answer: { status: 200, schema: shownSchema },
      isTagged: true,
      isConditional: true,
      run: async ({ who, params: { client_id: id = '' }, body, precondition }) => ({
        body: show(await clientPolicies.save(who, id, body, precondition.on(show))),
      }),
    }),
  ];
}

function show(client: Client) {
  return policyOfClient(client);
}
