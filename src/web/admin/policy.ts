// The sign-in policy of a firm: changed in two steps, since it may shut people out. The first shows what would come of it; the second saves,
// for good or on probation, which a new sign-in confirms.
import type Router from '@koa/router';
import type { Context } from 'koa';
import { demand, may } from '../../administration/administrator.ts';
import { probationSeconds } from '../../administration/policies.ts';
import { type Organization, policyInForce } from '../../organizations/organization.ts';
import { isDomainError } from '../../platform/errors.ts';
import { seeOther } from '../http/redirect.ts';
import type { FieldError, Message } from '../http/view-models.ts';
import { type Desk, pathWith } from './desk.ts';
import { chooseFirm } from './firm-choice.ts';
import { sectionsFor } from './navigation.ts';
import { type GivenPolicy, givenOf, policyFields, readPolicy } from './policy-form.ts';
import type { AdminPagesDependencies } from './router.ts';

export const policyPath = '/admin/policy';

const notices = new Map<unknown, Message>([
  ['saved', { key: 'admin.policy.saved' }],
  ['confirmed', { key: 'admin.policy.confirmed' }],
  ['unchanged', { key: 'admin.policy.unchanged' }],
]);

export function policyRoutes(router: Router, dependencies: AdminPagesDependencies): void {
  const { administration, openDesk, readForm, signedIn, views } = dependencies;
  const { firms, policies } = administration;

  router.get(policyPath, async (ctx) => {
    const desk = await openDesk(ctx, 'organizations:read');
    if (!desk) return;
    const firm = await firmOf(ctx, desk);
    if (!firm) return views.render(ctx, 'admin/policy-none', { ...desk.model, createUrl: '/admin/organizations' });
    await show(ctx, desk, firm, givenOf(policyInForce(firm, Date.now())));
  });

  // Looked at first, whatever was asked for; the page it leads to saves.
  router.post(policyPath, async (ctx) => {
    const desk = await openDesk(ctx, 'organizations:write', { isFresh: true });
    if (!desk) return;
    const form = await readForm(ctx, desk.person.csrfContext, [
      ...policyFields,
      'organization',
      'was',
      'step',
      'probation',
    ]);
    const firm = await namedFirm(desk, form.organization);
    const stored = policyInForce(firm, Date.now());
    const read = readPolicy(form, stored);
    if ('errors' in read) return show(ctx, desk, firm, form, { errors: read.errors, status: 422 });
    const { policy } = read;
    if (JSON.stringify(givenOf(policy)) === JSON.stringify(givenOf(stored)))
      return seeOther(ctx, done(firm, 'unchanged'));
    if (form.was !== String(firm.updatedAt))
      return show(ctx, desk, firm, form, { errors: [{ key: 'error.policy.changed' }], status: 409 });
    if (policies.shutsOut(desk.who, policy)) {
      const address = desk.person.origin.address ?? '';
      const error = { field: 'ipAllowList', key: 'error.ipAllowList.you', values: { address } };
      return show(ctx, desk, firm, form, { errors: [error], status: 422 });
    }
    if (form.step !== 'save') {
      const preview = await policies.preview(desk.who, firm.id, policy);
      const model = {
        ...desk.model,
        ...desk.form(policyPath),
        id: firm.id,
        organization: firm.name,
        given: givenOf(policy),
        was: form.was,
        preview,
        isProbationAdvised: policy.ipAllowList.join() !== stored.ipAllowList.join(),
        probationMinutes: probationSeconds / 60,
        cancelUrl: addressOf(firm),
      };
      return views.render(ctx, 'admin/policy-preview', model);
    }
    const isStill = ({ updatedAt }: Organization) => updatedAt === firm.updatedAt;
    try {
      await policies.save(desk.who, firm.id, policy, { onProbation: form.probation !== '', isStill });
    } catch (error) {
      if (!isDomainError(error, 'conflict')) throw error;
      return show(ctx, desk, firm, form, { errors: [{ key: 'error.policy.changed' }], status: 409 });
    }
    seeOther(ctx, done(firm, 'saved'));
  });

  router.post(`${policyPath}/confirm`, async (ctx) => {
    const desk = await openDesk(ctx, 'organizations:write');
    if (!desk) return;
    const { organization } = await readForm(ctx, desk.person.csrfContext, ['organization']);
    const firm = await namedFirm(desk, organization);
    const { signedInAt } = desk.person.session;
    // The sign-in that it asks for is the proof that one still works.
    if (firm.probation && signedInAt <= firm.probation.savedAt) return signedIn.signInAgain(ctx, addressOf(firm));
    await policies.confirm(desk.who, firm.id, signedInAt).catch((error: unknown) => {
      if (!isDomainError(error, 'conflict')) throw error;
    });
    const isKept = policyInForce(firm, Date.now()) === firm.policy;
    seeOther(ctx, isKept ? done(firm, 'confirmed') : addressOf(firm));
  });

  async function show(
    ctx: Context,
    desk: Desk,
    firm: Organization,
    given: GivenPolicy,
    { errors = [], status = 200 }: { errors?: readonly FieldError[]; status?: number } = {},
  ): Promise<void> {
    const { choices } = await choice(ctx, desk, firm.id);
    const notice = errors.length === 0 ? notices.get(ctx.query.done) : undefined;
    const now = Date.now();
    const isWaiting = firm.probation !== undefined && (firm.probationUntil ?? 0) > now;
    const model = {
      ...desk.model,
      ...desk.form(policyPath, errors),
      sections: sectionsFor(desk.who, firm.id),
      firms: choices,
      id: firm.id,
      organization: firm.name,
      given,
      was: String(firm.updatedAt),
      mayWrite: may(desk.who, 'organizations:write', firm.id),
      address: desk.person.origin.address ?? '',
      isDeclared: firm.isDeclared === true,
      ...(isWaiting ? { probation: probationModel(firm, desk) } : {}),
      ...(notice ? { notice } : {}),
    };
    views.render(ctx, 'admin/policy', model, { status });
  }

  function probationModel({ probation, probationUntil = 0 }: Organization, { person }: Desk) {
    return {
      until: probationUntil,
      action: `${policyPath}/confirm`,
      /** Signed in since: one click is enough. */
      isSignedInSince: probation !== undefined && person.session.signedInAt > probation.savedAt,
    };
  }

  function choice(ctx: Context, { who }: Desk, about?: string) {
    const href = (organization?: string) => pathWith(policyPath, { organization });
    return chooseFirm(ctx, who, { firms, permission: 'organizations:read', href, ...(about ? { about } : {}) });
  }

  /** The one that is asked for, or the first of those that may be seen; undefined where there is none at all. */
  async function firmOf(ctx: Context, desk: Desk): Promise<Organization | undefined> {
    const { organization } = await choice(ctx, desk);
    return organization === undefined
      ? (await firms.list(desk.who, { limit: 1 }))[0]
      : firms.get(desk.who, organization);
  }

  /** @throws DomainError 'not_found', 'not_permitted' */
  async function namedFirm({ who }: Desk, id: string): Promise<Organization> {
    const firm = await firms.get(who, id);
    demand(who, 'organizations:write', id);
    return firm;
  }
}

function addressOf({ id }: Organization): string {
  return pathWith(policyPath, { organization: id });
}

function done({ id }: Organization, what: string): string {
  return pathWith(policyPath, { organization: id, done: what });
}
