// The domains of an organization: what it claims, and one more.
import type Router from '@koa/router';
import type { Context } from 'koa';
import { demand, may } from '../../administration/administrator.ts';
import { type DomainClaim, stateOf } from '../../organizations/domain-claim.ts';
import { asciiDomain, domainRefusal, shownDomain } from '../../organizations/domain-name.ts';
import { mostDomains, type Organization } from '../../organizations/organization.ts';
import { isDomainError } from '../../platform/errors.ts';
import type { DomainRow } from '../http/domain-view-models.ts';
import { seeOther } from '../http/redirect.ts';
import type { FieldError, Message } from '../http/view-models.ts';
import { type Desk, queryOf } from './desk.ts';
import { organizationPath, organizationsPath } from './organizations.ts';
import type { AdminPagesDependencies } from './router.ts';

export const domainsPath = `${organizationsPath}/:id/domains`;

/** What a redirect back to this page may announce. */
const notices = new Map<unknown, Message>([['removed', { key: 'admin.domain.removed' }]]);
const longestShown = 100;

export function domainPath(organization: string, domain: string, part = ''): string {
  return organizationPath(organization, `/domains/${encodeURIComponent(domain)}${part}`);
}

export function domainsRoutes(router: Router, dependencies: AdminPagesDependencies): void {
  const { openDesk, readForm, views } = dependencies;
  const { domains, firms } = dependencies.administration;

  router.get(domainsPath, async (ctx) => {
    const desk = await openDesk(ctx, 'organizations:read');
    if (!desk) return;
    await show(ctx, { desk, firm: await firms.get(desk.who, ctx.params.id ?? '') });
  });

  router.post(domainsPath, async (ctx) => {
    const desk = await openDesk(ctx, 'organizations:write');
    if (!desk) return;
    const firm = await firms.get(desk.who, ctx.params.id ?? '');
    demand(desk.who, 'organizations:write', firm.id);
    const { domain: given } = await readForm(ctx, desk.person.csrfContext, ['domain']);
    const error = errorIn(given);
    const domain = asciiDomain(given);
    if (error || domain === undefined) return show(ctx, { desk, firm }, { given, errors: error ? [error] : [] });
    try {
      await domains.add(desk.who, firm.id, domain);
    } catch (failure) {
      if (isDomainError(failure, 'conflict'))
        return show(ctx, { desk, firm }, { given, errors: [refusal('tooMany', { count: mostDomains })] });
      // A second click, or one that is claimed already: its page says what to do.
      if (!isDomainError(failure, 'duplicate')) throw failure;
    }
    seeOther(ctx, domainPath(firm.id, domain));
  });

  async function show(
    ctx: Context,
    { desk, firm }: { desk: Desk; firm: Organization },
    { given = '', errors = [] }: { given?: string; errors?: readonly FieldError[] } = {},
  ): Promise<void> {
    const { who, model, form } = desk;
    const notice = notices.get(queryOf(ctx, 'done'));
    const page = {
      ...model,
      ...form(organizationPath(firm.id, '/domains'), errors),
      ...(notice && errors.length === 0 ? { notice } : {}),
      title: firm.name,
      isDeclared: firm.isDeclared === true,
      claimed: (await domains.list(who, firm.id)).map((claim) => domainRow(firm, claim)),
      mayWrite: may(who, 'organizations:write', firm.id),
      domain: given,
      backUrl: organizationPath(firm.id),
    };
    views.render(ctx, 'admin/domains', page, { status: errors.length > 0 ? 422 : 200 });
  }
}

export function domainRow(firm: Pick<Organization, 'id'>, claim: DomainClaim): DomainRow {
  const { domain } = claim;
  return { name: shownDomain(domain), domain, state: stateOf(claim), href: domainPath(firm.id, domain) };
}

function errorIn(given: string): FieldError | undefined {
  if (given.trim() === '') return refusal('required');
  const wrong = domainRefusal(given);
  return wrong && refusal(wrong, { domain: given.trim().slice(0, longestShown) });
}

function refusal(kind: string, values?: Record<string, string | number>): FieldError {
  return { field: 'domain', key: `error.domain.${kind}`, ...(values ? { values } : {}) };
}
