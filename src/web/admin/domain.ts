// One domain of an organization: the record to publish, what the last look found, and giving it up.
import type Router from '@koa/router';
import type { Context } from 'koa';
import { demand, may } from '../../administration/administrator.ts';
import { challengeOf, type DomainClaim } from '../../organizations/domain-claim.ts';
import type { Organization } from '../../organizations/organization.ts';
import { isDomainError } from '../../platform/errors.ts';
import { seeOther } from '../http/redirect.ts';
import type { Desk } from './desk.ts';
import { domainPath, domainRow, domainsPath } from './domains.ts';
import { organizationPath } from './organizations.ts';
import type { AdminPagesDependencies } from './router.ts';

const path = `${domainsPath}/:domain`;
const removePath = `${path}/remove`;

interface Open {
  desk: Desk;
  firm: Organization;
  claim: DomainClaim;
}

export function domainRoutes(router: Router, dependencies: AdminPagesDependencies): void {
  const { openDesk, readForm, views } = dependencies;
  const { domains, firms } = dependencies.administration;

  router.get(path, async (ctx) => {
    const open = await look(ctx, 'organizations:read');
    if (open) show(ctx, open);
  });

  router.post(path, async (ctx) => {
    const open = await look(ctx, 'organizations:write');
    if (!open) return;
    const { desk, firm, claim } = open;
    await readForm(ctx, desk.person.csrfContext, []);
    await domains.check(desk.who, firm.id, claim.domain);
    seeOther(ctx, domainPath(firm.id, claim.domain));
  });

  router.get(removePath, async (ctx) => {
    const open = await look(ctx, 'organizations:write', { isFresh: true });
    if (!open) return;
    const { desk, firm, claim } = open;
    const page = {
      ...desk.model,
      ...desk.form(domainPath(firm.id, claim.domain, '/remove')),
      row: domainRow(firm, claim),
      cancelUrl: domainPath(firm.id, claim.domain),
    };
    views.render(ctx, 'admin/domain-remove', page);
  });

  router.post(removePath, async (ctx) => {
    const desk = await openDesk(ctx, 'organizations:write', { isFresh: true });
    if (!desk) return;
    const { id = '', domain = '' } = ctx.params;
    await readForm(ctx, desk.person.csrfContext, []);
    try {
      await domains.remove(desk.who, id, domain);
    } catch (error) {
      // A second click finds it gone; the list says the same.
      if (!isDomainError(error, 'not_found')) throw error;
    }
    seeOther(ctx, `${organizationPath(id, '/domains')}?done=removed`);
  });

  /** @returns undefined when the answer is a redirect to the sign-in */
  async function look(
    ctx: Context,
    permission: 'organizations:read' | 'organizations:write',
    options: { isFresh?: boolean } = {},
  ): Promise<Open | undefined> {
    const desk = await openDesk(ctx, permission, options);
    if (!desk) return undefined;
    const { id = '', domain = '' } = ctx.params;
    const firm = await firms.get(desk.who, id);
    demand(desk.who, permission, firm.id);
    return { desk, firm, claim: await domains.get(desk.who, firm.id, domain) };
  }

  function show(ctx: Context, { desk, firm, claim }: Open): void {
    const { finding, seen = [], checkedAt, verifiedAt, missingSince } = claim;
    const mayWrite = may(desk.who, 'organizations:write', firm.id);
    const page = {
      ...desk.model,
      ...desk.form(domainPath(firm.id, claim.domain)),
      row: domainRow(firm, claim),
      record: challengeOf(claim),
      ...(finding ? { finding: { key: `admin.domain.finding.${finding}` } } : {}),
      seen,
      checkedAt,
      verifiedAt,
      missingSince,
      mayWrite,
      ...(mayWrite ? { removeUrl: domainPath(firm.id, claim.domain, '/remove') } : {}),
      backUrl: organizationPath(firm.id, '/domains'),
    };
    views.render(ctx, 'admin/domain', page);
  }
}
