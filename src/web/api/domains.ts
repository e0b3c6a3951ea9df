// /organizations/{id}/domains: what a firm claims, and the TXT record that proves it.
import { z } from 'zod';
import type { Administration } from '../../administration/administration.ts';
import { challengeOf, type DomainClaim, domainFindings, stateOf } from '../../organizations/domain-claim.ts';
import { asciiDomain, domainName } from '../../organizations/domain-name.ts';
import { type Operation, operation } from './operation.ts';
import { listOf, time, timeText, withoutUndefined } from './shapes.ts';

const shownSchema = z
  .strictObject({
    domain: z.string().describe('In its ASCII form'),
    state: z
      .enum(['claimed', 'verified', 'flagged'])
      .describe('flagged: verified, and its record has been gone for a week'),
    record: z
      .strictObject({ type: z.literal('TXT'), name: z.string(), value: z.string() })
      .describe('What to publish; it proves the domain for as long as it stands'),
    finding: z.enum(domainFindings).optional().describe('What the last look found'),
    seen: z.array(z.string()).optional().describe('Other records in its place'),
    checkedAt: time.optional(),
    verifiedAt: time.optional(),
    missingSince: time.optional(),
  })
  .meta({ id: 'Domain' });

const newSchema = z.strictObject({ domain: domainName }).meta({ id: 'NewDomain' });

const read = { scope: 'organizations:read', permission: 'organizations:read' } as const;
const write = { scope: 'organizations:write', permission: 'organizations:write' } as const;
const path = '/organizations/{id}/domains';

export function domainOperations({ domains }: Administration): Operation[] {
  return [
    operation({
      id: 'listDomains',
      method: 'GET',
      path,
      summary: 'List the domains that an organization claims, with the records that prove them',
      access: read,
      answer: { status: 200, schema: listOf(shownSchema).meta({ id: 'DomainList' }) },
      run: async ({ who, params: { id = '' } }) => ({
        body: { items: (await domains.list(who, id)).map(show), next: null },
      }),
    }),
    operation({
      id: 'addDomain',
      method: 'POST',
      path,
      summary: 'Claim a domain: the answer has the record to publish',
      access: write,
      body: newSchema,
      answer: { status: 201, schema: shownSchema },
      run: async ({ who, params: { id = '' }, body }) => {
        const claim = await domains.add(who, id, body.domain);
        return { body: show(claim), location: `/organizations/${id}/domains/${claim.domain}` };
      },
    }),
    operation({
      id: 'getDomain',
      method: 'GET',
      path: `${path}/{domain}`,
      summary: 'Look at a domain, its record and what the last look found',
      access: read,
      answer: { status: 200, schema: shownSchema },
      run: async ({ who, params: { id = '', domain = '' } }) => ({
        body: show(await domains.get(who, id, canonical(domain))),
      }),
    }),
    operation({
      id: 'checkDomain',
      method: 'POST',
      path: `${path}/{domain}/check`,
      summary: 'Look for the record now: `state` and `finding` say what came of it',
      access: write,
      answer: { status: 200, schema: shownSchema },
      run: async ({ who, params: { id = '', domain = '' } }) => ({
        body: show(await domains.check(who, id, canonical(domain))),
      }),
    }),
    operation({
      id: 'removeDomain',
      method: 'DELETE',
      path: `${path}/{domain}`,
      summary: 'Give a domain up: claimed again, it is to be proved again',
      access: write,
      answer: { status: 204 },
      run: async ({ who, params: { id = '', domain = '' } }) => {
        await domains.remove(who, id, canonical(domain));
        return {};
      },
    }),
  ];
}

function canonical(domain: string): string {
  return asciiDomain(domain) ?? domain;
}

function show(claim: DomainClaim) {
  const { domain, finding, seen, checkedAt, verifiedAt, missingSince } = claim;
  const at = (when: number | undefined) => (when === undefined ? undefined : timeText(when));
  return withoutUndefined({
    domain,
    state: stateOf(claim),
    record: challengeOf(claim),
    finding,
    seen,
    checkedAt: at(checkedAt),
    verifiedAt: at(verifiedAt),
    missingSince: at(missingSince),
  });
}
