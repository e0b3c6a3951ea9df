// What an app asks of whoever signs in to it, beside the rules of people's organizations.
import type Router from '@koa/router';
import type { Context } from 'koa';
import { notPermitted } from '../../administration/administrator.ts';
import { mayChangeClient } from '../../administration/client-apps.ts';
import { type Client, clientName, policyOfClient } from '../../clients/client.ts';
import { isDomainError } from '../../platform/errors.ts';
import { seeOther } from '../http/redirect.ts';
import type { FieldError } from '../http/view-models.ts';
import { appPath, appsPath } from './app-models.ts';
import { type Desk, queryOf } from './desk.ts';
import { clientPolicyFields, type GivenClientPolicy, givenOfClient, readClientPolicy } from './policy-form.ts';
import type { AdminPagesDependencies } from './router.ts';

const path = `${appsPath}/:id/policy`;

export function appPolicyRoutes(router: Router, dependencies: AdminPagesDependencies): void {
  const { openDesk, readForm, views } = dependencies;
  const { clientApps, clientPolicies } = dependencies.administration;

  router.get(path, async (ctx) => {
    const desk = await openDesk(ctx, 'clients:write', { isFresh: true });
    if (!desk) return;
    const client = await clientFor(ctx, desk);
    show(ctx, { desk, client }, givenOfClient(policyOfClient(client)));
  });

  router.post(path, async (ctx) => {
    const desk = await openDesk(ctx, 'clients:write', { isFresh: true });
    if (!desk) return;
    const client = await clientFor(ctx, desk);
    const form = await readForm(ctx, desk.person.csrfContext, [...clientPolicyFields, 'was']);
    const read = readClientPolicy(form);
    if ('errors' in read) return show(ctx, { desk, client }, form, { errors: read.errors, status: 422 });
    try {
      await clientPolicies.save(desk.who, client.id, read.policy, (old) => String(old.updatedAt) === form.was);
    } catch (error) {
      if (!isDomainError(error, 'conflict')) throw error;
      // A second click finds what the first one saved.
      const now = await clientFor(ctx, desk);
      if (JSON.stringify(policyOfClient(now)) !== JSON.stringify(read.policy))
        return show(ctx, { desk, client: now }, form, { errors: [{ key: 'error.policy.changed' }], status: 409 });
    }
    seeOther(ctx, `${appPath(client.id, '/policy')}?done=saved`);
  });

  /** @throws DomainError 'not_found', 'not_permitted' */
  async function clientFor(ctx: Context & { params: Record<string, string> }, { who }: Desk): Promise<Client> {
    const client = await clientApps.get(who, ctx.params.id ?? '');
    if (!mayChangeClient(who, client)) throw notPermitted('clients:write', client.organization);
    return client;
  }

  function show(
    ctx: Context,
    { desk, client }: { desk: Desk; client: Client },
    given: GivenClientPolicy,
    { errors = [], status = 200 }: { errors?: readonly FieldError[]; status?: number } = {},
  ): void {
    const isSaved = queryOf(ctx, 'done') === 'saved' && errors.length === 0;
    const page = {
      ...desk.model,
      ...desk.form(appPath(client.id, '/policy'), errors),
      ...(isSaved ? { notice: { key: 'admin.policy.saved' } } : {}),
      name: clientName(client.metadata),
      isDeclared: client.isDeclared === true,
      given,
      was: String(client.updatedAt),
      cancelUrl: appPath(client.id),
    };
    views.render(ctx, 'admin/app-policy', page, { status });
  }
}
