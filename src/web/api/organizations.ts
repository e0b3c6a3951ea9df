// /organizations: firms, and their sign-in policy.
import { z } from 'zod';
import type { Administration } from '../../administration/administration.ts';
import {
  domainNames,
  type Organization,
  organizationInputSchema,
  organizationSchema,
  policyInForce,
} from '../../organizations/organization.ts';
import { type PolicyRules, policySchema } from '../../organizations/policy.ts';
import { type Operation, operation } from './operation.ts';
import { listOf, pageOf, pageQuery, time, timeText } from './shapes.ts';

const shownSchema = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    domains: z.array(z.string()),
    verifiedDomains: z.array(z.string()).describe('Those proved to be theirs'),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Organization' });

const newSchema = organizationInputSchema.meta({ id: 'NewOrganization' });
const changeSchema = z
  .strictObject({
    name: organizationSchema.shape.name.optional(),
    domains: domainNames.optional(),
  })
  .meta({ id: 'OrganizationChange' });

const newPolicySchema = policySchema.meta({ id: 'NewPolicy' });
const { ipAllowList: _checked, ...rules } = policySchema.shape;
const shownPolicySchema = z.strictObject({ ...rules, ipAllowList: z.array(z.string()) }).meta({ id: 'Policy' });

const read = { scope: 'organizations:read', permission: 'organizations:read' } as const;
const write = { scope: 'organizations:write', permission: 'organizations:write' } as const;
const found = { scope: 'organizations:write', permission: 'instance:write' } as const;

export function organizationOperations({ domains, firms, policies }: Administration): Operation[] {
  /** What is proved changes without the organization: its tag does not say it. */
  const whole = async (firm: Organization) => ({
    ...show(firm),
    verifiedDomains: await domains.verifiedOf(firm),
  });
  const answerOf = async (firm: Organization) => ({ body: await whole(firm), tagged: show(firm) });

  return [
    operation({
      id: 'listOrganizations',
      method: 'GET',
      path: '/organizations',
      summary: 'List organizations',
      access: read,
      query: z.strictObject(pageQuery),
      answer: { status: 200, schema: listOf(shownSchema).meta({ id: 'OrganizationList' }) },
      run: async ({ who, query }) => ({
        body: await pageOf(query.limit, {
          fetch: async (limit) => Promise.all((await firms.list(who, { ...query, limit })).map(whole)),
          show: (firm) => firm,
        }),
      }),
    }),
    operation({
      id: 'createOrganization',
      method: 'POST',
      path: '/organizations',
      summary: 'Add an organization; its id is made from the name where none is given',
      access: found,
      body: newSchema,
      answer: { status: 201, schema: shownSchema },
      isTagged: true,
      run: async ({ who, body }) => {
        const firm = await firms.create(who, body);
        return { ...(await answerOf(firm)), location: `/organizations/${firm.id}` };
      },
    }),
    operation({
      id: 'getOrganization',
      method: 'GET',
      path: '/organizations/{id}',
      summary: 'Look at an organization',
      access: read,
      answer: { status: 200, schema: shownSchema },
      isTagged: true,
      run: async ({ who, params: { id = '' } }) => answerOf(await firms.get(who, id)),
    }),
    operation({
      id: 'changeOrganization',
      method: 'PATCH',
      path: '/organizations/{id}',
      summary: 'Change name and domains: what is left out stays',
      access: write,
      body: changeSchema,
      answer: { status: 200, schema: shownSchema },
      isTagged: true,
      isConditional: true,
      run: async ({ who, params: { id = '' }, body, precondition }) =>
        answerOf(await firms.update(who, id, body, precondition.on(show))),
    }),
    operation({
      id: 'deleteOrganization',
      method: 'DELETE',
      path: '/organizations/{id}',
      summary: 'Delete an organization that nobody belongs to any more',
      access: found,
      answer: { status: 204 },
      isConditional: true,
      run: async ({ who, params: { id = '' }, precondition }) => {
        precondition.check(show(await firms.get(who, id)));
        await firms.remove(who, id);
        return {};
      },
    }),
    operation({
      id: 'getPolicy',
      method: 'GET',
      path: '/organizations/{id}/policy',
      summary: 'See the sign-in policy',
      access: read,
      answer: { status: 200, schema: shownPolicySchema },
      isTagged: true,
      run: async ({ who, params: { id = '' } }) => ({ body: showPolicy(await firms.get(who, id)) }),
    }),
    operation({
      id: 'replacePolicy',
      method: 'PUT',
      path: '/organizations/{id}/policy',
      summary: 'Replace the sign-in policy: what is left out is left to the instance and to other organizations',
      description:
        'Refused where it would shut out the person who saves it. Give If-Match, so as to undo nobody’s change.',
      access: write,
      body: newPolicySchema,
      answer: { status: 200, schema: shownPolicySchema },
      isTagged: true,
      isConditional: true,
      run: async ({ who, params: { id = '' }, body, precondition }) => ({
        body: showPolicy(await policies.save(who, id, body, { isStill: precondition.on(showPolicy) })),
      }),
    }),
  ];
}

function show({ id, name, domains, createdAt, updatedAt }: Organization) {
  return { id, name, domains, createdAt: timeText(createdAt), updatedAt: timeText(updatedAt) };
}

function showPolicy(firm: Organization): PolicyRules {
  return policyInForce(firm, Date.now());
}
