// Changing an app, with the form it was registered by; owners may also lift consent and PKCE. What decides where people are sent back to asks
// for a fresh sign-in.
import { isDeepStrictEqual } from 'node:util';
import type Router from '@koa/router';
import type { Context } from 'koa';
import { may, notPermitted } from '../../administration/administrator.ts';
import { apiScopesToGive, mayChangeClient } from '../../administration/client-apps.ts';
import { type Client, clientName, clientType } from '../../clients/client.ts';
import { isDomainError } from '../../platform/errors.ts';
import { seeOther } from '../http/redirect.ts';
import type { FieldError } from '../http/view-models.ts';
import { appFields, appFormModel, type GivenApp, givenFrom, givenOf, registrationFrom } from './app-form.ts';
import { appPath, appsPath } from './app-models.ts';
import { type OwnersRules, ownersFields, ownersFrom, ownersOf, ownersRegistration } from './app-owner.ts';
import { problemsOf } from './app-problems.ts';
import type { Desk } from './desk.ts';
import type { AdminPagesDependencies } from './router.ts';
import { createShownSecret } from './shown-secret.ts';

interface Given {
  given: GivenApp;
  /** Undefined for whoever may not set them. */
  owners: OwnersRules | undefined;
}

export function appChangeRoutes(router: Router, dependencies: AdminPagesDependencies): void {
  const { administration, openDesk, readForm, views } = dependencies;
  const { clientApps } = administration;
  const shownSecret = createShownSecret(dependencies);
  const path = `${appsPath}/:id/change`;

  router.get(path, async (ctx) => {
    const desk = await openDesk(ctx, 'clients:write', { isFresh: true });
    if (!desk) return;
    const client = await clientFor(ctx, desk);
    const owners = isOwner(desk) ? ownersOf(client.metadata) : undefined;
    show(ctx, { desk, client }, { given: givenOf(client.metadata), owners });
  });

  router.post(path, async (ctx) => {
    const desk = await openDesk(ctx, 'clients:write', { isFresh: true });
    if (!desk) return;
    const client = await clientFor(ctx, desk);
    const form = await readForm(ctx, desk.person.csrfContext, [...appFields, ...ownersFields, 'was']);
    const given = givenFrom(form);
    const owners = isOwner(desk) ? ownersFrom(form, client.metadata) : undefined;
    const { metadata } = client;
    const wanted = { ...registrationFrom(clientType(metadata), given, metadata), ...ownersRegistration(owners) };
    const errors = errorsIn(wanted, given);
    if (errors.length > 0) return show(ctx, { desk, client }, { given, owners }, { errors, status: 422 });
    const isSo = (now: Client) => isDeepStrictEqual(wanted, now.metadata);
    // A second click finds what it wanted.
    if (isSo(client)) return seeOther(ctx, donePath(client));
    const changed = { errors: [{ key: 'error.app.changed' }], status: 409 };
    if (form.was !== String(client.updatedAt)) return show(ctx, { desk, client }, { given, owners }, changed);
    try {
      const isStill = ({ updatedAt }: Client) => updatedAt === client.updatedAt;
      const { secret } = await clientApps.update(desk.who, client.id, wanted, isStill);
      if (!secret) return seeOther(ctx, donePath(client));
      shownSecret.put(ctx, desk.person, { clientId: client.id, secret });
      seeOther(ctx, appPath(client.id, '/secret'));
    } catch (error) {
      if (!isDomainError(error, 'conflict')) throw error;
      const now = await clientFor(ctx, desk);
      if (isSo(now)) return seeOther(ctx, donePath(now));
      show(ctx, { desk, client: now }, { given, owners }, changed);
    }
  });

  /** @throws DomainError 'not_found', 'not_permitted' */
  async function clientFor(ctx: Context, { who }: Desk): Promise<Client> {
    const client = await clientApps.get(who, ctx.params.id ?? '');
    if (!mayChangeClient(who, client)) throw notPermitted('clients:write', client.organization);
    return client;
  }

  function errorsIn(wanted: Record<string, unknown>, given: GivenApp): FieldError[] {
    const errors: FieldError[] = given.name === '' ? [{ field: 'name', key: 'error.app.name' }] : [];
    try {
      clientApps.check(wanted);
      return errors;
    } catch (error) {
      if (!isDomainError(error, 'invalid_input')) throw error;
      return [...errors, ...problemsOf(error.detail, given)];
    }
  }

  function show(
    ctx: Context,
    { desk, client }: { desk: Desk; client: Client },
    { given, owners }: Given,
    { errors, status }: { errors: readonly FieldError[]; status: number } = { errors: [], status: 200 },
  ): void {
    const { metadata } = client;
    const page = {
      ...desk.model,
      ...desk.form(appPath(client.id, '/change'), errors),
      name: clientName(metadata),
      form: appFormModel(clientType(metadata), given, {
        apiScopes: apiScopesToGive(desk.who, client.organization),
        old: metadata,
      }),
      ...(owners ? { owners } : {}),
      isDeclared: client.isDeclared === true,
      was: String(client.updatedAt),
      cancelUrl: appPath(client.id),
    };
    views.render(ctx, 'admin/app-change', page, { status });
  }
}

function isOwner({ who }: Desk): boolean {
  return may(who, 'instance:write');
}

function donePath({ id }: Client): string {
  return `${appPath(id)}?done=changed`;
}
