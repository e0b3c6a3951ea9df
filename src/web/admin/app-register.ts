// Registering an app: first of which type it is, then what that type is asked. The answer is the page that shows its secret, once.
import type Router from '@koa/router';
import type { Context } from 'koa';
import { demand } from '../../administration/administrator.ts';
import { apiScopesToGive } from '../../administration/client-apps.ts';
import { type Client, type ClientType, clientTypes, usesSecret } from '../../clients/client.ts';
import { DomainError, isDomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { seeOther } from '../http/redirect.ts';
import type { FieldError } from '../http/view-models.ts';
import { appFields, appFormModel, type GivenApp, givenFrom, proposalFor, registrationFrom } from './app-form.ts';
import { appPath, appsPath, firmLabel, registerPath } from './app-models.ts';
import { problemsOf } from './app-problems.ts';
import { type Desk, pathWith, queryOf } from './desk.ts';
import { chooseFirm } from './firm-choice.ts';
import { namesOf } from './firm-names.ts';
import type { AdminPagesDependencies } from './router.ts';
import { createShownSecret } from './shown-secret.ts';

interface Draft {
  type: ClientType;
  given: GivenApp;
  organization: string | undefined;
  clientId: string;
}

export function appRegisterRoutes(router: Router, dependencies: AdminPagesDependencies): void {
  const { administration, openDesk, readForm, views } = dependencies;
  const shownSecret = createShownSecret(dependencies);

  router.get(registerPath, async (ctx) => {
    const desk = await openDesk(ctx, 'clients:write');
    if (!desk) return;
    const { organization, choices } = await chooseFirm(ctx, desk.who, {
      firms: administration.firms,
      permission: 'clients:write',
      href: (id) => pathWith(registerPath, { organization: id }),
    });
    views.render(ctx, 'admin/app-types', {
      ...desk.model,
      firms: choices,
      types: clientTypes.map((type) => ({
        href: pathWith(`${registerPath}/${type}`, { organization }),
        label: { key: `admin.app.type.${type}` },
        about: { key: `admin.app.typeAbout.${type}` },
      })),
    });
  });

  router.get(`${registerPath}/:type`, async (ctx) => {
    const type = typeOf(ctx);
    const desk = await open(ctx, type);
    if (!desk) return;
    const organization = queryOf(ctx, 'organization');
    demand(desk.who, 'clients:write', organization);
    await show(ctx, desk, { type, given: proposalFor(type), organization, clientId: newId() });
  });

  router.post(`${registerPath}/:type`, async (ctx) => {
    const type = typeOf(ctx);
    const desk = await open(ctx, type);
    if (!desk) return;
    const form = await readForm(ctx, desk.person.csrfContext, [...appFields, 'organization', 'clientId']);
    const given = givenFrom(form);
    const organization = form.organization || undefined;
    const clientId = /^[\w-]{22}$/.test(form.clientId ?? '') ? (form.clientId ?? '') : newId();
    const draft = { type, given, organization, clientId };
    demand(desk.who, 'clients:write', organization);
    const errors: FieldError[] = given.name === '' ? [{ field: 'name', key: 'error.app.name' }] : [];
    try {
      const input = { ...registrationFrom(type, given), client_id: clientId, organization };
      if (errors.length > 0) administration.clientApps.check(input);
      else return await lead(ctx, desk, input);
    } catch (error) {
      if (!isDomainError(error, 'invalid_input')) throw error;
      errors.push(...problemsOf(error.detail, given));
    }
    await show(ctx, desk, draft, errors);
  });

  /** What acts by itself goes on acting when its maker is signed out: that takes a fresh sign-in. */
  function open(ctx: Context, type: ClientType): Promise<Desk | undefined> {
    return openDesk(ctx, 'clients:write', { isFresh: type === 'machine' });
  }

  async function lead(ctx: Context, { who, person }: Desk, input: { client_id: string }): Promise<void> {
    const made = await administration.clientApps.create(who, input).catch((error: unknown) => {
      if (!isDomainError(error, 'duplicate')) throw error;
      return undefined;
    });
    // A second click finds the app of the first, and its secret where that is still on its way.
    const client: Client = made?.client ?? (await administration.clientApps.get(who, input.client_id));
    if (made?.secret) shownSecret.put(ctx, person, { clientId: client.id, secret: made.secret });
    seeOther(
      ctx,
      usesSecret(client.metadata) ? appPath(client.id, '/secret') : `${appPath(client.id)}?done=registered`,
    );
  }

  async function show(
    ctx: Context,
    desk: Desk,
    { type, given, organization, clientId }: Draft,
    errors: readonly FieldError[] = [],
  ): Promise<void> {
    const names = await namesOf(administration, desk.who, organization === undefined ? [] : [organization]);
    const page = {
      ...desk.model,
      ...desk.form(`${registerPath}/${type}`, errors),
      form: appFormModel(type, given, { apiScopes: apiScopesToGive(desk.who, organization) }),
      type: { key: `admin.app.type.${type}` },
      organization: organization ?? '',
      organizationLabel: firmLabel({ organization }, names),
      clientId,
      cancelUrl: pathWith(appsPath, { organization }),
    };
    views.render(ctx, 'admin/app-register', page, { status: errors.length > 0 ? 422 : 200 });
  }
}

/** @throws DomainError 'not_found' */
function typeOf({ params }: Context): ClientType {
  const type = clientTypes.find((one) => one === params.type);
  if (!type) throw new DomainError('not_found', `there is no type of app ${params.type}`);
  return type;
}
