// A new connection, first by which preset, and one that is changed. What decides whom people trust asks for a fresh sign-in.
import type Router from '@koa/router';
import type { Context } from 'koa';
import { may, notPermitted } from '../../administration/administrator.ts';
import { mayWriteConnections } from '../../administration/upstream-connections.ts';
import { type Connection, type ConnectionInput, type Preset, presets } from '../../federation/connection.ts';
import { callbackPath } from '../../federation/federation.ts';
import { DomainError, isDomainError } from '../../platform/errors.ts';
import { readableCode } from '../../platform/ids.ts';
import { seeOther } from '../http/redirect.ts';
import type { FieldError } from '../http/view-models.ts';
import { firmLabel } from './app-models.ts';
import {
  type ConnectionPlace,
  connectionFields,
  formModel,
  type GivenConnection,
  givenFrom,
  givenOf,
  inputFrom,
  proposalFor,
} from './connection-form.ts';
import { addPath, connectionPath, connectionsPath, presetLabel } from './connection-models.ts';
import { type Desk, pathWith, queryOf } from './desk.ts';
import { chooseFirm } from './firm-choice.ts';
import { namesOf } from './firm-names.ts';
import type { AdminPagesDependencies } from './router.ts';

interface Draft {
  place: ConnectionPlace;
  given: GivenConnection;
  id: string;
}

export function connectionEditRoutes(router: Router, dependencies: AdminPagesDependencies): void {
  const { administration, issuer, openDesk, readForm, views } = dependencies;
  const { connections, firms } = administration;
  const changePath = `${connectionsPath}/:id/change`;

  router.get(addPath, async (ctx) => {
    const desk = await openDesk(ctx, 'organizations:write');
    if (!desk) return;
    const { organization, choices } = await chooseFirm(ctx, desk.who, {
      firms,
      permission: 'organizations:write',
      href: (id) => pathWith(addPath, { organization: id }),
    });
    views.render(ctx, 'admin/connection-presets', {
      ...desk.model,
      firms: choices,
      presets: presets.map((preset) => ({
        href: pathWith(`${addPath}/${preset}`, { organization }),
        label: { key: `admin.connection.preset.${preset}` },
        about: { key: `admin.connection.presetAbout.${preset}` },
      })),
    });
  });

  router.get(`${addPath}/:preset`, async (ctx) => {
    const preset = presetOf(ctx);
    const desk = await openDesk(ctx, 'organizations:write', { isFresh: true });
    if (!desk) return;
    const place = placeOf(desk, preset, queryOf(ctx, 'organization'));
    await show(ctx, desk, { place, given: proposalFor(preset), id: proposedId(preset) });
  });

  router.post(`${addPath}/:preset`, async (ctx) => {
    const preset = presetOf(ctx);
    const desk = await openDesk(ctx, 'organizations:write', { isFresh: true });
    if (!desk) return;
    const form = await readForm(ctx, desk.person.csrfContext, [...connectionFields, 'organization', 'id']);
    const place = placeOf(desk, preset, form.organization || undefined);
    const given = givenFrom(form);
    const id = new RegExp(`^${preset}-[a-z0-9]{6}$`).test(form.id) ? form.id : proposedId(preset);
    const { input, errors } = { errors: undefined, input: undefined, ...inputFrom(given, place) };
    if (!input) return show(ctx, desk, { place, given, id }, { errors, status: 422 });
    try {
      await connections.create(desk.who, { ...input, id });
    } catch (error) {
      // A second click finds the one of the first.
      if (!isDomainError(error, 'duplicate')) throw error;
      await connections.getOwn(desk.who, id);
    }
    seeOther(ctx, `${connectionPath(id)}?done=added`);
  });

  router.get(changePath, async (ctx) => {
    const desk = await openDesk(ctx, 'organizations:write', { isFresh: true });
    if (!desk) return;
    const old = await connections.getOwn(desk.who, ctx.params.id ?? '');
    const place = { ...placeOf(desk, old.preset, old.organization), old };
    await show(ctx, desk, { place, given: givenOf(old), id: old.id });
  });

  router.post(changePath, async (ctx) => {
    const desk = await openDesk(ctx, 'organizations:write', { isFresh: true });
    if (!desk) return;
    const old = await connections.getOwn(desk.who, ctx.params.id ?? '');
    const form = await readForm(ctx, desk.person.csrfContext, [...connectionFields, 'was']);
    const place = { ...placeOf(desk, old.preset, old.organization), old };
    const draft = { place, given: givenFrom(form), id: old.id };
    const { input, errors } = { errors: undefined, input: undefined, ...inputFrom(draft.given, place) };
    if (!input) return show(ctx, desk, draft, { errors, status: 422 });
    const { id: _id, organization: _organization, preset: _preset, ...wanted } = input;
    try {
      await connections.change(desk.who, old.id, wanted, ({ updatedAt }) => String(updatedAt) === form.was);
    } catch (error) {
      if (!isDomainError(error, 'conflict')) throw error;
      if (isSaved(await connections.getOwn(desk.who, old.id), input, place))
        return seeOther(ctx, `${connectionPath(old.id)}?done=changed`);
      return show(ctx, desk, draft, { errors: [{ key: 'error.connection.changed' }], status: 409 });
    }
    seeOther(ctx, `${connectionPath(old.id)}?done=changed`);
  });

  /** @throws DomainError 'not_permitted' */
  function placeOf({ who }: Desk, preset: Preset, organization: string | undefined): ConnectionPlace {
    if (!mayWriteConnections(who, organization)) throw notPermitted('organizations:write', organization);
    return { preset, organization, isOwner: may(who, 'instance:write') };
  }

  async function show(
    ctx: Context,
    desk: Desk,
    { place, given, id }: Draft,
    { errors = [], status = 200 }: { errors?: readonly FieldError[] | undefined; status?: number } = {},
  ): Promise<void> {
    const { preset, organization, old } = place;
    const names = await namesOf(administration, desk.who, organization === undefined ? [] : [organization]);
    const path = old ? connectionPath(old.id, '/change') : `${addPath}/${preset}`;
    const title = old
      ? { key: 'admin.connection.change.title', values: { name: old.name } }
      : { key: 'admin.connections.add' };
    const page = {
      ...desk.model,
      ...desk.form(path, errors),
      title,
      preset: old ? presetLabel(old) : { key: `admin.connection.preset.${preset}` },
      steps: { key: `admin.connection.steps.${preset}` },
      organizationLabel: firmLabel({ organization }, names),
      redirectUri: issuer + callbackPath,
      form: formModel(given, place),
      id,
      was: String(old?.updatedAt ?? ''),
      organization: organization ?? '',
      isDeclared: old?.isDeclared === true,
      cancelUrl: old ? connectionPath(old.id) : pathWith(connectionsPath, { organization }),
    };
    views.render(ctx, 'admin/connection-edit', page, { status });
  }
}

function proposedId(preset: Preset): string {
  return `${preset}-${readableCode(6).toLowerCase()}`;
}

/** @throws DomainError 'not_found' */
function presetOf({ params }: Context): Preset {
  const preset = presets.find((one) => one === params.preset);
  if (!preset) throw new DomainError('not_found', `there is no preset ${params.preset}`);
  return preset;
}

/** What is asked for stands already, as after a second click. A secret is shown to nobody, so it is not compared. */
function isSaved(stored: Connection, wanted: ConnectionInput, place: ConnectionPlace): boolean {
  const { input } = { input: undefined, ...inputFrom(givenOf(stored), place) };
  const shown = (one: ConnectionInput | undefined) => JSON.stringify({ ...one, client_secret: undefined });
  return shown(input) === shown(wanted);
}
